package main

import "fmt"

func main() {
	user := NewUser("Ada", 36, "ada@example.org")
	fmt.Println(user)
}
