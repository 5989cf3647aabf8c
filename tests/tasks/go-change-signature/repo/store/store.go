// Package store keeps notes by key.
package store

// Reader finds notes.
type Reader interface {
	// Get returns a note and whether it exists.
	Get(key string) (string, bool)
	Keys() []string
}

// First returns the first of the notes that exists.
func First(reader Reader, keys ...string) string {
	for _, key := range keys {
		if note, found := reader.Get(key); found {
			return note
		}
	}
	return ""
}
