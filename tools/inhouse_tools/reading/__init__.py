"""Reading files and what is defined in them."""
