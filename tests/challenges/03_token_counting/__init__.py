"""Challenge 03: a count that equals the server's, before anything is sent."""
