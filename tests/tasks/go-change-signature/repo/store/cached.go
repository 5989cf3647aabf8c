package store

import "example.org/notes/cache"

// Cached is a Reader that remembers what another one found.
type Cached struct {
	Reader
	found *cache.Cache
}

// NewCached returns a Reader before another one.
func NewCached(reader Reader) *Cached {
	return &Cached{Reader: reader, found: cache.New()}
}

// Get returns a note and whether it exists; only found ones are remembered.
func (c *Cached) Get(key string) (string, bool) {
	if note, ok := c.found.Get(key); ok {
		return note, true
	}
	note, ok := c.Reader.Get(key)
	if ok {
		c.found.Put(key, note)
	}
	return note, ok
}
