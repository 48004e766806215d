"""Challenge 05: as many of the newest turns as fit into a budget of tokens."""
