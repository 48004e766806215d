"""Plausible: what a property of a name can never hold, whoever offers it: no weeks for a number, no purse for a thief."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from mock_model.sentences.kinds import is_verb
from mock_model.sentences.lists import MONTHS, NUMBERS, PEOPLE, phrases, sections
from mock_model.sentences.reading import sentence_of
from mock_model.sentences.stems import base, known
from mock_model.sentences.values import numbers, values
from mock_model.sentences.words import sentences, words
from mock_model.tasks.taking import MONEY, is_person

PLACING = "placing.txt"
LABEL, PHONE, EMAIL, CODES, DATE, MONTH, SHARE, MINE, COUNT, PERSON = (
    phrases(name, PLACING)
    for name in ("label", "phone", "email", "code alone", "date", "month", "share", "mine", "count", "person")
)
CONTRARY = {line[0]: frozenset(line[1:]) for line in sections(PLACING)["contrary"]}
ENDS = (  # and the words that lead to the other end
    (phrases("from", PLACING), frozenset(("to", "into", "in"))),
    (phrases("to", PLACING), frozenset(("from", "leaves", "leave", "left", "leaving", "departs"))),
)
SPANS = frozenset("minutes hours days weeks nights months years".split())
LEAST, SHORT = 5, 3  # figures: the fewest of a phone number, and of a code that does not stand beside its name
MEASURED = frozenset("duration measure percent money".split())
ONE = re.compile(r"\b(?:the|this|that|which|each|every|another)(?: \w+)? one\b|\bone way\b", re.I)  # counts nothing


def plausible(name: str, value: Any, text: str) -> bool:
    """Whether a property, its name in words, can hold a value that this text says; what the text does not say it can."""
    if isinstance(value, str):
        told = _quoting(text, value) if value else ()
    else:
        told = () if isinstance(value, bool) or not isinstance(value, (int, float)) else _numbered(text).get(value, ())
    return not told or any(_in_sentence(name, value, one) for one in told)


@lru_cache(maxsize=1024)
def _quoting(text: str, value: str) -> tuple[str, ...]:
    """The sentences of a text that have a value in them."""
    return tuple(one for one in sentences(text) if value in one) if value in text else ()


@lru_cache(maxsize=16)
def _numbered(text: str) -> dict[float, list[str]]:
    """The sentences of a text by the numbers in them, those in words and a "one" that counts nothing too."""
    found: dict[float, list[str]] = {}
    for sentence in sentences(text):
        said = {number for number, *_ in _numbers(sentence)} | ({1.0} if ONE.search(sentence) else set())
        for number in said:
            found.setdefault(number, []).append(sentence)
    return found


def _in_sentence(name: str, value: Any, sentence: str) -> bool:
    if MINE.fullmatch(name) and sentence_of(sentence).about == "other":
        return False
    if _contrary(name, value, sentence):
        return False
    return _text(name, value, sentence) if isinstance(value, str) else _number(name, value, sentence)


def _text(name: str, value: str, sentence: str) -> bool:
    """Whether a text can be what a property of this name holds."""
    figures, kinds, last = sum(map(str.isdigit, value)), _kinds(value), base(name.split(" ")[-1])
    plain = value.lower().split(" ")[0] in NUMBERS or re.fullmatch(r"[\d.,]+", value)
    if PHONE.fullmatch(name):
        return figures >= LEAST
    if EMAIL.fullmatch(name):
        return "@" in value
    if MONTH.fullmatch(name):
        return figures > 0 or any(word in MONTHS for word in re.findall(r"\w+", value.lower()))
    if DATE.fullmatch(name):
        return not plain or len(value) == 4
    if CODES.fullmatch(name):
        beside = re.search(rf"\b{re.escape(last)}\W+(?:\w+ )?{re.escape(value)}(?!\w)", sentence, re.I)
        return not (kinds & MEASURED or (plain and figures < SHORT and not beside) or _lacks(name, value, figures))
    if (is_person(last) or PERSON.fullmatch(last)) and last != "name":
        return not (plain or figures or kinds & MEASURED) and _is_name(value)
    follows = re.search(rf"\b{re.escape(last)} {re.escape(value)}(?!\w)", sentence, re.I)
    return not (follows and value[-1:] == "s" and is_verb(base(value)))  # "the museum charges"


def _lacks(name: str, value: str, figures: int) -> bool:
    """Whether a text lacks what an address or a code for the post has: a figure, or else a capital."""
    post, place = name.endswith(("postcode", "zip", "zip code")), name.endswith(("address", "street"))
    return (post and not figures) or (place and value.isalpha() and value.islower())


def _is_name(value: str) -> bool:
    """Whether a text can name somebody: by a capital, a word for people or one that is no common noun."""
    own = [word for word in words(value) if word.text[0].isalpha()]
    return any(w.text[0].isupper() or w.base in PEOPLE or is_person(w.base) or w.base not in known()[1] for w in own)


def _number(name: str, value: float, sentence: str) -> bool:
    """Whether a number, as one of those in a sentence, can be what a property of this name holds."""
    said = [one for one in _numbers(sentence) if one[0] == value]
    return any(_counts(name, *one[1:]) for one in said)


def _counts(name: str, kind: str, before: str, after: str) -> bool:
    own = {base(word) for word in name.split(" ")}
    if after.lower() in ("percent", "%"):
        return bool(SHARE.search(name)) and not name.endswith("quantity")
    if LABEL.fullmatch(before):
        return base(before) in own or "number" in own or "id" in own
    if MONEY.search(name) and kind in ("duration", "measure"):
        return False
    if own & {"age"} and kind in ("duration", "counted", "measure", "money"):
        return base(after) in ("year", "month", "old") and "user" not in own
    if COUNT.fullmatch(name) and after[:1].isupper() and kind in ("number", "counted"):  # 12 Main Street
        return False
    if own & {"year"} and (kind in MEASURED or before in ("per",)):
        return False
    if name.rpartition(" ")[2] in SPANS and (kind in ("counted", "measure", "money") or after in ("a", "per")):
        return base(after) in own
    if before == "at" and after in ("tomorrow", "today", "tonight"):  # a clock
        return "time" in own or "hour" in own
    last = name.split(" ")[-1]
    counted = (last.endswith("s") and base(last) != last) or last == "people"
    return not (counted and before in ("at", "before", "after", "until", "till", "to") and kind in ("clock", "number"))


@lru_cache(maxsize=256)
def _numbers(sentence: str) -> tuple[tuple[float, str, str, str], ...]:
    """The numbers of a sentence, each with its kind, the word before it and the one behind."""
    spoken = words(ONE.sub(lambda m: m[0].replace("one", "-"), sentence))
    found = []
    for value in values(spoken):
        given = numbers(spoken[value.start : value.end + 1])
        before = spoken[value.start - 1].low if value.start else ""
        behind = value.start + 1
        found += [(n, value.kind, before, spoken[behind].text if behind < len(spoken) else "") for _, n in given[:1]]
    return tuple(found)


@lru_cache(maxsize=1024)
def _kinds(text: str) -> frozenset[str]:
    return frozenset(value.kind for value in values(words(text)))


def _contrary(name: str, value: Any, sentence: str) -> bool:
    """Whether a sentence says the contrary of the name: "my old address was …" for a new one, "to Lena" for a sender."""
    said, own = {word.low for word in words(sentence)}, set(name.split(" "))
    if any(not CONTRARY[word].isdisjoint(said) and word not in said for word in own & CONTRARY.keys()):
        return True
    led = re.search(rf"(\w+) {re.escape(value)}(?!\w)", sentence) if isinstance(value, str) else None
    return bool(led) and any(end.fullmatch(name) and led[1].lower() in not_led for end, not_led in ENDS)
