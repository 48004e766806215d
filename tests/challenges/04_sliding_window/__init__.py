"""Challenge 04: a history bounded by turns."""
