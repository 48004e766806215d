"""Wording: other ways to say a thing put into one, so that what is asked and what was said meet.

"Your dog's name is Rex" and "the name of your dog is Rex" become "your dog is called Rex"; "Budget: 900 euros" becomes "the
budget is 900 euros"; "allergic to nuts", said by a user, becomes "you are allergic to nuts".
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from mock_model import lexicon as lx
from mock_model.language import Word, is_verb, lemma, words
from mock_model.phrases import is_name

# What opens a sentence without saying anything: "Oh, by the way, …", "Just so you know …".
LEAD = re.compile(
    r"^(?:(?:oh|and|so|well|also|but|ok|okay|hi|hello|hey|hiya|hi there|hello there|yes|no|sure|right|great|thanks|thank you"
    r"|btw|fyi|p\.?s\.?|ah|hmm|yep|nope|yeah|anyway|by the way|just so you know|for (?:the record|your information|context"
    r"|reference)|as (?:i|you) said|one more thing|quick update|update|note|please note|important|remember|please remember"
    r"|don'?t forget|keep in mind|(?:to )?be clear|in case you(?:'re| are) wondering|i should (?:mention|say|add)"
    r"|i forgot to (?:mention|say|tell you)|i (?:told|tell) you|i want you to know|let me tell you|you should know|i think"
    r"|i believe|i guess|i mean|got it|noted|good news|i(?:'m| am) (?:happy|pleased|sorry) to say|(?:it )?turns out"
    r"|there you go|actually|sorry|apologies|oops|wait|correction|scratch that|on second thoughts?|my mistake|i was wrong"
    r"|hang on|hold on|guess what|happy to help|good (?:morning|afternoon|evening)|of course|certainly|absolutely)\b"
    r"(?: that\b)?[\s,.:;!–—-]*)+",
    re.IGNORECASE,
)
KEY_VALUE = re.compile(r"^\s*((?:[A-Z]?[\w'-]+ ){0,3}[\w'-]+)\s*[:=]\s+(\S.*)$")
HEADING = re.compile(r"^\s*([^:]{2,60}):\s+(\S.*)$")
ABOUT_ME = re.compile(r"\b(?:me|myself)\b", re.IGNORECASE)
CHANGES = frozenset(
    """change move set switch update rename push bring postpone reschedule make shift extend raise lower cut
    increase""".split()
)
STATES = frozenset("allergic vegetarian vegan married single born based originally".split())
DEEDS = frozenset("live work love hate prefer like just got have need want booked decided bought".split())


def plain(sentence: str) -> tuple[str, bool]:
    """A sentence without its lead and heading, "key: value" written out; and whether its subject may be left out."""
    bare = LEAD.sub("", sentence, count=1).strip() or sentence
    heading, pair = HEADING.match(bare), KEY_VALUE.match(bare)
    if heading and _is_heading(*heading.groups()):
        return heading.group(2), bool(ABOUT_ME.search(heading.group(1)))
    if pair and words(pair.group(1)) and not any(is_verb(w) for w in words(pair.group(1))):
        key, value = pair.groups()
        first = key.split()[0].lower()
        the = "" if lemma(first) in lx.SMALL else "the "
        return f"{the}{key[0].lower() + key[1:] if key[1:].islower() else key} is {value}", False
    return bare, heading is None


def _is_heading(title: str, text: str) -> bool:
    """Whether what stands before a colon only says what follows: "For the docs: …", but not "We have two cats: …"."""
    if title.lower().startswith("summary"):
        return True
    tells = has_verb(words(title)) and not title.lower().startswith(("if ", "when ", "note "))
    return has_verb(words(text)) and not tells


def has_verb(part: Sequence[Word]) -> bool:
    """Whether one of the words can be a verb."""
    return any(is_verb(w) for w in part[1:]) or (bool(part) and part[0].low not in lx.WH and is_verb(part[0]))


def named(clause: list[Word]) -> list[Word]:
    """ "Your dog's name is Rex" and "the name of your dog is Rex" both say "your dog is called Rex"."""
    low = [w.low for w in clause]
    for index in range(1, len(clause) - 2):
        owner = clause[index - 1]
        if low[index] in ("name", "names") and owner.possessive and low[index + 1] in ("is", "are", "was", "were"):
            head = owner._replace(text=re.sub(r"'s?$", "", owner.text), possessive=False)
            verb = index + 2 if low[index + 2] != "not" else index + 3  # "is", or "is not"
            return [*clause[: index - 1], head, *clause[index + 1 : verb], *words("called"), *clause[verb:]]
    if low[:3] == ["the", "name", "of"]:
        verb = next((i for i in range(4, len(clause) - 1) if low[i] in ("is", "was")), None)
        if verb is not None:
            return [*clause[3 : verb + 1], *words("called"), *clause[verb + 1 :]]
    return clause


def carried_out(clause: list[Word]) -> list[Word]:
    """An order as if it were done: "change the meeting to Friday" says that the meeting is now on Friday."""
    start = 1 if clause[0].low in ("please", "let", "just") else 0
    to = next((i for i in range(start + 2, len(clause) - 1) if clause[i].low == "to"), None)
    if (
        to is None
        or clause[start].low not in CHANGES
        or clause[start + 1].low in ("it", "that", "this", "them", "sure")
    ):
        return clause
    end = next((i for i in range(start + 2, to) if clause[i].low == "from"), to)
    return [*clause[start + 1 : end], *words("is now"), *clause[to + 1 :]]


def completed(clause: list[Word]) -> list[Word]:
    """What a user says without a subject, with it: "Allergic to nuts" is "you are allergic to nuts"."""
    first, low = clause[0], [w.low for w in clause]
    if low[:2] in (["it", "is"], ["this", "is"]) and len(clause) > 2 and is_name(clause[2]):
        alone = (
            len(clause) < 6 or clause[3].text in ",." or is_name(clause[3]) or low[3] in ("here", "speaking", "from")
        )
        return [*words("you are called"), *clause[2:]] if alone else clause
    if 1 < len(clause) < 4 and low[1] in ("here", "speaking") and low[0] not in lx.SMALL:
        return [*words("you are called"), first, *clause[2:]]
    rest = [first._replace(text=first.low), *clause[1:]]
    doing = first.low.endswith("ing") and len(clause) > 1 and is_verb(first._replace(low=first.lemma))
    if first.low in STATES or doing:
        return [*words("you are"), *rest]
    if first.low in DEEDS and first.text[:1].isupper():
        return [*words("you"), *rest]
    return clause
