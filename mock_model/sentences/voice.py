"""Voice: a sentence turned to its reader ("My dog is called Rex." is "Your dog is called Rex."), where that is safe."""

from __future__ import annotations

import re

from mock_model.sentences import lists
from mock_model.sentences.kinds import is_verb
from mock_model.sentences.reading import Said, is_question
from mock_model.sentences.remembering import remembered
from mock_model.sentences.stems import base
from mock_model.sentences.words import Word, join, word, words

TURNED = {"i": "you", "me": "you", "my": "your", "mine": "yours", "myself": "yourself", "we": "you", "us": "you", "our": "your",
          "ours": "yours", "ourselves": "yourselves"}  # fmt: skip
AGREES = {"am": "are", "was": "were"}
LEAD = re.compile(
    r"^(?:(?:oh|then|and|so|well|also|but|ok|okay|hi|hello|hey|yes|no|sure|right|btw|fyi|ah|hmm|yep|nope|yeah"
    r"|anyway|by the way|just so you know"
    r"|for the record|one more thing|please (?:note|remember)(?: that)?|note(?: that)?|remember(?: that)?"
    r"|don'?t forget(?: that)?|actually|thanks"
    r"|sorry|correction|i (?:should|forgot to) (?:mention|say|add)(?: that)?|good (?:morning|afternoon|evening)"
    r"|guess what|hang on|wait)\b[\s,.:;!–—-]*)+",
    re.I,
)
LONGEST = 25  # words of a sentence that is turned
UNSAFE = re.compile(
    r"[\"“”?;()\n]|:(?!\d)|\b(?:you|your|yours|u|ur|he|she|they|his|her|their|it|this|that|these|those|lol|haha)\b",
    re.I,
)
STARTS = frozenset("i my we our the a an there".split())
UNTOLD = re.compile(
    r"[\"“”?;()\n]|:(?!\d)|['’]d\b|\b(?:you|your|yours|u|ur|mine|ours|myself|ourselves|lol|haha)\b", re.I
)  # to a third
REFERRING = frozenset("he she it they his her its their this that".split())  # told after the sentence that says who
ADVERBS, UNMARKED, WHEN = (lists.words_of(name) for name in ("adverbs", "unmarked", "prepositions"))
AGAIN = ("and", "or", "but", ",")  # before a second verb
OF_ONE = {"am": "is", "are": "is", "were": "was", "have": "has", "do": "does"}
ALSO = re.compile(
    r"\b(?:and|or|but|who|which|that) \w+s\b|\b(?:them|themselves)\b", re.I
)  # further verbs of the user's
HEADED = r"(?:[\w ]{0,40}\b(?:summary|notes?|memory|facts|known|so far)\b[\w ]{0,40}: )?"
OF_USER = re.compile(rf"^{HEADED}(?:the )?(?:user|customer|client)(?P<owns>['’]s)?\b", re.I)


def turned(said: Said) -> str | None:
    """The sentence turned to the user it speaks of, or None where it is safer to quote it."""
    return _turned(said.text, said.role)


@remembered(2048)
def _turned(text: str, role: str) -> str | None:
    told = None
    if role in ("system", "developer", "notes", "assistant"):
        told = _of_user(text)
    elif role == "user" and not is_question(text):
        told = _of_speaker(LEAD.sub("", text, count=1))
    return as_sentence(told) if told else None


def _of_speaker(text: str) -> str | None:
    """ "I am …" of the user as "You are …"."""
    spoken = words(text)
    if not spoken or len(spoken) > LONGEST or UNSAFE.search(text) or not _is_clause(spoken):
        return None
    found: list[Word] = []
    for place, one in enumerate(spoken):
        put = TURNED.get(one.low)
        if put is None and one.low in AGREES and _of_you(spoken, place):
            put = AGREES[one.low]
        found.append(one if put is None else word(put, one.glued))
    return join(found).replace("can not", "cannot")


