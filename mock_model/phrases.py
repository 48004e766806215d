"""Phrases: whose each word is, what is a name, and what "he", "she", "it" and "they" stand for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from mock_model import lexicon as lx
from mock_model.language import Word, is_verb, join, lemma, words

STAYS_OWNED = frozenset("own first last next new work".split())  # small words inside a phrase: "my own dog"
HELPERS = lx.AUXILIARIES | {"going"}
AFTER_HELPER = frozenset("not just to also recently".split())
ENDS_OBJECT = frozenset("for from because by since which who that with in at on to".split())
PERSON_PRONOUNS = frozenset("he she his him her".split())
POSSESSIVE_PRONOUNS = frozenset("his its their".split())
OF_NOTHING = frozenset(  # "it is raining", "it is clear that" are about nothing said before
    "raining rain snow snowing sunny cold warm weather seems degrees open clear unclear likely possible".split()
)
THE_MODEL = frozenset("assistant bot chatbot model".split())  # "she" is never the model itself


class Topic(NamedTuple):
    """What "he", "she", "it" or "they" stands for."""

    text: str
    lemma: str
    owner: str


Topics = tuple[Topic | None, Topic | None]  # the last person (or animal) and the last thing


def is_name(word: Word, first: bool = False) -> bool:
    """Whether a word is written as a name; first says that it begins a sentence, where every word has a capital."""
    if not word.text[:1].isupper() or word.low == "i" or word.low in lx.WEEKDAYS or word.low in lx.MONTHS:
        return False
    if not first:
        return True
    known = word.low in lx.SMALL or word.low in lx.CONCEPT or word.low in lx.NUMBER_WORDS or word.lemma in lx.KIND_OF
    return not (known or is_verb(word))


def subject_of(clause: Sequence[Word]) -> tuple[Word, ...]:
    """The words before the verb."""
    verb = next((i for i, w in enumerate(clause) if i and is_verb(w)), 1)
    return tuple(clause[:verb])


# ---- whose is it ----


def with_owners(clause: Sequence[Word]) -> list[Word]:
    """Note for each word whose it is: "you" for both words of "your old dog", "you/sister" in "your sister's dog"."""
    found: list[Word] = []
    owner, just_named = "", False
    for word in clause:
        if word.low in lx.POSSESSIVES:
            owner, just_named = lx.POSSESSIVES[word.low], True
            found.append(word)
        elif word.possessive:
            word = word._replace(owner=owner)
            found.append(word)
            owner, just_named = word.key, True
        else:
            number = word.low in lx.NUMBER_WORDS
            ends = word.low in lx.SMALL or not word.text[0].isalnum() or (is_verb(word) and not just_named)
            if ends and not number and word.low not in STAYS_OWNED:
                owner = ""
            found.append(word._replace(owner=owner) if owner else word)
            just_named = just_named and number
    return _with_belongings(found)


def _with_belongings(clause: list[Word]) -> list[Word]:
    """What somebody has is theirs: in "Tom has two cats" the cats are Tom's."""
    verb = _main_verb(clause)
    if verb + 1 < len(clause) and clause[verb + 1].low in ("you", "i"):
        return clause  # a question: "how long have you been …"
    if not verb or lx.IRREGULAR.get(clause[verb].low, lemma(clause[verb].low)) not in lx.HAVING:
        return clause
    owner = ""
    for word in clause[:verb]:
        if word.low == "you":
            owner = "you"
            break
        if not owner and word.low not in lx.SMALL and word.text[0].isalnum() and not is_verb(word):
            owner = word.key
    end = next((i for i in range(verb + 1, len(clause)) if clause[i].low in ENDS_OBJECT), len(clause))
    return [
        w._replace(owner=owner) if owner and verb < i < end and not w.owner and w.low not in lx.SMALL else w
        for i, w in enumerate(clause)
    ]


def _main_verb(clause: Sequence[Word]) -> int:
    """The place of the verb that says what is done: "bought" in "you have just bought a dog"; 0 where there is none."""
    verb = next((i for i, w in enumerate(clause) if is_verb(w)), 0)
    while verb + 1 < len(clause) and clause[verb].low in HELPERS:
        if not (is_verb(clause[verb + 1]) or clause[verb + 1].low in AFTER_HELPER):
            break
        verb += 1
    return verb


# ---- what pronouns stand for ----


def topics_after(clause: Sequence[Word], before: Topics) -> Topics:
    """The last person (or animal) and the last thing that have been spoken of, once a clause has been said."""
    person = thing = None
    for start, end in _noun_phrases(clause):
        topic = _topic(clause[start:end], start == 0)
        if topic is None or topic.lemma in THE_MODEL or not _is_definite(clause, start, end):
            continue
        named = start <= 2 and any(w.lemma == "call" for w in clause[end : end + 3])
        animal = topic.lemma in lx.PETS or bool(lx.KIND_OF.get(topic.lemma, set()) & lx.ANIMALS)
        living = named or animal or topic.lemma in lx.PERSONS or _is_somebody(clause, start, end)
        if living:
            person = person or topic
        if named or animal or not living:
            thing = thing or topic
    return person or before[0], thing or before[1]


