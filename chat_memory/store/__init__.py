"""Conversations in a database: saved turn by turn, found again after a crash, safe beside other writers."""

from .conversation import Conversation, History, Position, Saved, TakenBack
from .conversations import ConversationStore

__all__ = ["Conversation", "ConversationStore", "History", "Position", "Saved", "TakenBack"]
