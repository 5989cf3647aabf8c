package main

import "fmt"

// User is a person who can sign in.
type User struct {
	Name  string
	Age   int
	Email string
}

// NewUser returns a user with all fields set.
func NewUser(name string, age int, email string) *User {
	return &User{
		Name:  name,
		Age:   age,
		Email: email,
	}
}

// String describes the user in one line.
func (u *User) String() string {
	return fmt.Sprintf("%s (%d)", u.Name, u.Age)
}
