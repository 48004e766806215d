"""tiktoken for a browser: its own Python code and vocabularies, and in place of its compiled part one in Python."""