def _noun_phrases(clause: Sequence[Word]) -> Iterator[tuple[int, int]]:
    """The places (start, end) of runs of words that can be one noun: "old dog", "Clara", "meeting room"."""
    start = 0
    while start < len(clause):
        end = start
        while end < len(clause) and _in_phrase(clause[end]) and not (end > start and is_verb(clause[end])):
            end += 1
        if end > start:
            yield start, end
        start = max(end, start + 1)


def _in_phrase(word: Word) -> bool:
    small = word.low in lx.SMALL and word.low not in lx.NUMBER_WORDS
    return word.text[0].isalnum() and not word.possessive and not small


def _is_definite(clause: Sequence[Word], start: int, end: int) -> bool:
    """Whether a noun phrase introduces something: it has "a", "the" or an owner, is the subject, or is a name."""
    before = clause[start - 1] if start else None
    determined = before and (before.low in lx.DETERMINERS or before.low in lx.POSSESSIVES or before.possessive)
    subject = not start and end < len(clause) and is_verb(clause[end])
    return bool(subject or determined or clause[start].owner or any(is_name(w) for w in clause[start:end]))


def _is_somebody(clause: Sequence[Word], start: int, end: int) -> bool:
    """Whether a noun phrase is somebody's name, not a place's: "Clara", but not "in Leeds"."""
    return all(is_name(w, start == 0) for w in clause[start:end]) and not (
        start and clause[start - 1].low in lx.PREPOSITIONS
    )


def _topic(phrase: Sequence[Word], first: bool) -> Topic | None:
    nouns = [
        w for w in phrase if (w.owner or not is_verb(w)) and w.low not in lx.NUMBER_WORDS and not w.text[0].isdigit()
    ]
    if not nouns:
        return None
    kin = next((w for w in nouns if w.lemma in lx.PERSONS or w.lemma in lx.PETS), None)
    names = [w for w in nouns if is_name(w, first and w is nouns[0])]
    head = kin or (names[0] if len(names) == len(nouns) else nouns[-1])
    said = join(nouns)
    if head.owner == "you":
        said = "your " + said
    elif head.owner:
        said = head.owner.replace("you/", "your ").replace("/", "'s ").title() + "'s " + said
    elif head not in names:
        said = "the " + said
    return Topic(said, head.lemma, head.owner)


def resolve(clause: Sequence[Word], topics: Topics) -> list[Word]:
    """Put what they stand for in place of "he", "her", "it" and "they"."""
    found: list[Word] = []
    own_person = False  # whether the clause has named somebody of its own
    told_before = False  # "my budget: it is …"
    for index, word in enumerate(clause):
        own_person = own_person or (index > 1 and _names_person(clause[index - 1], index == 1))
        topic = _stands_for(word, index, topics)
        after = clause[index + 1] if index + 1 < len(clause) else None
        object_ = (
            index > 0
            and (is_verb(clause[index - 1]) or clause[index - 1].low in lx.PREPOSITIONS)
            and word.low in ("him", "her", "it", "them")
        )
        own = own_person or (index > 1 and _names_person(clause[0], True))
        told_before = told_before or word.text == ":"
        nothing = topic is None or told_before or _is_weather(clause, index)
        if nothing or (own and not object_ and word.low != "its"):
            found.append(word)
        elif word.low in POSSESSIVE_PRONOUNS or (
            word.low == "her" and after and _in_phrase(after) and not is_name(after)
        ):
            found += words(topic.text + "'s x")[:-1]
        else:
            found += words(topic.text)
    return found


def _names_person(word: Word, first: bool) -> bool:
    return word.lemma in lx.PERSONS or is_name(word, first)


def _stands_for(word: Word, index: int, topics: Topics) -> Topic | None:
    person, thing = topics
    if word.low in PERSON_PRONOUNS:
        return person
    if word.low in ("it", "its"):
        return thing or person
    if word.low in ("they", "their", "them") and index < 4:
        several = (t for t in (thing, person) if t and (t.text.endswith("s") or " and " in t.text))
        return next(several, None)
    return None


def _is_weather(clause: Sequence[Word], index: int) -> bool:
    return clause[index].low == "it" and any(w.low in OF_NOTHING for w in clause[index + 1 : index + 5])


# ---- names for things ----


def names_in(clause: Sequence[Word]) -> Iterator[tuple[str, str]]:
    """Who is called what: ("clara", "you/sister") for "your sister Clara" and for "Clara is your sister"."""
    for index, word in enumerate(clause):
        if not is_name(word, index == 0 and len(clause) > 1 and not is_verb(clause[1])):
            continue
        back = index - 1
        while back >= 0 and (clause[back].lemma in ("be", "call", "named", "now") or clause[back].text in ",("):
            back -= 1
        if back >= 0 and _can_be_called(clause[back], back == 0):
            near = back == index - 1 or clause[back].owner or any(w.lemma == "call" for w in clause[back:index])
            if near:
                yield word.lemma, clause[back].key
        for before, noun in pairwise(clause[index + 1 : index + 6]):
            if noun.owner and (before.low in lx.POSSESSIVES or before.possessive) and _links(clause[index + 1]):
                yield word.lemma, noun.key
                break


def _can_be_called(noun: Word, first: bool) -> bool:
    if noun.possessive or is_name(noun, first) or (is_verb(noun) and not noun.owner):
        return False
    return noun.low not in lx.SMALL and noun.text[0].isalpha()


def _links(word: Word) -> bool:
    return word.text == "," or word.lemma == "be"
