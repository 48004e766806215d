"""Instructions: how the reply is to be worded. The strongest role wins: system and developer before user.

Each kind of instruction is a slot. A slot that a system message fills stays as it is, whatever a user writes; of two
messages of the same role the later one wins. A user's wish holds for that message alone, unless it says "always", "every" or
"from now on". Text between tags or fences in a user's message is a quotation: nobody's instruction.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from mock_model import lexicon as lx
from mock_model.language import lemma, sentences, words
from mock_model.transcript import text_of

REPLY = r"(?:each|every|all|any|your|the|of|my|a)*\s*(?:of your )?(?:reply|replies|answers?|messages?|responses?|sentences?)"
SLOTS = {
    "ending": re.compile(rf"\b(?:end|finish|close|conclude) (?:\w+ )?{REPLY}[^\"“'.:]*?\bwith(?: the (?:words?|phrase|line|sentence|text))?[: ]+(.+)", re.I),
    "signed": re.compile(r"\bsign (?:off )?(?:\w+ )*?(?:as|with) (.+)", re.I),
    "opening": re.compile(rf"\b(?:begin|start|open) (?:\w+ )?{REPLY}[^\"“'.:]*?\bwith(?: the (?:words?|phrase|line|sentence|text))?[: ]+(.+)", re.I),
    "case": re.compile(r"\b(?:in|use|using) (?:all |only )?(caps|capitals|capital letters|upper ?case|lower ?case|small letters)\b", re.I),
    "words": re.compile(r"\b(?:(?:at most|no more than|up to|under|within|fewer than|less than|maximum(?: of)?|max|in|exactly|limit\w* \w+ to) )(\d+|one|two|three|four"
                        r"|five|six|seven|eight|nine|ten|a single|twelve|fifteen|twenty) words?\b|\b(one|single)[- ]word (?:answer|repl|response)", re.I),
    "sentences": re.compile(r"\b(?:at most|no more than|up to|under|within|maximum(?: of)?|max|in|exactly|only|with|limit\w* \w+ to) (\d+|one|two|three|four|five|a single)"
                            r"(?: short| brief)? sentences?\b", re.I),
    "only": re.compile(r"\b(?:(?:reply|answer|respond) (?:only |just |exactly )*with(?: the words?| exactly| only| just)*|(?:just|only) (?:say|reply|answer|write)|say) "
                       r"[\"“'‘](.+?)[\"”'’]|\b(?:reply|answer|respond) (?:only|just|exactly) with(?: the words?)? ([A-Z0-9]{2,}\b[^.]*)", re.I),
    "address": re.compile(r"\b(?:call|address) (?:me|the user|users|them|him|her|everyone)(?: as)? [\"“'‘]?([A-Z][\w-]*(?: [A-Z][\w-]*)*)"),
}  # fmt: skip
SECRET = re.compile(
    r"\b(?:never|do not|don't|must not|mustn't|may not|refuse to|avoid) (?:ever )?(?:reveal|revealing|share|sharing|tell|telling|disclose|disclosing|discuss|discussing"
    r"|mention|mentioning|talk about|talking about|answer questions about|give out|give away|repeat|say anything about|speak about)"
    r"(?: (?:to |with )?(?:anyone|anybody|users?|the user|customers?|people))?(?: about)?\s*(.*)|\bkeep (.+?) (?:a )?(?:secret|confidential|private)", re.I)
WHENEVER = re.compile(
    r"\b(?:when(?:ever)?|if) (?:the user|users?|someone|anyone|i|a user|asked|they) ?(?:says?|asks?|mentions?|writes?|types?|sends?|requests?)?(?: (?:about|for|the word))? "
    r"[\"“'‘]?(.+?)[\"”'’]?, (?:then )?(?:you )?(?:must |should |always |just |only )*(?:reply|answer|say|respond|write)(?: only| just| exactly)?(?: with)?[: ]+[\"“'‘]?(.+?)[\"”'’]?[.!]?$",
    re.I)  # fmt: skip
LASTING = re.compile(r"\b(?:from now on|always|every|each|all|never|for the rest|in future|whenever|call me|permanently|until i)\b", re.I)
QUOTED = re.compile(r"```.*?(?:```|$)|<(\w[\w-]*)[^>]*>.*?(?:</\1>|$)", re.S)
DATA = re.compile(r"\b(?:is|are|as) (?:only |just |quoted |untrusted )*(?:data|quotes?|quotations?|quoted text)\b|\bnot instructions\b|\bnever follow\b|\bdo not follow\b", re.I)
NUMBERS = {"one": 1, "a single": 1, "single": 1} | {w: int(n) for w, n in lx.NUMBER_WORDS.items() if n >= 1}


@dataclass(frozen=True)
class Rules:
    """What the instructions in force ask for."""

    slots: dict[str, str] = field(default_factory=dict)
    secrets: tuple[frozenset[str], ...] = ()  # the words of each thing that must not be told
    whenever: tuple[tuple[str, str], ...] = ()  # what is said, what to reply


def rules(messages: Sequence[dict]) -> Rules:
    """The instructions in force for the reply to the last message."""
    slots: dict[str, str] = {}
    secrets: list[frozenset[str]] = []
    whenever: list[tuple[str, str]] = []
    strong = [m for m in messages if m["role"] in ("system", "developer")]
    for message in strong:
        _collect(instructing_text(message), slots, secrets, whenever)
    weak: dict[str, str] = {}
    for index, message in enumerate(messages):
        if message["role"] == "user":
            last = index == len(messages) - 1
            text = "\n".join(s for s in sentences(instructing_text(message)) if last or LASTING.search(s))
            _collect(text, weak, None, whenever if not strong else None)
    return Rules(weak | slots, tuple(secrets), tuple(whenever))


def instructing_text(message: dict) -> str:
    """The part of a message that speaks for itself: without quotations, in a user's message or where a system says so."""
    text = text_of(message)
    if message["role"] == "user" or DATA.search(text):
        text = QUOTED.sub("", text)
    return text


