"""What is defined and used where in a repository: kept on disk, updated by what changed."""
