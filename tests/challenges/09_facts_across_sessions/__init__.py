"""Challenge 09: what is known about users, from one conversation to the next."""
