"""Searching contents and names of files, through ripgrep or without it."""
