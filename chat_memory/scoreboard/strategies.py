"""The strategies that are compared: each a way to make a memory, with who writes its summaries and facts."""

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from ..memory import ChatMemory
from .found_turns import found
from .learning import FactsAndSummary, FactsBySearch, SummaryAlone
from .resending import Chosen, Resending, all_of, last_turns, this_turn, within
from .server_kept import Chain
from .writers import ORACLE, OWN, VAGUE

WINDOW = 12  # turns
LOWER_MARK = 0.6  # of the budget, to which it is cut once it is full
SUMMARY_TOKENS = 300  # the most that a summary may have
KEEP_RECENT = 6  # turns beside a summary


class Memory(Protocol):
    """What is compared: a conversation that can be asked."""

    def ask(self, text: str, /) -> str: ...


class Make(Protocol):
    """Makes a memory for one talk. `max_tokens` is the budget of a request and its reply; `tools` are functions."""

    def __call__(
        self, client: Any, *, system: str, max_tokens: int, model: str, tools: list[Callable[..., Any]]
    ) -> Memory: ...


@dataclass(frozen=True)
class Strategy:
    """A way to remember: its name, what makes its memory, and who writes for it; "" where nothing is written.

    Without `takes_tools`, a look-up is made for the memory, and its result stands in the user's message.
    """

    name: str
    make: Make
    writer: str = ""
    takes_tools: bool = True


def own(name: str, factory: Callable[..., Any]) -> Strategy:
    """A strategy of a class or function of somebody's own: `factory(client, …)` returns something with `ask(text)`.

    Of `system`, `max_tokens`, `model` and `tools` it is given those that its parameters name. Raises TypeError where it
    takes no client, or needs something else.
    """
    parameters = inspect.signature(factory).parameters
    takes_all = any(each.kind is each.VAR_KEYWORD for each in parameters.values())
    offered = {"system", "max_tokens", "model", "tools"}
    positional = [
        each for each in parameters.values() if each.kind in (each.POSITIONAL_ONLY, each.POSITIONAL_OR_KEYWORD)
    ]
    needed = {
        each.name
        for each in parameters.values()
        if each.default is each.empty and each.kind not in (each.VAR_KEYWORD, each.VAR_POSITIONAL)
    }
    if not positional and not any(each.kind is each.VAR_POSITIONAL for each in parameters.values()):
        raise TypeError(f"{name} takes no client: it is called as {name}(client, system=…, max_tokens=…).")
    first = positional[0].name if positional else ""
    if missing := sorted(needed - offered - {first}):
        raise TypeError(
            f"{name} needs {', '.join(missing)}, but is given only the client, {', '.join(sorted(offered))}."
        )

    def make(client: Any, **settings: Any) -> Any:
        return factory(client, **{key: value for key, value in settings.items() if takes_all or key in parameters})

    return Strategy(name, make, takes_tools=takes_all or "tools" in parameters)


def resending(choose: Callable[[int, str, Any], Chosen], *, forgets: bool = False) -> Make:
    """What makes a memory that resends what is chosen; `choose` is given the budget, the model and the tools."""

    def make(client: Any, *, system: str, max_tokens: int, model: str, tools: Any) -> Memory:
        chosen = choose(max_tokens, model, tools)
        return Resending(client, chosen, system=system, model=model, tools=tools, forgets=forgets)

    return make


def _cut_lower(max_tokens: int, model: str, tools: Any) -> Chosen:
    return within(max_tokens, cut_to=int(LOWER_MARK * max_tokens), model=model, tools=tools)


def _found(max_tokens: int, model: str, tools: Any) -> Chosen:
    return found(within(max_tokens, model=model, tools=tools))


def _named(writer: str, model: str) -> str:
    """The model that writes: see `writers`."""
    return model if writer == OWN else writer


def _summary_alone(writer: str) -> Make:
    def make(client: Any, *, system: str, max_tokens: int, model: str, tools: Any) -> Memory:
        tokens, writes = _summary_tokens(max_tokens), _named(writer, model)
        return SummaryAlone(client, system=system, summary_tokens=tokens, model=model, writer=writes, tools=tools)

    return make


def _summary_and_recent(writer: str) -> Make:
    def make(client: Any, *, system: str, max_tokens: int, model: str, tools: Any) -> Memory:
        sizes, writes = _sizes(max_tokens), _named(writer, model)
        return ChatMemory(client, system, model=model, tools=tools, summary_model=writes, **sizes)

    return make


def _facts_by_search(writer: str) -> Make:
    def make(client: Any, *, system: str, max_tokens: int, model: str, tools: Any) -> Memory:
        sizes, writes = {"max_tokens": max_tokens}, _named(writer, model)
        return FactsBySearch(client, system=system, model=model, writer=writes, tools=tools, **sizes)

    return make


def _facts_and_summary(writer: str) -> Make:
    def make(client: Any, *, system: str, max_tokens: int, model: str, tools: Any) -> Memory:
        sizes, writes = _sizes(max_tokens), _named(writer, model)
        return FactsAndSummary(client, writer=writes, model=model, system=system, tools=tools, **sizes)

    return make


def _chain(client: Any, *, system: str, max_tokens: int, model: str, tools: Any) -> Memory:
    return Chain(client, system=system, model=model, tools=tools)


def _compacted(client: Any, *, system: str, max_tokens: int, model: str, tools: Any) -> Memory:
    return Chain(client, system=system, model=model, tools=tools, compact_at=max_tokens)


def _sizes(max_tokens: int) -> dict[str, Any]:
    """What a memory with a summary is made with."""
    return {"max_tokens": max_tokens, "keep_recent": KEEP_RECENT, "summary_tokens": _summary_tokens(max_tokens)}


def _summary_tokens(max_tokens: int) -> int:
    return min(SUMMARY_TOKENS, max_tokens // 4)


EVERYTHING, NOTHING = "everything", "nothing"
WRITTEN: dict[str, Callable[[str], Make]] = {
    "summary alone": _summary_alone,
    "summary and recent turns": _summary_and_recent,
    "facts by search": _facts_by_search,
    "facts and summary": _facts_and_summary,
}


def written(name: str, writer: str) -> Strategy:
    """A strategy that writes summaries or facts, with another writer than the model: `oracle` or `vague`.

    Raises KeyError for a strategy that writes nothing.
    """
    return Strategy(name if writer == OWN else f"{name}, {writer}", WRITTEN[name](writer), writer)


PLAIN = (
    Strategy(EVERYTHING, resending(lambda max_tokens, model, tools: all_of)),
    Strategy(NOTHING, resending(lambda max_tokens, model, tools: this_turn)),
    Strategy("window", resending(lambda max_tokens, model, tools: last_turns(WINDOW))),
    Strategy("budget", resending(lambda max_tokens, model, tools: within(max_tokens, model=model, tools=tools))),
    Strategy("budget, cut lower", resending(_cut_lower, forgets=True)),
    Strategy("turns found by search", resending(_found)),
)
SERVER_KEPT = (Strategy("chain on the server", _chain), Strategy("compaction", _compacted))
STRATEGIES = (*PLAIN, *(written(name, OWN) for name in WRITTEN), *SERVER_KEPT)
ORACLES = tuple(written(name, ORACLE) for name in WRITTEN)
VAGUE_ONES = tuple(written(name, VAGUE) for name in ("summary alone", "summary and recent turns"))
