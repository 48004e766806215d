"""Challenge 01: what a second call knows of the first."""
