"""What a stranger's text can do: the attack suite against our memory and the summary memories of two libraries.

All of them ask the offline model, are told the same, and get the same budgets. Ours is attacked twice: as it is, and in
a program that uses the defences (a redacting store, quoted documents, show_request). The libraries are used as their
documentation shows it: langmem's `summarize_messages`, LlamaIndex's `ChatSummaryMemoryBuffer` as its chat engines do it.
What a library leaves to the program (files, ids, facts, display) is "not tried".

    python tests/benchmarks/bench_attacks.py
"""

from __future__ import annotations

import logging
import sys
import tempfile
import textwrap
import warnings
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any

from chat_memory import ChatMemory, show_request
from chat_memory.attacks import ATTACKS, Outcome, attack
from chat_memory.facts import UserFacts
from chat_memory.safety import quoted, redacted
from chat_memory.store import ConversationStore
from common import OFFLINE_MODEL, offline_server
from summarising_peers import SUMMARISING

logging.disable(logging.WARNING)
warnings.simplefilter("ignore")


class Saved(ChatMemory):
    """Ours with a store that redacts."""

    def __init__(self, client: Any, conversation_id: str, folder: Path) -> None:
        self.store = ConversationStore(folder / "chats.db", clean=redacted)
        try:
            super().__init__(client, model=OFFLINE_MODEL, conversation=self.store.open(conversation_id))
        except Exception:
            self.store.close()
            raise

    def close(self) -> None:
        self.store.close()


def with_fact(folder: str, client: Any, system: str, fact: str) -> ChatMemory:
    """Ours with the facts of a user."""
    facts = UserFacts(ConversationStore(Path(folder) / "facts.db"), "ana")
    facts.forget_all()
    facts.add(fact)
    return ChatMemory(client, system, model=OFFLINE_MODEL, facts=facts)


def contestants(folder: str) -> dict[str, Callable[[Any], list[Outcome]]]:
    """Names, and how to attack what has this name."""
    ours = partial(ChatMemory, model=OFFLINE_MODEL)
    parts = {"open": Saved, "with_fact": partial(with_fact, folder), "show": show_request, "paste": quoted}
    found = {"ChatMemory": partial(attack, ours), "with defences": partial(attack, ours, **parts)}
    for package, make in SUMMARISING.items():
        with suppress(ImportError):
            found[f"{package} {version(package)}"] = partial(attack, make())
        if not any(name.startswith(package) for name in found):
            print(f"{package} is not installed here, so it is left out: python3 workbook.py bench installs it.")
    return found


def main() -> int:
    """Print the table and the reasons. Returns 1 when an attack worked against ours with its defences."""
    client = offline_server().client()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        outcomes = {name: run(client) for name, run in contestants(folder).items()}
    print(f"{'':<25}" + "".join(f"{name:<26}" for name in outcomes))
    for i, each in enumerate(ATTACKS):
        print(f"{each.name:<25}" + "".join(f"{found[i].result:<26}" for found in outcomes.values()))
    print("\nwhy")
    for i, each in enumerate(ATTACKS):
        for name, found in outcomes.items():
            if found[i].result != "not tried":
                label = f"{each.name}, {name}: {found[i].result}, "
                print(textwrap.fill(label + found[i].why, 118, subsequent_indent="    "))
    return int(any(found.result != "stopped" for found in outcomes["with defences"]))


if __name__ == "__main__":
    sys.exit(main())
