"""Phrases: whose each word is, what is a name, and what "he", "she", "it" and "they" stand for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from mock_model import lexicon as lx
from mock_model.language import Word, is_verb, join, lemma, words


class Topic(NamedTuple):
    """What "he", "she", "it" or "they" stands for."""

    text: str
    lemma: str
    owner: str


def with_owners(clause: Sequence[Word]) -> list[Word]:
    """Note for each word whose it is: "you" for both words of "your old dog", "you/sister" for the dog of "your sister's dog"."""
    found: list[Word] = []
    owner = ""
    fresh = False
    for word in clause:
        if word.low in lx.POSSESSIVES:
            owner, fresh = lx.POSSESSIVES[word.low], True
            found.append(word)
            continue
        if word.possessive:
            found.append(word._replace(owner=owner))
            owner, fresh = (f"{owner}/{word.lemma}" if owner else word.lemma), True
            continue
        boundary = word.low in lx.SMALL or not word.text[0].isalnum() or (is_verb(word) and not fresh)
        if boundary and word.low not in lx.NUMBER_WORDS and word.low not in ("own", "first", "last", "next", "new", "work"):
            owner = ""
        found.append(word._replace(owner=owner))
        fresh = False if word.low not in lx.NUMBER_WORDS else fresh
    return _had(found)


def _had(clause: list[Word]) -> list[Word]:
    """What somebody has is theirs: in "Tom has two cats" the cats are Tom's."""
    verb = next((i for i, w in enumerate(clause) if is_verb(w)), 0)
    while verb + 1 < len(clause) and (clause[verb].low in lx.AUXILIARIES - {"have", "has", "had"} or clause[verb].low in (
            "have", "has", "had", "going")) and (is_verb(clause[verb + 1]) or clause[verb + 1].low in ("not", "just", "to", "also", "recently")):
        verb += 1
    if not verb or (lx.IRREGULAR.get(clause[verb].low, clause[verb].lemma) not in lx.HAVING and lemma(clause[verb].low) not in lx.HAVING):
        return clause
    subject = [w for w in clause[:verb] if w.low == "you" or (w.low not in lx.SMALL and w.text[0].isalnum() and not is_verb(w))]
    if not subject:
        return clause
    owner = "you" if any(w.low == "you" for w in subject) else (
        f"{subject[0].owner}/{subject[0].lemma}" if subject[0].owner else subject[0].lemma)
    found = list(clause)
    for index in range(verb + 1, len(found)):
        word = found[index]
        if word.low in ("for", "from", "because", "by", "since", "which", "who", "that", "with", "in", "at", "on", "to"):
            break
        if not word.owner and word.low not in lx.SMALL:
            found[index] = word._replace(owner=owner)
    return found


def subject_of(clause: Sequence[Word]) -> tuple[Word, ...]:
    """The words before the verb."""
    for index, word in enumerate(clause):
        if index and is_verb(word):
            return tuple(clause[:index])
    return tuple(clause[:1])


# ---- what pronouns stand for ----


def is_name(word: Word, first: bool = False) -> bool:
    """Whether a word is written as a name."""
    if not word.text[:1].isupper() or word.low in ("i", "i'm") or word.low in lx.WEEKDAYS or word.low in lx.MONTHS:
        return False
    return not first or not (word.low in lx.SMALL or is_verb(word) or word.low in lx.CONCEPT or word.low in lx.NUMBER_WORDS)


def topics_after(clause: Sequence[Word], before: tuple) -> tuple:
    """The last person (or animal) and the last thing that a clause speaks of, in the words a pronoun stands for."""
    person, thing = before
    index, seen_person, seen_thing = 0, False, False
    while index < len(clause):
        word = clause[index]
        start = index
        if (word.low in lx.SMALL and word.low not in lx.NUMBER_WORDS) or not word.text[0].isalnum() or word.possessive:
            index += 1
            continue
        while index < len(clause) and clause[index].text[0].isalnum() and not clause[index].possessive and (
                clause[index].low not in lx.SMALL or clause[index].low in lx.NUMBER_WORDS) and not (index > start and is_verb(clause[index])):
            index += 1
        phrase = clause[start:index]
        index = max(index, start + 1)
        before = clause[start - 1].low if start else ""
        topic = _topic(phrase, start == 0)
        determined = before in lx.DETERMINERS or before in lx.POSSESSIVES or (start and clause[start - 1].possessive) or phrase[0].owner
        if topic is None or not (determined or start == 0 or any(is_name(w) for w in phrase)):
            continue
        named = index < len(clause) - 1 and any(w.lemma == "call" for w in clause[index:index + 3]) and start <= 2
        animal = topic.lemma in lx.PETS or bool(lx.KIND_OF.get(topic.lemma, set()) & {"animal", "pet", "dog", "bird"})
        living = named or topic.lemma in lx.PERSONS or animal or (all(
            is_name(w, start == 0) for w in phrase) and clause[start - 1].low not in lx.PREPOSITIONS)
        if living and not seen_person:
            person, seen_person = topic, True
        if (not living or named or animal) and not seen_thing:
            thing, seen_thing = topic, True
    return person, thing


def _topic(phrase: Sequence[Word], first: bool) -> Topic | None:
    nouns = [w for w in phrase if not (is_verb(w) and not w.owner) and w.low not in lx.NUMBER_WORDS and not w.text[0].isdigit()]
    if not nouns or (first and len(phrase) == 1 and is_verb(phrase[0]) and not phrase[0].owner):
        return None
    kin = next((w for w in nouns if w.lemma in lx.PERSONS or w.lemma in lx.PETS), None)
    names = [w for w in nouns if is_name(w, first and w is nouns[0])]
    head = kin or (names[0] if names and len(names) == len(nouns) else nouns[-1])
    said = join(nouns)
    if head.owner == "you":
        said = "your " + said
    elif head.owner:
        said = head.owner.replace("you/", "your ").replace("/", "'s ").title() + "'s " + said
    elif head not in names:
        said = "the " + said
    return Topic(said, head.lemma, head.owner)


def resolve(clause: list[Word], topics: tuple) -> list[Word]:
    """Put what they stand for in place of "he", "her", "it", "they"."""
    person, thing = topics
    found: list[Word] = []
    object_ = False
    for index, word in enumerate(clause):
        low = word.low
        topic = None
        if low in ("he", "she", "his", "him", "her"):
            topic = person
        elif low in ("it", "its"):
            topic = thing or person
        elif low in ("they", "their", "them") and index < 4:
            topic = next((t for t in (thing, person) if t is not None and (t.text.endswith("s") or " and " in t.text)), None)
        object_ = bool(index) and is_verb(clause[index - 1]) and low in ("him", "her", "it", "them")
        local = not object_ and any(w.lemma in lx.PERSONS or is_name(w, i == 0) for i, w in enumerate(clause[:index]))
        if topic is None or (local and index > 1 and low != "its") or (low == "it" and _weather(clause, index)):
            found.append(word)
            continue
        own = low in ("his", "its", "their") or (low == "her" and index + 1 < len(clause) and clause[index + 1].low not in lx.SMALL
                                                 and clause[index + 1].text[0].isalnum())
        stands = words(topic.text + ("'s x" if own else ""))
        found.extend(stands[:-1] if own else stands)
    return found


def _weather(clause: Sequence[Word], index: int) -> bool:
    return index + 1 < len(clause) and bool({w.low for w in clause[index + 1:index + 4]} & {"raining", "sunny", "cold", "weather", "seems"})
