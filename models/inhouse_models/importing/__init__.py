"""Models that other programs have put on this machine: found, judged, used where they lie."""
