"""Small pictures of the images that a person attaches, where the terminal can show them."""
