"""Challenge 12: the same conversation within the same budget, at a lower bill."""
