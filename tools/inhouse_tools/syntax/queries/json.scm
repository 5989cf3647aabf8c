(pair key: (string) @name) @symbol.key
