"""Shows on a person's own machine that nothing leaves it: `inhouse doctor --prove-offline`."""
