"""What commands write, on its way to the screen: coloured, bounded, harmless."""
