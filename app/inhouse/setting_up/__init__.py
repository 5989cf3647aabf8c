"""From a bare machine to a model at work: looks, measures, remembers; front ends ask and show."""
