"""The board: each strategy is put through the same talks and asked the same questions, and what it costs is noted."""

import copy
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, NamedTuple

from ..texts import DEFAULT_MODEL
from .ledger import Ledger, Price, Used
from .scoring import FALSE, MISSED, RIGHT, VOID, Outcome, outcome
from .strategies import STRATEGIES, Strategy
from .talk import KINDS, NEVER, Planted, Talk, Turn
from .writers import Writer

MAX_TOKENS = 2_400  # the budget of a request and its reply
MOST_ERRORS = 3  # that are kept of a strategy in a talk, in words


class Answer(NamedTuple):
    """A question, what was replied, and what that is worth."""

    talk: str
    planted: Planted
    reply: str
    outcome: Outcome


@dataclass(frozen=True)
class Result:
    """What a strategy came to: its answers, what it used, and what went wrong in it.

    `used` is what the talks have used, turn by turn; `asking` the questions afterwards. They stand apart: asked on many
    copies of one state, they may pay many times for what a conversation does once, such as a fold.
    """

    strategy: str
    writer: str
    answers: tuple[Answer, ...]
    used: Used
    asking: Used
    errors: tuple[str, ...] = ()
    branched: bool = True  # whether each question was asked on the same state
    unseen: tuple[
        str, ...
    ] = ()  # what was done with the client without its usage being known: it costs more than noted

    def of(self, *kinds: str) -> list[Answer]:
        """The answers to questions of these kinds, without those to which there was nothing to be known."""
        return [each for each in self.answers if each.planted.kind in kinds and each.outcome != VOID]

    @property
    def n(self) -> int:
        """How many questions there were of facts that were said."""
        return len(self.of(*SAID))

    @property
    def right(self) -> int:
        """How many of them were answered right."""
        return sum(each.outcome == RIGHT for each in self.of(*SAID))

    @property
    def recall(self) -> float:
        """Which part of what was said was answered right, from 0 to 1."""
        return self.right / self.n if self.n else 0.0

    @property
    def false(self) -> int:
        """How many answers were false: another value than the one that holds, or an answer to what was never said."""
        return sum(each.outcome == FALSE for each in self.answers)

    def money(self, price: Price) -> float:
        """What the talks cost at this price."""
        return self.used.money(price)

    @property
    def longest(self) -> int:
        """The largest request, in tokens, those of the questions included: it has to fit into the model's window."""
        return max(self.used.longest, self.asking.longest)

    def as_json(self, price: Price | None = None) -> dict[str, Any]:
        """The result as JSON takes it; with a price, with what it costs."""
        answers = [
            {
                "talk": each.talk,
                "kind": each.planted.kind,
                "question": each.planted.question,
                "answers": list(each.planted.answers),
                "reply": each.reply,
                "outcome": each.outcome,
            }
            for each in self.answers
        ]
        kinds = {
            kind: {"right": sum(each.outcome == RIGHT for each in of_kind), "n": len(of_kind)}
            for kind in KINDS
            if (of_kind := self.of(kind))
        }
        money = {} if price is None else {"money": self.money(price), "money_asking": self.asking.money(price)}
        return {
            "strategy": self.strategy,
            "writer": self.writer,
            "right": self.right,
            "n": self.n,
            "recall": self.recall,
            "false": self.false,
            "kinds": kinds,
            "used": asdict(self.used),
            "asking": asdict(self.asking),
            **money,
            "errors": list(self.errors),
            "branched": self.branched,
            "unseen": list(self.unseen),
            "answers": answers,
        }


SAID = tuple(kind for kind in KINDS if kind != NEVER)


@dataclass(frozen=True)
class Board:
    """The results of all strategies over the same talks."""

    results: tuple[Result, ...]
    model: str
    max_tokens: int
    talks: int

    def __getitem__(self, strategy: str) -> Result:
        for result in self.results:
            if result.strategy == strategy:
                return result
        raise KeyError(f"There is no strategy {strategy!r}. There are: {', '.join(r.strategy for r in self.results)}.")

    def __iter__(self) -> Any:
        return iter(self.results)

    def by_money(self, price: Price) -> list[Result]:
        """The results, the cheapest first."""
        return sorted(self.results, key=lambda result: (result.money(price), -result.recall, result.strategy))

    def as_json(self, price: Price | None = None) -> dict[str, Any]:
        """The board as JSON takes it; with a price, with what each strategy costs."""
        shared = {"model": self.model, "max_tokens": self.max_tokens, "talks": self.talks}
        return shared | {"results": [result.as_json(price) for result in self.results]}


