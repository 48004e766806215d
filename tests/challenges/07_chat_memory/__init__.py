"""Challenge 07: a conversation as one object, whatever is said and whatever fails."""
