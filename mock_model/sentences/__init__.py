"""Sentences: messages into sentences, words, base forms, values and kinds of things. No question, no answer in here."""
