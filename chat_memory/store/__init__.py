"""Conversations in a database: saved turn by turn, found again after a crash, safe beside other writers."""

from .conversation import Conversation
from .conversations import ConversationStore
from .states import History, Position, Saved, TakenBack

__all__ = ["Conversation", "ConversationStore", "History", "Position", "Saved", "TakenBack"]
