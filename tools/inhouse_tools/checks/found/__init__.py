"""Which checks a project names, one module for each family of languages."""
