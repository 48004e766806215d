"""Meaning: the vectors of a real sentence model, all-MiniLM-L6-v2, where its package is installed."""
