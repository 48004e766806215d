"""The scoreboard: what a strategy of memory remembers and what it costs, measured on talks with planted facts."""

from .board import MAX_TOKENS, Answer, Board, Result, compare
from .charts import best, chart
from .comparing import Difference, difference
from .found_turns import found
from .ledger import Ledger, Used, without_cache
from .strategies import ORACLES, STRATEGIES, VAGUE_ONES, Strategy, own, written
from .tables import by_kind, failures, table
from .talk import KINDS, Lookup, Planted, Said, Talk, Turn, talks_as_json, talks_from_json
from .talks import talks

__all__ = [
    "KINDS",
    "MAX_TOKENS",
    "ORACLES",
    "STRATEGIES",
    "VAGUE_ONES",
    "Answer",
    "Board",
    "Difference",
    "Ledger",
    "Lookup",
    "Planted",
    "Result",
    "Said",
    "Strategy",
    "Talk",
    "Turn",
    "Used",
    "best",
    "by_kind",
    "chart",
    "compare",
    "difference",
    "failures",
    "found",
    "own",
    "table",
    "talks",
    "talks_as_json",
    "talks_from_json",
    "without_cache",
    "written",
]
