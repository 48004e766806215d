"""Data: the words that the offline model knows, and the kinds of things that they name; WordNet's under its licence."""
