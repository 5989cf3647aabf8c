"""Stands in front of a command and confines it with Landlock, where bubblewrap does not run.

It is started for every command, so it imports the standard library only and little of that.
"""
