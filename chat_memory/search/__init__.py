"""Search: the terms under which facts and messages are found, and the messages that answer a question about a talk."""

from .finding import Found, find_messages, find_turns

__all__ = ["Found", "find_messages", "find_turns"]
