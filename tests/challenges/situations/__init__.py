"""What checkers of several challenges put code into: conversations, facts and attacks that nobody has seen before."""
