"""Challenge 06: old turns go into a note, and what they said is still known."""