def retold(text: str, who: str = "the user") -> str | None:
    """What somebody says of himself told to a third: "The user lives in Rome."; None where it is safer to quote it."""
    spoken = words(text := LEAD.sub("", text, count=1))
    starts = STARTS | REFERRING | (WHEN if {"i", "we"} & {one.low for one in spoken} else frozenset())
    if (
        not 0 < len(spoken) <= LONGEST
        or UNTOLD.search(text)
        or is_verb(spoken[0].low)
        or not _is_clause(spoken, starts)
    ):
        return None
    for before, one, after in zip(spoken, spoken[1:], spoken[2:], strict=False):
        if before.low in AGAIN and _of_one(one) not in (None, one.text) and after.low in lists.SMALL:
            return None  # a second verb of his, perhaps: "and work as a nurse"
    names = dict.fromkeys(("i", "we", "me", "us"), who) | dict.fromkeys(("my", "our"), f"{who}'s")
    told: list[Word] = []
    acts = False  # whether the next verb is his
    for one in spoken:
        put = names.get(one.low, one.text)
        if acts and one.low not in ADVERBS and (is_verb(one.low) or not one.low.endswith("ly")):
            acts, put = False, _of_one(one)
            if put is None:
                return None
        acts = acts or one.low in ("i", "we")
        told.append(one._replace(text=put))
    return as_sentence(join(told).replace("can not", "cannot"))


def _of_one(verb: Word) -> str | None:
    """The form of a verb after "I" as it stands after "he"; past forms stay. None where it is not known."""
    low = verb.low
    if low in OF_ONE or low in lists.AUXILIARIES or low != verb.base:
        return OF_ONE.get(low, verb.text)
    if low in UNMARKED or not is_verb(low):
        return None
    return re.sub(r"([sxzo]|[cs]h)$", r"\1e", re.sub(r"(?<![aeiou])y$", "ie", low)) + "s"


def _of_you(spoken: tuple[Word, ...], place: int) -> bool:
    """Whether "am" or "was" belongs to "I": "I am", "I was", "I also was", "am I"."""
    near = [w.low for w in spoken[max(place - 2, 0) : place]]
    return "i" in near or (place + 1 < len(spoken) and spoken[place + 1].low == "i")


def _is_clause(spoken: tuple[Word, ...], starts: frozenset[str] = STARTS) -> bool:
    """Whether it begins as a statement does and has a verb: no order, no answer in a word."""
    first = spoken[0]
    opens = first.low in starts or first.owns or (first.text[0].isupper() and first.low not in lists.SMALL)
    return opens and any(_is_verb(w) for w in spoken[1:8])


def _is_verb(one: Word) -> bool:
    return one.low in lists.AUXILIARIES or is_verb(one.base)


def _of_user(text: str) -> str | None:
    """ "The user's dog is Rex" of a note as "Your dog is Rex", "The user lives in Rome" as "You live in Rome"."""
    found = OF_USER.match(text)
    rest = re.sub(r"\bthe user['’]s\b", "your", text[found.end() :].strip()) if found else ""
    if (
        not rest
        or UNSAFE.search(rest)
        or ALSO.search(rest)
        or len(text.split()) > LONGEST
        or re.search(r"\buser\b", rest)
    ):
        return None
    if found["owns"]:
        return f"Your {rest}"
    verb, _, after = rest.partition(" ")
    plain = {"is": "are", "has": "have", "was": "were", "does": "do"}.get(
        verb, base(verb) if verb.endswith("s") else verb
    )
    return f"You {plain} {after}" if verb.isalpha() and after else None


def as_sentence(text: str) -> str:
    """Text with a capital letter and a full stop."""
    text = text.strip(" ,;:-–—")
    first = text[:1].upper() + text[1:] if not re.match(r"\w*[._/]\w|https?:", text) else text
    return first if not first or first[-1] in '.!?…"”)' else first + "."
