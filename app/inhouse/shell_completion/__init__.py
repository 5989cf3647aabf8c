"""Completes commands of inhouse in bash, zsh and fish."""
