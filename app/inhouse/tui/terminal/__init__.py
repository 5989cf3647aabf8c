"""What passes between the program and the terminal: keys, answers, and how it starts."""
