"""Instructions: how the reply is to be worded. The strongest role wins: system and developer before user.

Each kind of instruction is a slot. A slot that a system message fills stays as it is, whatever a user writes; of two
messages of the same role the later one wins. A user's wish holds for that message alone, unless it says "always",
"every reply" or "from now on". Assistant and tool messages never instruct.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from mock_model import lexicon as lx
from mock_model.admitting import shortened
from mock_model.language import sentences, words
from mock_model.orders import LIMIT, instructing_text, limits, orders, plain
from mock_model.retelling import inside

REFUSAL = "I can't share that."

# ---- slots ----

QUOTE = r"[\"“][^\"”]+(?:[\"”]|$)|['‘][^\"“]+?['’](?!\w)"
EACH = r"(?: off)?(?: @)?"  # "@" stands for "every reply", "your answers" …
SLOTS = {
    "ending": re.compile(
        rf"(?:@ )?(?:end|finish|clos|conclud)(?:e|s|es|ing)?{EACH} (?:with|in|by \w+ing):?\s+(?P<what>.+)"
        r"|(?:add|append|put|write|include) (?P<last>.+?) (?:at|to) (?:the (?:very )?(?:end|bottom) (?:of )?)?@",
        re.I,
    ),
    "opening": re.compile(
        rf"(?:@ )?(?:begin|beginn|start|open|prefix|prefac)(?:e|s|ing)?{EACH} (?:with|by \w+ing):?\s+(?P<what>.+)"
        r"|(?:add|put|write|include) (?P<last>.+?) (?:at|to|in) the (?:very )?(?:start|beginning|top|front) (?:of )?@",
        re.I,
    ),
    "signed": re.compile(
        rf"(?:@ )?sign(?:s|ing|ed)?{EACH}(?: your name| everything)? (?:as|with):?\s+(?P<what>(?!soon\b).+)", re.I
    ),
    "case": re.compile(
        r"(?:@ )?(?:(?:write|reply|answer|respond|speak|talk|type|say|print)\b(?: @| everything| it)?(?: only| back)*"
        r" (?:in|with|using)|in|us(?:e|ing)|only)?\s*(?:only |all |just |the )*"
        r"\b(?P<what>caps|capitals?|upper[ -]?case|lower[ -]?case|small letters)\b(?! (?:for|when|if|in|at|of)\b)",
        re.I,
    ),
    "only": re.compile(  # a whole reply is quoted, in capitals, or stands after a colon
        r"(?P<just>only |just |simply )?(?:reply|answer|respond|say|write|output)(?: to (?:everything|@|me))?(?: with)?"
        r"(?P<only>(?: only| just| exactly| simply| nothing but)+)?(?: with)?"
        r"(?P<word> the (?:single |exact |one )*(?:words?|phrase|text))?:?\s+"
        rf"(?P<what>(?:{QUOTE})(?=\W*$| (?:to|from|no|whatever|and nothing)\b)"
        r"|(?!JSON|YAML|XML|HTML|CSV|SQL)(?-i:[A-Z\d]{2,})(?=\W*$)|(?<=: )\w+(?=\W*$))",
        re.I,
    ),
    "recommended": re.compile(r"(?:recommend|suggest|promote)(?: only| just)?:?\s+(?P<what>.+)", re.I),
    "address": re.compile(
        r"(?:call|address|refer to)(?:ing)? (?:me|us|the user|users|them|everyone)"
        r"(?P<as>(?: only| always)* (?:as|by the name))?:?\s+"
        rf"(?P<what>{QUOTE}|[\w.'-]+(?: (?-i:[A-Z])[\w.'-]*)*)",
        re.I,
    ),
}
STOP = re.compile(r"(?:stop|quit|no longer|do not|never|you do not (?:have|need) to)\s+", re.I)
NO_NAME = {*lx.WEEKDAYS, *lx.MONTHS, "asap", "when"}  # "call me Monday"

WHEN = r"(?:when(?:ever)?|if|(?:each|every|any) time)"
SPEAKER = r"(?:the user|a user|users?|someone|somebody|anyone|anybody|people|they|i|you are|asked)"
SAYING = r"(?:(?: ever)? (?:say|ask|mention|write|type|send|request)(?:s|ed)?)?"
SAYS = rf" {SPEAKER}{SAYING}(?: (?:about|for|the words?))*:?\s+"
REPLY = (
    r"(?:you |must |should |will |always |just |only |then )*(?:reply|answer|say|respond|write)"
    r"(?: only| just| exactly| with)*:?\s+"
)
WHENEVER = re.compile(
    rf"{WHEN}{SAYS}(?P<when>.+?),? {REPLY}(?P<what>.+)|{REPLY}(?P<first>.+?),? {WHEN}{SAYS}(?P<then>.+)", re.I
)

SIZED = re.compile(  # "answer in one word", "keep it under 20 words", "max 20 words", "…, in one word?"
    r"@|(?:answer|reply|respond|write|use|be|say|speak|explain|describe|give|tell|talk|make|limit)\b"
    r"|keep (?:@|it|this|things)|.*\?$"
    r"|(?P<bare>(?:never|in|at most|max|maximum|up to|under|within|only|just|one|two|three|four|five|\d+)\b)",
    re.I,
)
AFTER_SIZE = re.compile(r"\W*(?:(?:please|only|per|max(?:imum)?|or (?:less|fewer)|at most|reply|answer)\W*)*$", re.I)

CALLED = re.compile(  # "the word OVER", "the hashtag #sea"
    r"(?:the |this |an? )?(?:exact |single |following )*"
    r"(?:words?|phrase|sentence|line|text|tag|signature|hashtag|emoji|motto|name):?\s+(?=\S)"
)
TRAILING = re.compile(
    r"[\s,]*\b(?:from now on|please|always|every time|at all times|too|as well|no matter .*|whatever .*)\W*$", re.I
)
DESCRIBED = {"a question": "What else would you like to know?", "an emoji": "🙂", "a smiley": "🙂"}
VAGUE = re.compile(r"(?:an?|some|your|the|something|one|two|three|each|no|that|what|more|this|it|my|@)\b")
MANNER = re.compile(r"(?:in|by|as|that|to|him|her|like|honestly|using|on|about|for|\w+ly)\b")

SECRET = re.compile(
    r"\b(?:never|not|refuse to|avoid)(?: ever)? (?:(?:be )?(?:reveal|shar|tell|disclos|discuss|mention|repeat|leak)"
    r"(?:e?d|ing|e)?|talk(?:ing)? about|giv(?:e|ing) (?:out|away)|say anything about|speak about)"
    r"(?P<it> (?:it|this|that|them))?(?: (?:to |with )?(?:anyone|anybody|(?:the )?users?|customers?|people|them))?"
    r"(?: about)?\s*(?P<what>.*)"
    r"|\bkeep (?P<kept>.+?) (?:a )?(?:secret|confidential|private)"
    r"|^(?P<is>.+?) (?:is|are) (?:strictly |a )?(?:secret|confidential)\b",
    re.I,
)


@dataclass(frozen=True)
class Rules:
    """What the instructions in force ask for."""

    slots: dict[str, str] = field(default_factory=dict)
    secrets: tuple[frozenset[str], ...] = ()  # the words of each thing that must not be told
    whenever: tuple[tuple[str, str], ...] = ()  # what is said, what to reply; the strongest and latest last


def rules(messages: Sequence[dict]) -> Rules:
    """The instructions in force for the reply to the last message."""
    slots: dict[bool, dict[str, str | None]] = {True: {}, False: {}}
    whenever: dict[bool, list[tuple[str, str]]] = {True: [], False: []}
    secrets: list[frozenset[str]] = []
    for index, message in enumerate(messages):
        strong = message["role"] in ("system", "developer")
        if not strong and message["role"] != "user":
            continue
        changes, told, hidden = _ordered(instructing_text(message), strong, index == len(messages) - 1)
        slots[strong].update(changes)
        whenever[strong] += told
        secrets += hidden
    filled = {slot: value for slot, value in (slots[False] | slots[True]).items() if value is not None}
    return Rules(filled, tuple(secrets), (*whenever[False], *whenever[True]))


@lru_cache(maxsize=1024)
def _ordered(text: str, strong: bool, last: bool) -> tuple[tuple, tuple, tuple]:
    """What one message orders: changes of slots (None empties one), what to reply to what, and what not to tell."""
    changes: list[tuple[str, str | None]] = []
    whenever: list[tuple[str, str]] = []
    for order, lasting in orders(text, strong):
        if lasting or last:
            _obey(order, lasting, changes, whenever)
    return tuple(changes), tuple(whenever), tuple(_secrets(text)) if strong else ()


def _obey(order: str, lasting: bool, changes: list[tuple[str, str | None]], whenever: list[tuple[str, str]]) -> None:
    """Note what an order asks for; "stop signing as X" empties a slot."""
    rule = WHENEVER.match(order)
    if rule:
        what = rule["what"] or rule["first"]
        payload = _payload(what)
        if payload and (what[0] in "\"“'‘" or not MANNER.match(payload)):
            whenever.append(((rule["when"] or rule["then"]).strip(" \"“”'‘’.!?"), payload))
        return
    stop = STOP.match(order)
    for slot, pattern in SLOTS.items():
        found = pattern.match(order[stop.end() :] if stop else order)
        if stop and found:
            changes.append((slot, None))
        elif found and (value := _value(slot, found, lasting)):
            changes.append((slot, value))
    size, limit = SIZED.match(order), LIMIT.search(order)
    if size and limit and (not size["bare"] or AFTER_SIZE.match(order[limit.end() :])):
        changes += [(f"{unit}s", str(most)) for unit, most in limits(order).items() if unit in ("word", "sentence")]


def _value(slot: str, found: re.Match[str], lasting: bool) -> str | None:
    """What goes into a slot, or None where the order only looks like one."""
    groups = found.groupdict()
    what = groups["what"] or groups.get("last")
    if slot == "case":
        return "lower" if re.match("lower|small", what, re.I) else "upper"
    literal = what[0] in "\"“'‘" or CALLED.match(what)
    if slot == "only":
        return _payload(what) if literal or groups["just"] or groups["only"] or groups["word"] else None
    if slot == "address":
        named = literal or groups["as"] or what[0].isupper()
        return _payload(what) if named and what.lower().strip(".") not in NO_NAME else None
    if slot == "recommended":
        what = re.split(r" (?:to|for|when|whenever|if|whatever|as|in)\b", what, maxsplit=1)[0]
        return _payload(what) if lasting and (literal or what[0].isupper()) else None
    return _payload(what) if "@" in found[0] or lasting or literal or slot == "signed" else None


def _payload(what: str) -> str | None:
    """The words to say: what is quoted, or what stands there; None where it is only described ("a joke")."""
    what = CALLED.sub("", what, count=1)
    if quoted := re.match(QUOTE, what):
        return quoted[0].strip("\"“”'‘’")
    while (shorter := what[:-80] + TRAILING.sub("", what[-80:])) != what:
        what = shorter
    what = re.sub(r"(?<!\.)[.?]$", "", what.strip()).strip(' "“”')
    return DESCRIBED.get(what.lower()) if VAGUE.match(what) else what or None


def _secrets(text: str) -> Iterator[frozenset[str]]:
    before = ""
    for sentence in sentences(plain(text)):
        if hidden := SECRET.search(sentence):
            about = hidden["what"] or hidden["kept"] or hidden["is"] or "it"
            if hidden["it"] or about.lower().strip(" .!") in ("", "it", "this", "that", "them"):
                about = before
            topic = frozenset(w.lemma for w in words(about) if w.low not in lx.SMALL and w.text[0].isalnum())
            if topic:
                yield topic
        before = sentence


# ---- obeying ----


def forbids(found: Rules, asked: str) -> bool:
    """Whether an answer would tell what must not be told."""
    topic = {w.lemma for w in words(asked)}
    return any(len(secret & topic) * 2 >= min(len(secret), 4) for secret in found.secrets)


def prescribed(found: Rules, said: str) -> str | None:
    """The reply that an instruction prescribes for what the user said."""
    if "only" in found.slots:
        return found.slots["only"]
    if not found.whenever:
        return None
    low = {w.lemma for sentence in sentences(said) if not WHENEVER.search(sentence) for w in words(sentence)}
    for when, reply in reversed(found.whenever):
        if {
            w.lemma for w in words(when) if w.text[0].isalnum() and w.low not in lx.DETERMINERS | {"about", "for"}
        } <= low:
            return reply
    return None


def styled(text: str, found: Rules) -> str:
    """A reply worded as the instructions ask."""
    slots = found.slots
    if any(secret <= {w.lemma for w in words(text)} for secret in found.secrets):
        text = REFUSAL
    if "sentences" in slots and len(sentences(text)) > int(slots["sentences"]):
        text = " ".join(sentences(text)[: int(slots["sentences"])])
    if "words" in slots:
        text = shortened(text, int(slots["words"]))
    if text and "address" in slots and not re.search(rf"\b{re.escape(slots['address'])}\b", text, re.I):
        text = f"{slots['address']}, {inside(text)}"
    if "case" in slots:
        text = text.lower() if slots["case"] == "lower" else text.upper()
    parts = (slots.get("opening"), text, slots.get("ending"), slots.get("signed"))
    return " ".join(part for part in parts if part)
