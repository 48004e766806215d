"""Conversations in a database: saved turn by turn, found again after a crash, safe beside other writers."""

from .conversations import Conversation, ConversationStore, Position, Saved

__all__ = ["Conversation", "ConversationStore", "Position", "Saved"]
