"""Facts: what users state, told in the third person, each with its message and with the known fact that it replaces."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from mock_model.finding.correcting import CHANGED, DECLARED, NUMBERS, corrected
from mock_model.sentences.reading import REFERS
from mock_model.sentences import lists
from mock_model.sentences.kinds import is_verb
from mock_model.sentences.reading import FIRST, Said, is_question, sentence_of
from mock_model.sentences.values import TIMES
from mock_model.sentences.voice import LEAD, retold
from mock_model.sentences.words import Word, join, sentences, words
from mock_model.tasks.orders import unquoted

CLAUSES = re.compile(r"[,;]? (?:and|but|so) (?=(?:i|we|my|our)\b)|; ", re.I)
MOVED = re.compile(r"\bmoved (?:back )?(?:to|into)\b", re.I)  # whoever moved to Porto lives there
TALK, MORE, STANDING, IGNORING = (lists.phrases(name, "facts.txt") for name in ("talk", "more", "standing", "ignoring"))
LISTS = {name: [word for line in lines for word in line] for name, lines in lists.sections("facts.txt").items()}
ALIKE = dict(zip(LISTS["alike"][::2], LISTS["alike"][1::2], strict=True))
PERSONS = frozenset("he she him her his hers they them their".split())
FAMILY = dict.fromkeys(TIMES, "time") | dict.fromkeys(NUMBERS, "number")
LONGEST, RECENT = 300, 30  # characters told again before "She is six."; facts a word, to compare with


@lru_cache(maxsize=1024)
def stated(text: str, asked: str) -> tuple[tuple[str, str], ...]:
    """What a message states: a "fact", what "refers" to one, an "answer", a value "instead" of another; a lasting "order"."""
    found: list[tuple[str, str]] = []
    before = ""
    for sentence in sentences(unquoted(text, True)):
        parts = CLAUSES.split(sentence)
        for one in parts if all(_acts(words(part)) for part in parts) else [sentence]:
            if how := _how(one, before, "" if found else asked):
                found.append((how, f"{before} {one}".strip() if how == "instead" else one))
        before = sentence if DECLARED.search(sentence) and len(sentence.split()) < 8 else ""
    return tuple(found)


def _how(one: str, before: str, asked: str) -> str:
    """What a clause is; nothing where it is no statement."""
    sentence, meant = sentence_of(one), gist(DECLARED.sub(" ", one))
    first, acts, rest = not sentence.low.isdisjoint(FIRST), _acts(sentence.words), meant.content - meant.values.keys()
    if sentence.asks or not meant.content or TALK.search(one.replace("’", "'")):
        return ""
    if not rest and (before or DECLARED.search(one)):
        return "instead"
    if _is_order(one):
        return "order" if IGNORING.match(one) or STANDING.search(one) else ""
    if asked and not first and (REFERS.match(one) or not acts):
        return "answer"
    if not sentence.low.isdisjoint(("you", "your")):
        return ""
    who = next((n for n, w in enumerate(sentence.words) if w.low in PERSONS), 0)
    named = any(w.base in lists.PEOPLE or (w.text[0].isupper() and w.low != "i") for w in sentence.words[1:who])
    if (REFERS.match(one) and (sentence.words[0].low in PERSONS or not first)) or (who and not named):
        return "refers"
    valued = {v.kind for v in sentence.values} - set(() if acts else LISTS["weak"])
    return "fact" if (first and acts) or (valued and rest) else ""


def _acts(spoken: Sequence[Word]) -> bool:
    """Whether somebody does or is something: "I live here", "My dog is old"; not "My wife"."""
    first = next((n for n, w in enumerate(spoken) if w.low in ("i", "we")), len(spoken))
    return any(_is_finite(w) for w in spoken) or any(is_verb(w.base) for w in spoken[first + 1 :])


def _is_finite(one: Word) -> bool:
    """Whether a word looks like the verb of a sentence: "is", "starts", "moved"."""
    inflected = one.low != one.base and (is_verb(one.base) or one.base in ALIKE) and not one.low.endswith("ing")
    return one.low in lists.AUXILIARIES or (inflected and not one.owns and one.base not in lists.PEOPLE)


def _is_order(one: str) -> bool:
    """Whether it begins as an order does: "Book a table", "Never mention it"; not "Work starts at nine"."""
    spoken = words(STANDING.sub("", LEAD.sub("", one, count=1)).lstrip(" ,:"))
    first, then = [*(w.low for w in spoken), "", ""][:2]
    if IGNORING.match(one) or first in ("do", "let", "must"):
        return True
    bare = is_verb(first) and spoken[0].base == first and first not in lists.AUXILIARIES
    return bare and (then in LISTS["taken"] or not any(map(_is_finite, spoken[1:])))


class Gist(NamedTuple):
    """What a sentence says, in base forms."""

    content: frozenset[str]
    subject: frozenset[str]  # what stands before its verb; the user himself does not count
    values: dict[str, str]  # the words of its values, each with what it is


@lru_cache(maxsize=4096)
def gist(text: str) -> Gist:
    """The gist of a sentence."""
    sentence = sentence_of(MOVED.sub("lives in", text))
    spoken, keys = sentence.words, {}
    for n, w in enumerate(spoken):
        small = {w.low, w.base} & lists.SMALL and w.low not in LISTS["counted"]
        if w.text[0].isalnum() and not small and w.base not in LISTS["no matter"]:
            keys[n] = ALIKE.get(w.base, w.base.replace(",", ""))
    verb = next((n for n, w in enumerate(spoken) if n > (spoken[0].low in lists.SMALL) and _is_finite(w)), len(spoken))
    values = {keys[n]: FAMILY.get(v.kind, v.kind) for v in sentence.values for n in range(v.start, v.end) if n in keys}
    return Gist(frozenset(keys.values()), frozenset(key for n, key in keys.items() if n < verb), values)


def _says_no_more(new: Gist, old: Gist) -> bool:
    more = old.content - new.content  # of "I am Ana" and "My sister is Ana" none says less
    return new.content <= old.content and not (("name" in new.content and more) or more & (lists.PEOPLE | {"not"}))


def _replaces(new: Gist, old: Gist, text: str) -> bool:
    """Whether a sentence denies what an older one says, or gives another value for it."""
    fresh, gone, shared = new.content - old.content, old.content - new.content, new.content & old.content
    if not fresh or not gone or "not" in fresh | gone:
        return fresh | gone == {"not"}
    if not (new.subject <= old.content and old.subject <= new.content) or MORE.search(text):
        return False
    kinds = {new.values.get(key) for key in fresh} | {old.values.get(key) for key in gone}
    declared = bool(DECLARED.search(text) or CHANGED.search(text))
    if len(kinds) == 1 and None not in kinds:
        return bool(new.subject) or declared or "live" in shared
    return max(len(fresh), len(gone)) <= 3 and ("live" in shared or (declared and bool(shared - {"name"})))


@dataclass(eq=False)
class Fact:
    """Something that is known or that the user has said."""

    text: str
    message: int | None = None  # the number of the message that says it
    number: int | None = None  # its own, where it is known already
    replaces: int | None = None  # the number of the known fact that it replaces
    in_force: bool = True  # not replaced


def facts_in(messages: Sequence[tuple[int, dict]], known: Sequence[tuple[int, str]], instructions: bool) -> list[Fact]:
    """The new facts in messages, each with its number, in order; with instructions also what users order for good."""
    facts, places, asked = [], {}, ""
    for number, text in known:
        _add(Fact(text, number=number), None, facts, places)
    for number, message in messages:
        for how, one in stated(message["content"], asked) if message["role"] == "user" else ():
            if how != "order":
                _learn(how, one, asked, number, facts, places)
            elif instructions:
                facts.append(Fact(f"The user said: {one}", number))
        last = sentences(message["content"])[-1:] if message["role"] == "assistant" else ()
        asked = last[0] if last and is_question(last[0]) else ""
    before = {fact.number: gist(fact.text).content for fact in facts if fact.number is not None}
    new = [fact for fact in facts if fact.number is None and fact.in_force]
    return list({f.text: f for f in new if f.replaces is None or before[f.replaces] != gist(f.text).content}.values())


def _add(fact: Fact, old: Fact | None, facts: list[Fact], places: dict[str, list[int]]) -> None:
    """Add a fact, in the place of an older one, to the facts and to their places by the words in them."""
    if old:
        old.in_force, fact.replaces = False, old.replaces if old.number is None else old.number
    for key in gist(fact.text).content:
        places.setdefault(key, []).append(len(facts))
    facts.append(fact)


def _learn(how: str, one: str, asked: str, number: int, facts: list[Fact], places: dict[str, list[int]]) -> None:
    """Add what a message states, unless it says nothing new."""
    said, last = 'he user said: "{}"'.format(one.replace('"', "'")), facts[-1] if facts else Fact("")
    text, old = retold(one) or f"T{said}", None
    if how == "instead":
        recent = [fact for fact in facts[-RECENT:] if fact.in_force]
        talk = [Said(sentence_of(text), "user", n) for n, text in enumerate([*(fact.text for fact in recent), one])]
        if (at := corrected(talk[-1], talk, len(recent))) is None:
            return
        old, whole = recent[at], recent[at].text.partition(" The user said:")[0]
        text = _with_value(whole, one) or f"{whole} T{said}"
    elif how == "answer":
        text = f'Asked "{asked}", t{said}'
    elif how == "refers" and last.message and number - last.message < 4 and len(last.text) < LONGEST:
        text, old = f"{last.text} {text}", last if last.message == number else None
    else:
        recent = {n for key in gist(text).content for n in places.get(key, ())[-RECENT:]}
        near = [fact for n in sorted(recent, reverse=True) if (fact := facts[n]).in_force]
        if any(_says_no_more(gist(text), gist(fact.text)) for fact in near):
            return
        old = next((fact for fact in near if _replaces(gist(text), gist(fact.text), one)), None)
    _add(Fact(text, number), old, facts, places)


def _with_value(text: str, one: str) -> str:
    """A fact with its value put right; nothing where it is not plain which."""
    new, spoken = sentence_of(one).values, words(text)
    alike = {v.kind for v in new} | (NUMBERS if new and new[0].kind in NUMBERS else set())
    old = [v for v in sentence_of(text).values if v.kind in alike]
    if len(new) != 1 or len(old) != 1:
        return ""
    end = old[0].start + 1 if new[0].kind in ("number", "counted") else old[0].end  # the unit stays
    return join([*spoken[: old[0].start], *words(one)[new[0].start : new[0].end], *spoken[end:]])
