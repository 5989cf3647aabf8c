"""Which model suits a machine, how it is loaded, how fast it should be, and why not another."""
