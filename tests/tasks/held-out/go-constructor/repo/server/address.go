package server

import "fmt"

// Address returns host and port as one string.
func (c Config) Address() string {
	return fmt.Sprintf("%s:%d", c.Host, c.Port)
}
