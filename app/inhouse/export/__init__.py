"""Sessions as documents that other people can read: Markdown, and one HTML file."""
