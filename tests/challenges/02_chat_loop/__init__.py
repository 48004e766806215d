"""Challenge 02: a conversation of many turns, with and without the model's replies."""
