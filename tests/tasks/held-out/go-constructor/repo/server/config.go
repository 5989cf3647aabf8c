package server

// Config holds the settings of the server.
type Config struct {
	Host string
	Port int
}

// DefaultConfig returns the settings used when nothing else is said.
func DefaultConfig() Config {
	return Config{
		Host: "localhost",
		Port: 8080,
	}
}
