"""The attack suite: what strangers try on a chat program, tried on a memory of yours."""

from .recorder import Attack, Outcome, table
from .suite import ATTACKS, attack

__all__ = ["ATTACKS", "Attack", "Outcome", "attack", "table"]
