"""Challenge 13: a conversation that the server keeps, with a copy of one's own beside it."""
