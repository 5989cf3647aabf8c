"""Git repositories, read and committed to without running what they bring along."""
