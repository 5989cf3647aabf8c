// Package cache remembers strings.
package cache

// Cache holds values by key.
type Cache struct {
	values map[string]string
}

// New returns an empty cache.
func New() *Cache {
	return &Cache{values: map[string]string{}}
}

// Get returns a value and whether it is there.
func (c *Cache) Get(key string) (string, bool) {
	value, ok := c.values[key]
	return value, ok
}

// Put keeps a value.
func (c *Cache) Put(key, value string) {
	c.values[key] = value
}
