"""A program that runs a command whose only way out are the hosts that a person granted.

It stands outside of the command's sandbox, so it is small, and takes nothing but the standard
library. Inside, in a network that holds nothing else, the same program opens a port and hands it
out through an inherited descriptor; every connection to it ends here, where `proxy` judges it.
"""
