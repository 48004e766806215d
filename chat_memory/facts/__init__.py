"""Facts about a user, from one conversation to the next: learned, found again, corrected, forgotten."""

from .records import Fact
from .user_facts import UserFacts

__all__ = ["Fact", "UserFacts"]
