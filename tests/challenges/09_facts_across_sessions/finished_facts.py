"""The finished UserFacts of chat_memory: not for use where a learner is to write it."""

from __future__ import annotations

from types import ModuleType
from typing import Any

from ..engine.criteria import NotYet
from . import hints

ROOM = "chat_memory.facts"


def not_for_use() -> dict[str, ModuleType]:
    """chat_memory.facts, and the module in it, by their names, without what they can do: that is for the learner to write."""

    class UserFacts:
        def __init__(self, *_: Any, **__: Any) -> None:
            raise NotYet(
                "Your code leaves it to the finished UserFacts of chat_memory.",
                why="Here you find out what is in that one. Afterwards it is yours to use.",
                hints=hints.FINISHED,
            )

    modules = {name: ModuleType(name) for name in (ROOM, f"{ROOM}.user_facts")}
    for module in modules.values():
        module.UserFacts = UserFacts
    modules[ROOM].user_facts = modules[f"{ROOM}.user_facts"]
    return modules
