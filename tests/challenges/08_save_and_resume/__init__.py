"""Challenge 08: a conversation in a file, whoever else writes to it, and whenever it is killed."""
