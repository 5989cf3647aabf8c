"""What llama.cpp was built for, what this machine could use, and how to get one from the other."""
