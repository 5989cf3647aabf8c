package main

import (
	"fmt"
	"os"

	"example.org/notes/store"
)

func main() {
	notes := store.NewCached(&store.Memory{Notes: map[string]string{"tea": "green"}})
	if len(os.Args) > 1 {
		note, _ := notes.Get(os.Args[1])
		fmt.Println(note)
		return
	}
	fmt.Println(store.First(notes, notes.Keys()...))
}
