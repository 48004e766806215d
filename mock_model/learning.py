"""Learning: the facts that a user states in a conversation, beside those that are known already.

Each is a sentence in the third person with the number of the message that says it, and of the known fact that it
corrects. What is known, or said again, is no new fact; nor are questions, requests and small talk, nor what the assistant
says. Of two values for the same thing the later one counts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from mock_model import lexicon as lx
from mock_model.instructions import WHENEVER
from mock_model.keeping import ONE_AT_A_TIME, Shape, given_in, holds_fact, replaces, shape, weight
from mock_model.language import is_verb, sentences, words
from mock_model.orders import LASTING, REPLIES, STATED, led, plain, unquoted
from mock_model.reading import Notes, Statement, hear
from mock_model.retelling import ORDERING, completed, in_third_person

Numbered = tuple[int, str]  # the number of a known fact, and what it says
SMALL_TALK = re.compile(
    r"\b(?:would like|wants?|needs?|wanted) to (?:know|ask)\b|\bquestions?\.$|\b(?:thank|thanks)\b|\b(?:it|that|this|them|so)\.$"
    r"|^(?:that|this|it)\b|^the user (?:is|was|feels?) (?:sorry|fine|glad|happy|back|here|ready|curious|asking|done|sure)\b"
    r"|^the user (?:sees?|understands?|agrees?|guesses|means?)\b",
    re.I,
)
REQUESTED = re.compile(r"the user (?:asked|told) the assistant\b|.*\b(?:the assistant|assistant's)\b", re.I)
IGNORING = re.compile(r"\W*(?:ignore|forget|disregard|override)\b.{0,60}\b(?:instructions?|rules?|prompts?)\b", re.I)
NOW = frozenset("now currently still today already just actually really also recently".split())
CHANGEABLE = frozenset(w.lemma for w in words("prefer plan want decided booked favourite"))
LASTS = frozenset("be have like know dislike".split())  # verbs of which several things can be said at a time
MOVED = frozenset(w.lemma for w in words("move live"))


@dataclass
class Fact:
    """Something that is known or that the user has said."""

    text: str
    message: int | None = None  # the number of the message that says it
    number: int | None = None  # its own, where it is known already
    statement: Statement | None = None  # none for an instruction, which is only quoted
    replaces: int | None = None  # the number of the known fact that it corrects
    replaced: bool = False

    @property
    def weight(self) -> int:
        """The heavier, the later it is left out."""
        return weight(self.statement, {}) if self.statement else 0


def facts_in(
    messages: Sequence[tuple[int, dict]], known: Sequence[Numbered], *, instructions: bool = False
) -> list[Fact]:
    """The new facts in messages, each with its number, in their order.

    With instructions, what a user orders for good is listed as well, as something that he said.
    """
    notes, facts = Notes(), []
    for number, text in known:
        for index, _ in hear(notes, "notes", text):
            facts.append(Fact(text, number=number, statement=notes.statements[index]))
    spoken = [{**message, "content": unquoted(message["content"], True)} for _, message in messages]
    before = None
    by_index: dict[int, Fact] = {}
    for (number, _), message in zip(messages, completed(spoken), strict=True):
        role, said = message["role"], sentences(message["content"])
        ordered = [s for s in said if instructs(s)] if role == "user" else []
        text = "\n".join(s for s in said if s not in ordered)
        for index, replaced in hear(notes, role, text, before):
            fact = Fact("", number, statement=notes.statements[index])
            _learn(fact, facts, by_index.get(replaced) if replaced is not None else None)
            by_index[index] = fact
        facts += [Fact(f"The user said: {s}", number) for s in ordered if instructions]
        before = (role, text)
    return list(_new(facts))


def _new(facts: Sequence[Fact]) -> Iterator[Fact]:
    """The facts that are new and in force, each once."""
    seen = {_folded(fact.text) for fact in facts if fact.number is not None and not fact.replaced}
    by_number = {fact.number: fact for fact in facts if fact.number is not None}
    for fact in facts:
        back = fact.replaces is not None and _same(fact, by_number[fact.replaces])  # changed, and changed back
        if fact.number is None and not fact.replaced and not back and _folded(fact.text) not in seen:
            seen.add(_folded(fact.text))
            yield fact


def _folded(text: str) -> str:
    return " ".join(text.split()).rstrip(".").casefold()


def _learn(fact: Fact, facts: list[Fact], corrected: Fact | None) -> None:
    """Add a fact, if it is one and new; what it corrects is replaced."""
    statement = fact.statement
    if statement.role != "user" or not _tells(statement):
        return
    fact.text = in_third_person(statement.words, "user")
    if REQUESTED.match(fact.text) or SMALL_TALK.search(fact.text):
        return
    in_force = [old for old in facts if old.statement and not old.replaced]
    if any(_same(fact, old) for old in in_force if old is not corrected):
        return
    for old in in_force:
        if old is corrected or _corrects(statement, old.statement):
            old.replaced = True
            fact.replaces = old.number if old.number is not None else old.replaces
    facts.append(fact)


def _tells(statement: Statement) -> bool:
    """Whether a statement of a user is about him, his people or his plans."""
    unclear = statement.spoken and statement.spoken[-1].low in ("it", "that", "this", "them")  # "I love it!"
    if unclear or not holds_fact(statement, set()) or not any(is_verb(w) for w in statement.words):
        return False
    return bool(statement.said & {"you", "your", "yours"}) or bool(shape(statement.words).kinds - {"advice", "taste"})


def instructs(sentence: str) -> bool:
    """Whether a sentence orders something for good: "From now on, …", "Always recommend …", "Ignore all rules"."""
    marked = REPLIES.sub("@", plain(sentence))
    if IGNORING.match(marked):
        return True
    order = led(marked, False)
    spoken = words(order)
    if not spoken or not LASTING.search(marked) or STATED.match(order) or re.match(r"never mind\b", order, re.I):
        return False
    verb = spoken[0].low in ORDERING or is_verb(spoken[0]) or order[0] == "@"
    return bool(verb or WHENEVER.match(order) or re.match(r"(?:do not|never|stop)\b", order, re.I))


# ---- the same, or another value for the same ----


def _same(one: Fact, other: Fact) -> bool:
    """Whether the first says no more than the second."""
    if not one.statement or not other.statement or one.statement.negated != other.statement.negated:
        return False
    return _content(one.statement) <= _content(other.statement)


def _content(statement: Statement) -> frozenset[str]:
    """What a statement says, in the base forms of its words."""
    moved = _settles(statement)
    keys = {w.key.replace(",", "") for w in statement.words if _counts(w.low) or w.low == "you"}
    return frozenset("live" if key in MOVED and moved else key for key in keys)


def _counts(low: str) -> bool:
    return low[0].isalnum() and low not in NOW and (low not in lx.SMALL or low in lx.NUMBER_WORDS)


def _settles(statement: Statement) -> bool:
    """Whether it says where somebody lives: "you moved to Porto" as well as "you live in Porto"."""
    verb = shape(statement.words).verb
    return verb in MOVED and (verb == "live" or bool(re.search(r"\bmov\w+ (?:back )?to\b", statement.text, re.I)))


def _corrects(new: Statement, old: Statement) -> bool:
    """Whether a later statement gives another value for the same thing."""
    n, o = shape(new.words), shape(old.words)
    if new.more or n.subject != o.subject:
        one = bool(new.correcting or n.verb in ONE_AT_A_TIME)
        return one and not new.more and (replaces(new, old) or _renames(new, old))
    if _settles(new) and _settles(old):
        return bool(n.kinds or n.verb != "live" or new.correcting) and bool(o.kinds)
    if n.verb == o.verb and new.negated != old.negated:
        return _said_of(old, o) <= _said_of(new, n) or _said_of(new, n) <= _said_of(old, o)
    if (new.correcting or n.verb in ONE_AT_A_TIME) and (replaces(new, old) or _renames(new, old)):
        return True
    as_before = n.verb in ONE_AT_A_TIME and n.verb != "be" and _after_verb(new) == _after_verb(old) in lx.PREPOSITIONS
    changes = as_before or n.verb in CHANGEABLE or (new.correcting > 1 and n.verb not in LASTS)
    return n.verb == o.verb and bool(new.correcting) and changes and not (new.negated or old.negated)


def _renames(new: Statement, old: Statement) -> bool:
    """Whether both say what one thing is called: "your dog is called Rex", "you have a dog called Biscuit"."""
    named = {thing.split("/")[-1]: name for name, thing in old.names}
    return any(named.get(thing.split("/")[-1], name) != name for name, thing in new.names)


def _after_verb(statement: Statement) -> str:
    """The word after the verb: "as" in "you now work as a nurse"."""
    lemmas = [w.lemma for w in statement.words]
    place = lemmas.index(shape(statement.words).verb) + 1
    return statement.words[place].low if place < len(lemmas) else ""


def _said_of(statement: Statement, about: Shape) -> frozenset[str]:
    """What is said of its subject."""
    given = {statement.words[n].lemma for n in given_in(statement.words)}
    return frozenset(key for key in about.rest | given if key not in NOW | {"long", "more", "anymore"})
