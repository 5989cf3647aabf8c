package store

import "sort"

// Memory is a Reader of notes in memory.
type Memory struct {
	Notes map[string]string
}

// Get returns a note and whether it exists.
func (m *Memory) Get(key string) (string, bool) {
	note, found := m.Notes[key]
	return note, found
}

// Keys returns all keys in order.
func (m *Memory) Keys() []string {
	var keys []string
	for key := range m.Notes {
		keys = append(keys, key)
	}
	sort.Strings(keys)
	return keys
}
