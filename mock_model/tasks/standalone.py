"""Standalone questions: a question put so that it needs no history, as a search for it wants it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from mock_model.sentences.kinds import is_verb
from mock_model.sentences.lists import SMALL
from mock_model.sentences.remembering import remembered
from mock_model.sentences.transcript import text_of
from mock_model.sentences.words import join, sentences, words
from mock_model.tasks.orders import own_words

ORDER = re.compile(
    r"\b(?:rephrase|reformulate|formulate|rewrite|condense|turn|convert)\b[^?]{0,250}?\b(?:standalone|stand-alone|self-contained)\b",
    re.I | re.S,
)
ASKED = re.compile(
    r"^[ \t]*<?(?:follow[- ]?up (?:input|question|message)|(?:latest |new |user )?question)[ \t]*(?::|>\s*\n)[ \t]*(\S.*)$",
    re.I | re.M,
)
SPEAKS = re.compile(r"^[ \t]*(?:user|human)[ \t]*:[ \t]*(\S.*)$", re.I | re.M)
LEADS = re.compile(r"\A\W*(?:(?:and|but|so|or|ok|okay|then|also)\b[\s,]*)+", re.I)
REFERS = re.compile(r"\b(?:it|this|that|they|them|there|he|him|she)\b(?! (?:is|are|was|were) (?:a|an|the)\b)", re.I)
PLACES = ("there",)
LED = re.compile(
    r"\W*(?:(?:given|using|from) [^.?!]{1,200}[,:] ?|(?:please|you (?:must|should|will)|your task is to)\W+)*", re.I
)
QUESTION = re.compile(r"\b(?:question|query|quer(?:y|ies)|message|input)s?\b", re.I)
LATER = re.compile(r"\b(?:when|whenever|only|if (?:asked|the user)|internally|unclear|then (?:answer|reply))\b", re.I)
ONLY = re.compile(
    r"\b(?:do not|don['’]t|never|without) answer(?:ing)?\b|\b(?:only|just) (?:return|output|write|reply)\b", re.I
)


def standalone(messages: Sequence[dict]) -> str | None:
    """The question as it can be asked alone; None where nobody orders that."""
    last = text_of(messages[-1])
    if _orders(last) and (found := ASKED.findall(last)):
        return alone(found[-1], SPEAKS.findall(last))
    if any(_stands(text_of(m)) for m in messages[:-1] if m["role"] in ("system", "developer")):
        return alone(last, [text_of(m) for m in messages[:-1] if m["role"] == "user"])
    return None


@remembered(256)
def _orders(text: str) -> bool:
    """Whether a text orders, in its own words, that a question be put anew."""
    return bool(ORDER.search(own_words(text)))


@remembered(256)
def _stands(text: str) -> bool:
    """Whether instructions want of every message just this: the question put anew, and no answer."""
    whole = " ".join(own_words(text).split())
    order = ORDER.search(whole)
    return bool(
        order
        and LED.fullmatch(whole[: order.start()].rpartition(". ")[2])
        and QUESTION.search(order[0] + whole[order.end() : order.end() + 40])
        and not LATER.search(whole)
        and ONLY.search(whole)
    )


def alone(question: str, earlier: Sequence[str]) -> str:
    """A question without what leans on those before it: "And who built it?" after one about the mill of Ostrava."""
    plain = LEADS.sub("", question).strip()
    plain = plain[:1].upper() + plain[1:]
    thing = next((found for text in reversed(earlier) if (found := subject(text))), None)
    if thing and (refers := REFERS.search(plain)):
        thing = f"in {thing}" if refers[0].lower() in PLACES else thing
        plain = plain[: refers.start()] + thing + plain[refers.end() :]
    return plain


def subject(text: str) -> str | None:
    """What a text is about: the longest of its names and of what "the", "my" and the like begin."""
    found: list[str] = []
    for sentence in sentences(text):
        spoken = words(sentence)
        for at, word in enumerate(spoken):
            named = at > 0 and word.text[0].isupper() and word.low not in SMALL
            if word.low in ("the", "my", "our", "your", "a", "an") or named:
                end = at + (not named)
                while end < len(spoken) and (
                    _names(spoken, end) or (spoken[end].low == "of" and _names(spoken, end + 1))
                ):
                    end += 1
                found.append(join(spoken[at:end]))
    found = [one for one in found if len(one.split()) > 1 or one[0].isupper()]
    return re.sub(r"^(?:an?) ", "the ", max(found, key=len)) if found else None


def _names(spoken: Sequence, at: int) -> bool:
    """Whether a word may be part of the name of a thing."""
    if at >= len(spoken) or not spoken[at].text[0].isalnum() or spoken[at].low in SMALL:
        return at < len(spoken) and spoken[at].low == "the" and spoken[at - 1].low == "of"
    first = spoken[at - 1].low in ("the", "my", "our", "your", "a", "an", "of")
    inflected = is_verb(spoken[at].base) and spoken[at].base != spoken[at].low and spoken[at].text.islower()
    return first or not inflected
