"""Imports the finished function, which the task forbids."""
# fails: test_texts_are_counted_in_tokens
# hint: chat_memory counts for you

from chat_memory import count_tokens  # noqa: F401