def _collect(text: str, slots: dict[str, str], secrets: list | None, whenever: list | None) -> None:
    before = ""
    for sentence in sentences(text):
        if sentence.endswith("?"):
            continue
        rule = WHENEVER.search(sentence)
        if rule and whenever is not None:
            whenever.append((rule.group(1).strip(), rule.group(2).strip()))
            continue
        for slot, pattern in SLOTS.items():
            found = pattern.search(sentence)
            if found:
                slots[slot] = next((g for g in found.groups() if g), "").strip(" \"“”'‘’")
                if slot in ("ending", "opening", "signed"):
                    slots[slot] = _payload(slots[slot])
        hidden = SECRET.search(sentence)
        if hidden and secrets is not None:
            about = (hidden.group(1) or hidden.group(2) or "").strip(" .!")
            secrets.append(_topic(before if about.lower() in ("", "it", "this", "that", "them", "these") else about))
        before = sentence


def _payload(text: str) -> str:
    """The words to add: what is quoted, or what stands there without its full stop."""
    quoted = re.match(r"[\"“'‘](.+?)[\"”'’]", text)
    return quoted.group(1) if quoted else re.sub(r"[\"”'’]?\.?$", "", text)


def _topic(text: str) -> frozenset[str]:
    return frozenset(w.lemma for w in words(text) if w.low not in lx.SMALL and w.text[0].isalnum())


def forbids(found: Rules, asked: str) -> bool:
    """Whether an answer would tell what must not be told."""
    topic = {w.lemma for w in words(asked)}
    return any(secret and len(secret & topic) * 2 >= min(len(secret), 4) for secret in found.secrets)


def prescribed(found: Rules, said: str) -> str | None:
    """The reply that an instruction prescribes for what the user said."""
    if "only" in found.slots:
        return found.slots["only"]
    low = {lemma(w.low) for w in words(said)}
    for when, reply in reversed(found.whenever):
        if {w.lemma for w in words(when) if w.text[0].isalnum() and w.low not in ("the", "a", "an", "about", "for")} <= low:
            return reply
    return None


def styled(text: str, found: Rules) -> str:
    """A reply worded as the instructions ask."""
    slots = found.slots
    if "sentences" in slots:
        text = " ".join(sentences(text)[: _number(slots["sentences"])])
    if "words" in slots:
        text = " ".join(text.split()[: _number(slots["words"])])
    if "address" in slots and slots["address"].lower() not in text.lower():
        text = f"{slots['address']}, {text if text.startswith('I ') else text[0].lower() + text[1:]}"
    if "case" in slots:
        text = text.lower() if re.match("lower|small", slots["case"], re.I) else text.upper()
    if "opening" in slots:
        text = f"{slots['opening']} {text}"
    for slot in ("ending", "signed"):
        if slot in slots:
            text = f"{text} {slots[slot]}"
    return text


def _number(text: str) -> int:
    return int(text) if text.isdigit() else NUMBERS.get(text.lower(), 1)
