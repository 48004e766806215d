"""Challenge 11: a history with tools within a budget, and the loop that calls them."""
