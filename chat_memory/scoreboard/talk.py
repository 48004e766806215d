"""A talk: what a user says, turn by turn, what is planted in it, and what is asked about that afterwards. Plain data."""

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Self

from ..content import field as field_of
from ..content import in_words
from ..messages import Message
from ..search import terms

KINDS = ("early", "late", "corrected", "said twice", "negated", "by the assistant", "in a tool result", "never said")
BY_ASSISTANT, NEVER = KINDS[5], KINDS[-1]
NOTHING_FOUND = "Nothing is found under that name."
SYSTEM = (
    "You are a helpful assistant in a long conversation. Answer in a few short sentences. What was never said in the "
    "conversation you do not know: then say that you do not know."
)


@dataclass(frozen=True)
class Lookup:
    """What a turn has looked up with the tool `look_up`: under which name, and what comes back."""

    what: str
    result: str


@dataclass(frozen=True)
class Turn:
    """A turn: what the user says, and what a scripted model replies, after a look-up or without one."""

    user: str
    reply: str = "Noted."
    lookup: Lookup | None = None

    @property
    def without_tools(self) -> str:
        """What the user's message is where a program has made the look-up, for a memory that has no tools."""
        return f"{self.user}\n\nLooked up: {self.lookup.what}\n{self.lookup.result}" if self.lookup else self.user


@dataclass(frozen=True)
class Said:
    """Where a fact is said: in which turn (from 0), and the fact as a sentence that can be understood alone."""

    turn: int
    fact: str


@dataclass(frozen=True)
class Planted:
    """A question, with the answers that are right, any of them, and those that would be false.

    `said` is where it is said, oldest first: a later one stands for those before. Where the assistant makes something
    up, `pattern` finds it in the reply that it has really given in that turn, a regular expression whose first group,
    or all of it, is the answer. A question with the answer "no" (or "yes") asks whether something is so.
    """

    kind: str
    question: str
    answers: tuple[str, ...] = ()
    wrong: tuple[str, ...] = ()
    said: tuple[Said, ...] = ()
    pattern: str = ""


@dataclass(frozen=True)
class Talk:
    """A conversation with planted facts, and the questions about them."""

    name: str
    turns: tuple[Turn, ...]
    planted: tuple[Planted, ...]
    system: str = SYSTEM
    _by_words: dict[str, Turn] = field(init=False, repr=False, compare=False, default_factory=dict)

    def __post_init__(self) -> None:
        """Raises ValueError for an unknown kind, a question without an answer, and a fact in a turn that is not there."""
        for turn in self.turns:
            self._by_words.setdefault(_words(turn.user), turn)
            self._by_words.setdefault(_words(turn.without_tools), replace(turn, lookup=None))
        for planted in self.planted:
            if planted.kind not in KINDS:
                raise ValueError(f"There is no kind {planted.kind!r:.40}. There are: {', '.join(KINDS)}.")
            if planted.kind != NEVER and not (planted.answers or planted.pattern):
                raise ValueError(
                    f"The question {planted.question!r:.60} has no answer; only what is never said has none."
                )
            if any(not 0 <= said.turn < len(self.turns) for said in planted.said):
                raise ValueError(f"The question {planted.question!r:.60} is about a turn that the talk does not have.")

    def says(self, messages: Sequence[Any]) -> str | tuple[str, dict[str, Any]] | None:
        """What a scripted model says to these messages: a reply, or a call of a tool with its arguments.

        None where they do not end with a turn of this talk: a question, or a request for a summary.
        """
        last = messages[-1] if messages else {}
        asked: Any = next((m for m in reversed(messages) if field_of(m, "role") == "user"), {})
        if field_of(last, "role") not in ("user", "tool") or not (turn := self._by_words.get(_words(text_of(asked)))):
            return None
        if turn.lookup and last is asked:
            return "look_up", {"what": turn.lookup.what}
        return turn.reply

    def heard(self, replies: Mapping[int, str]) -> "Talk":
        """The same talk with what was really replied, by turn: what the assistant has made up is read from there."""
        turns = tuple(replace(turn, reply=replies.get(number, turn.reply)) for number, turn in enumerate(self.turns))
        return replace(self, turns=turns, planted=tuple(_read(planted, turns) for planted in self.planted))

    def look_up(self, what: str) -> str:
        """What the tool finds: the entry that shares most words with the name, as a model may write it otherwise."""
        wanted = set(terms.of_fact(what))
        found = [(len(wanted & set(terms.of_fact(entry.what))), entry) for entry in self.lookups]
        best = max(found, key=lambda each: each[0], default=(0, None))
        return best[1].result if best[0] and best[1] else NOTHING_FOUND

    @property
    def lookups(self) -> list[Lookup]:
        """All that can be looked up."""
        return [turn.lookup for turn in self.turns if turn.lookup]

    def tools(self) -> list[Callable[..., Any]]:
        """The functions that a model may call in this talk: `look_up`, where anything is looked up in it."""

        def look_up(what: str) -> str:
            """Look something up by its name or number, such as "parcel Q-1034"."""
            return self.look_up(what)

        return [look_up] if self.lookups else []

    def as_json(self) -> dict[str, Any]:
        """The talk as JSON takes it."""
        return {name: value for name, value in asdict(self).items() if not name.startswith("_")}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        """The talk again. What is left out is as it stands in the classes; raises ValueError for what is no talk."""
        try:
            turns = tuple(_turn(each) for each in data["turns"])
            planted = tuple(_planted(each) for each in data["planted"])
            return cls(str(data.get("name", "a talk")), turns, planted, str(data.get("system", SYSTEM)))
        except (KeyError, TypeError, AttributeError) as error:
            raise ValueError(f"This is no talk: {type(error).__name__}: {error}. See Talk.as_json().") from error


