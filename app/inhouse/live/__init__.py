"""An open session as a person leads it, without a screen: front ends draw it."""
