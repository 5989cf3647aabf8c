#!/usr/bin/env node
import fs, { join } from "node:fs";
import "./setup.js";
export { helper } from "./helper.js";
const path = require("path");
const { inspect } = require("node:util");

const LIMIT = 10;

/** A shape. */
export class Circle extends Shape {
  #radius = 1;
  static count = 0;
  scale = (factor) => this.#radius * factor;

  constructor(radius) {
    super();
    this.#radius = radius;
  }

  get area() {
    return Math.PI * this.#radius ** 2;
  }
}

function total(shapes, { limit = LIMIT } = {}) {
  const add = (sum, shape) => sum + shape.area;
  return shapes.slice(0, limit).reduce(add, 0);
}

export const show = async (shape) => {
  const text = `area ${shape.area}`;
  return inspect(text);
};

export default function* walk() {
  yield join("total", path.sep);
}

Circle.prototype.grow = function (by) {
  return fs.existsSync(by);
};

module.exports.total = total;
