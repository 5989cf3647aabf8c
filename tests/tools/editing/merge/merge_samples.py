"""Files that the tests of merging write parts of."""

from inhouse_tools.editing.merge.fragment import merge
from inhouse_tools.refusal import Refusal

PYTHON = '''\
#!/usr/bin/env python
"""A shop."""

from __future__ import annotations

import math  # areas
from os import (
    path,
    sep,
)

RATE = 2


# Adds.
@cached(1)
def add(a, b):
    return a - b


class Cart(Base):
    """Holds items."""

    limit = 5

    def __init__(self):
        self.x = 1

    @property
    def total(self):
        return 1

    @total.setter
    def total(self, value):
        self.x = value

    @staticmethod
    def make():
        return Cart()

    class Meta:
        order = 1


class Order:
    def run(self):
        def inner():
            return 1

        return inner()


register(Cart)


def last():
    return 1


if __name__ == "__main__":
    print(add(1, 2))
'''
SCRIPT = """\
'use strict';
const { join } = require('path');
import React from 'react';

const rate = 2, other = 3;

/** Adds. */
export function add(a, b) {
  return a - b;
}

export const double = (x) => {
  return x;
};

export class Cart {
  #x = 1;

  constructor() {
    this.a = 1;
  }

  get total() {
    return this.#x;
  }

  set total(value) {
    this.#x = value;
  }
}

const api = {
  url: 'x',
  load() {
    return 1;
  },
};

app.get('/', () => {
  send('x');
});

module.exports = { add, double };
"""
GO = """\
package main

import "fmt"

const (
	One = 1
	Two = 2
)

// User is one.
type User struct {
	Name string
}

// NewUser makes one.
func NewUser(name string) *User {
	return &User{Name: name}
}

func (u *User) String() string {
	return u.Name
}

func String() string {
	return "x"
}

func main() {
	fmt.Println(NewUser("x"))
}
"""
RUST = """\
use std::fmt;

pub struct User {
    name: String,
}

impl User {
    pub fn new() -> Self {
        User { name: String::new() }
    }
}

impl fmt::Display for User {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        Ok(())
    }
}

impl fmt::Debug for User {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        Ok(())
    }
}

#[test]
fn works() {}
"""
JAVA = """\
package shop;

import java.util.List;

public class Shop {
    private int count = 0;

    public int add(int a) {
        return a;
    }

    public int add(int a, int b) {
        return a + b;
    }

    public int half(int a) {
        return a;
    }
}
"""
FILES = {"a.py": PYTHON, "a.js": SCRIPT, "a.go": GO, "a.rs": RUST, "Shop.java": JAVA}


def merged(name: str, source: str, content: str) -> str:
    edited = merge(name, source.encode(), content)
    assert not isinstance(edited, Refusal), edited.text
    return edited.source.decode()


def replaced(source: str, *changes: tuple[str, str]) -> str:
    for old, new in changes:
        assert source.count(old) == 1, old
        source = source.replace(old, new)
    return source