def talks_as_json(talks: Iterable[Talk]) -> str:
    """Talks as a text, to be saved in a file."""
    return json.dumps([talk.as_json() for talk in talks], ensure_ascii=False, indent=1)


def talks_from_json(text: str) -> list[Talk]:
    """Talks that were saved, or written by somebody else. Raises ValueError for what is no list of talks."""
    data = json.loads(text)
    if not isinstance(data, list) or not data:
        raise ValueError("A set of talks is a JSON list with at least one talk: see talks_as_json().")
    return [Talk.from_json(each) for each in data]


def _read(planted: Planted, turns: Sequence[Turn]) -> Planted:
    """A question, with the answer that the assistant has given in its turn; without any where it has given none."""
    if not planted.pattern or not planted.said:
        return planted
    found = re.search(planted.pattern, turns[planted.said[-1].turn].reply)
    answer = "" if not found else found[1] if found.re.groups else found[0]
    if answer in planted.answers:
        return planted
    scripted = planted.answers[0] if planted.answers else ""
    said = tuple(replace(each, fact=each.fact.replace(scripted, answer)) for each in planted.said if answer)
    return replace(planted, answers=(answer,) if answer else (), said=said or planted.said)


def _turn(data: dict[str, Any]) -> Turn:
    lookup = data.get("lookup")
    found = Lookup(str(lookup["what"]), str(lookup["result"])) if lookup else None
    return Turn(str(data["user"]), str(data.get("reply", "Noted.")), found)


def _planted(data: dict[str, Any]) -> Planted:
    said = tuple(Said(int(each["turn"]), str(each["fact"])) for each in data.get("said", ()))
    for name in ("answers", "wrong"):
        if not isinstance(data.get(name, []), list):
            raise ValueError(
                f'{name!r} is a list of texts, as in ["Tom"], not {data[name]!r} (of {data["question"]!r}).'
            )
    answers, wrong = (tuple(map(str, data.get(name, ()))) for name in ("answers", "wrong"))
    return Planted(str(data["kind"]), str(data["question"]), answers, wrong, said, str(data.get("pattern", "")))


def text_of(message: Any) -> str:
    """The text of a message, be it a dict or an object of a library."""
    said: Message = {"role": "user", "content": field_of(message, "content") or ""}
    return in_words(said, "a message")


def _words(text: str) -> str:
    return " ".join(text.split())
