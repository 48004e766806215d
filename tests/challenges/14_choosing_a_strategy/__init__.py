"""Challenge 14: a memory of your own, that recalls more than a window and costs less than everything."""
