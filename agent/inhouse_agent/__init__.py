"""What to do next: the loop, permission, sessions and instructions."""
