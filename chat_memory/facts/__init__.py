"""Facts about a user, from one conversation to the next: learned, found again, corrected, forgotten."""

from .user_facts import Fact, UserFacts

__all__ = ["Fact", "UserFacts"]
