"""Challenge 10: five functions under attack by whoever wrote the text that they handle."""