def compare(
    talks: Sequence[Talk],
    client_for: Callable[[Talk], Any],
    *,
    strategies: Iterable[Strategy] = STRATEGIES,
    model: str = DEFAULT_MODEL,
    max_tokens: int = MAX_TOKENS,
    on_progress: Callable[[str, str], Any] = lambda strategy, talk: None,
) -> Board:
    """Put each strategy through the talks, and ask it the questions of each.

    `client_for(talk)` makes a client: a new one for each strategy, so that none finds in a prompt cache what another one
    has put there. `max_tokens` is the budget that each memory is given. `on_progress` is told the names of strategy and
    talk before each begins.

    What a memory raises is an error of its result, and its turn or question goes without a reply; only where its very
    first turn fails, that is raised, for then nothing could come of it.
    """
    results = []
    for strategy in strategies:
        parts = []
        for talk in talks:
            on_progress(strategy.name, talk.name)
            parts.append(_in_one_talk(strategy, talk, client_for(talk), model, max_tokens))
        results.append(_joined(parts))
    return Board(tuple(results), model, max_tokens, len(talks))


def _in_one_talk(strategy: Strategy, talk: Talk, client: Any, model: str, max_tokens: int) -> Result:
    ledger, writer = Ledger(), Writer(client, talk, model)
    tools = talk.tools() if strategy.takes_tools else []
    noted = ledger.client(writer)
    memory = strategy.make(noted, system=talk.system, max_tokens=max_tokens, model=model, tools=tools)
    errors: list[str] = []
    replies: dict[int, str] = {}
    for number, turn in enumerate(talk.turns):
        try:
            replies[number] = _text(memory.ask(turn.user if strategy.takes_tools else turn.without_tools))
        except Exception as error:  # whatever a memory raises is a result
            if not number:
                raise
            errors.append(f"turn {number + 1}: {type(error).__name__}: {error}"[:200])
        writer.talk = _as_it_went(writer.talk, turn, number, replies)
    talked = ledger.settled()
    if not talked.calls:
        errors.append("no request was seen in the talk: what this memory costs is not measured")
    answers, branched = [], True
    for planted in writer.talk.planted:
        try:
            asked, own_state = _same_state(memory)
            branched = branched and own_state
            reply = _text(asked.ask(planted.question))
        except Exception as error:
            errors.append(f"{planted.question!r:.60}: {type(error).__name__}: {error}"[:200])
            answers.append(
                Answer(talk.name, planted, "", VOID if not planted.answers and planted.kind != NEVER else MISSED)
            )
        else:
            answers.append(Answer(talk.name, planted, reply, outcome(planted, reply)))
    asking, unseen = ledger.settled(), tuple(sorted(ledger.unseen))
    return Result(strategy.name, strategy.writer, tuple(answers), talked, asking, tuple(errors), branched, unseen)


def _as_it_went(talk: Talk, turn: Turn, number: int, replies: Mapping[int, str]) -> Talk:
    """The talk with the reply that was really given, where it is another one than the scripted."""
    reply = replies.get(number, "")
    return talk if reply == turn.reply else talk.heard({number: reply})


def _same_state(memory: Any) -> tuple[Any, bool]:
    """A memory in the state of this one, and whether it is one of its own; else this one.

    Raises what a `branch` of its own raises, and TypeError where that returns no memory.
    """
    if callable(branch := getattr(memory, "branch", None)):
        if not callable(getattr(branched := branch(), "ask", None)):
            raise TypeError(f"branch() returned {type(branched).__name__}, which has no ask()")
        return branched, branched is not memory
    try:
        return copy.deepcopy(memory), True
    except Exception:  # whatever it holds that cannot be copied
        return memory, False


def _text(reply: Any) -> str:
    if not isinstance(reply, str):
        raise TypeError(f"ask() returned {type(reply).__name__}, not text")
    return reply


def _joined(parts: Sequence[Result]) -> Result:
    """The results of one strategy in several talks, as one."""
    first = parts[0]
    used, asking = (sum(each, Used()) for each in ([p.used for p in parts], [p.asking for p in parts]))
    answers = tuple(answer for part in parts for answer in part.answers)
    errors = tuple(error for part in parts for error in part.errors)
    branched, unseen = all(part.branched for part in parts), {name for part in parts for name in part.unseen}
    return replace(
        first,
        answers=answers,
        used=used,
        asking=asking,
        errors=errors,
        branched=branched,
        unseen=tuple(sorted(unseen)),
    )
