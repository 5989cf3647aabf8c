// Package store keeps notes by key.
package store

import "context"

// Reader finds notes.
type Reader interface {
	// Get returns a note and whether it exists.
	Get(ctx context.Context, key string) (string, bool)
	Keys() []string
}

// First returns the first of the notes that exists.
func First(ctx context.Context, reader Reader, keys ...string) string {
	for _, key := range keys {
		if note, found := reader.Get(ctx, key); found {
			return note
		}
	}
	return ""
}
