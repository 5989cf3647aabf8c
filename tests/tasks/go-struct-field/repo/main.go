package main

import "fmt"

func main() {
	user := NewUser("Ada", 36)
	fmt.Println(user)
}
