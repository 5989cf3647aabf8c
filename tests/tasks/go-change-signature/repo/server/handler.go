// Package server shows notes in the browser.
package server

import (
	"fmt"
	"net/http"

	"example.org/notes/store"
)

// Handler answers requests for notes.
type Handler struct {
	Notes store.Reader
}

// ServeHTTP writes the note whose key stands in the address.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	key := r.URL.Query().Get("key")
	note, found := h.Notes.Get(key)
	if !found {
		http.Error(w, "no such note", http.StatusNotFound)
		return
	}
	w.Header().Set("X-Seen", r.Header.Get("X-Seen"))
	fmt.Fprintln(w, note)
}
