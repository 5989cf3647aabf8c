"""Trials of what is quickest: a program of its own, which `inhouse models tune` starts."""
