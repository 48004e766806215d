"""Wording: how a reply is to be worded. The strongest role wins: system and developer before user.

Each kind of order is a slot. What a system message fills, no user changes; of two messages of the same role the later
wins. A user's wish holds for its message alone, unless it says "always" or the like. Others than these never instruct.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from mock_model.sentences.lists import SMALL, phrases, sections
from mock_model.sentences.reading import content
from mock_model.sentences.remembering import remembered
from mock_model.sentences.stems import base
from mock_model.sentences.words import sentences, words
from mock_model.tasks.admitting import shortened
from mock_model.tasks.orders import FILE, LIMIT, instructing_text, limits, orders

REFUSAL = "I can't share that."
LINES = sections(FILE)
SETS, CASES = dict(LINES["sets"]), dict(LINES["cases"])
SIZING, ALONE, UNNAMED, AUDIENCE = (frozenset(LINES[n][0]) for n in ("sizing", "alone", "unnamed", "audience"))
QUOTE = re.compile(r"[\"“]([^\"”]+)(?:[\"”]|$)|['‘]([^\"“]+?)['’](?!\w)")
VAGUE = re.compile(phrases("vague", FILE).pattern)  # as it is written: "The Museum Team" is not vague


def _template(line: Sequence[str]) -> re.Pattern[str]:
    """A template as a pattern: a|b is either, (a|b) may stand there any number of times."""
    named = [(SETS.get(token.strip("()"), token.strip("()")), token[0] == "(") for token in line]
    return re.compile("".join(f"(?:(?:{either})[,:]? ){'*' * free}" for either, free in named).replace("_", " "), re.I)


SLOTS = "ending opening signed case only recommended address whenever".split()
TEMPLATES = {slot: [_template(line) for line in LINES[slot]] for slot in SLOTS}


class Rules(NamedTuple):
    """What the orders in force ask for: "ending", "words" …, "when ping" (what to reply), "secret " and its words."""

    slots: dict[str, str] = {}

    def starting(self, start: str) -> list[str]:
        return [slot.removeprefix(start) for slot in self.slots if slot.startswith(start)]


def unsized(found: Rules) -> Rules:
    """The orders without those on the length: a summary is made within its limits, and not cut to them."""
    return Rules({slot: value for slot, value in found.slots.items() if slot not in ("words", "sentences")})


def rules(messages: Sequence[dict]) -> Rules:
    """The orders in force for the reply to the last message."""
    last, rank = len(messages) - 1, {"user": False, "system": True, "developer": True}
    heard = [(rank[m["role"]], n == last, instructing_text(m)) for n, m in enumerate(messages) if m["role"] in rank]
    slots = dict(pair for one in sorted(heard, key=lambda one: one[0]) for pair in _ordered(*one))
    return Rules({slot: value for slot, value in slots.items() if value is not None})


@remembered(2048)
def _ordered(strong: bool, last: bool, text: str) -> tuple[tuple[str, str | None], ...]:
    """What one message puts into slots; None empties one."""
    found: list[tuple[str, str | None]] = list(_secrets(text)) if strong else []
    for order, lasting in (one for one in orders(text, strong) if one[1] or last):
        stop = phrases("stop", FILE).match(order)  # "stop ending …"
        bare = re.sub(r"^\w+", lambda m: base(m[0].lower()), order[stop.end() :].strip()) if stop else order
        for slot in SLOTS:
            if (match := _matched(slot, bare)) and ((value := _value(slot, match, lasting)) or stop):
                found.append((f"when {match['when']}" if slot == "whenever" else slot, None if stop else value))
        others = re.findall(r"[^\W_]+", LIMIT.sub("", order).lower())
        if order[-1] == "?" or (others and others[0] in SIZING) or ALONE.issuperset(others):
            found += [(f"{unit}s", str(n)) for unit, n in limits(order).items() if unit in ("word", "sentence")]
    return tuple(found)


def _matched(slot: str, order: str) -> re.Match[str] | None:
    return next((found for template in TEMPLATES[slot] if (found := template.fullmatch(order + " "))), None)


def _value(slot: str, found: re.Match[str], lasting: bool) -> str | None:
    """What goes into a slot, or None where the order only looks like one, or describes what to say ("a joke")."""
    what, before = found["words"], found.string[: found.start("words")]
    if slot == "case":
        return CASES.get(re.sub(r"\b(?:all|only|just|the|letters?|case)\b|\W", "", what.lower()))
    called = phrases("called", FILE).match(what)
    what = what[called.end() :].strip() if called else what
    if quote := QUOTE.match(what):
        return quote[1] or quote[2] if slot != "only" or quote.end() == len(what) else None
    said = what.strip(' "“”?')
    if not said or VAGUE.match(said):
        return None
    if slot == "only":  # in capitals, after a colon, or "the word …"
        shown = before.endswith(": ") or (said.upper() == said and said not in LINES["formats"][0])
        return said if " " not in said and (called or (shown and phrases("emphasis", FILE).search(before))) else None
    if slot == "address":
        name = re.match(r"(?:[\w.'-]+(?: [A-Z][\w.'-]*)*)?", said)[0]
        return name if (name[:1].isupper() or before.endswith(" as ")) and name.lower() not in UNNAMED else None
    if slot == "recommended":
        return re.split(r" (?:to|for|when|if|whatever|as|in)\b", said)[0] if lasting and said[0].isupper() else None
    return said if lasting or called or slot == "signed" else None


def _secrets(text: str) -> Iterator[tuple[str, str]]:
    """What must not be told, by its words; "Never reveal it." means what the sentence before says."""
    for before, sentence in zip(("", *sentences(text)), sentences(text), strict=False):
        if hidden := phrases("secret", FILE).search(sentence):
            about = (hidden["what"] or hidden["kept"] or hidden["is"] or "", sentence[: hidden.start()], before)
            topic = next((topic for part in about if (topic := content(words(part)) - AUDIENCE)), ())
            yield f"secret {' '.join(sorted(topic))}", ""


def forbids(found: Rules, asked: str) -> bool:
    """Whether an answer would tell what must not be told."""
    secrets = [set(secret.split()) for secret in found.starting("secret ")]
    return any(len(secret & content(words(asked))) * 2 >= min(len(secret), 4) for secret in secrets if secret)


def prescribed(found: Rules, said: str) -> str | None:
    """The reply that an order prescribes for what the user said."""
    if "only" in found.slots or not (cases := found.starting("when ")):
        return found.slots.get("only")
    told = [s for s in sentences(said) if not any(_matched("whenever", order) for order, _ in orders(s, True))]
    spoken = {w.base for sentence in told for w in words(sentence)}
    heard = [c for c in cases if (asked := {w.base for w in words(c) if w.text[0].isalnum()}) and asked <= spoken]
    return found.slots[f"when {heard[-1]}"] if heard else None


def styled(text: str, found: Rules) -> str:
    """A reply worded as the orders ask."""
    slots, secrets = found.slots, [secret for secret in found.starting("secret ") if secret]
    if secrets and any(map(content(words(text)).issuperset, map(str.split, secrets))):
        text = REFUSAL
    whole = text
    if "sentences" in slots and len(said := sentences(text)) > int(slots["sentences"]):
        text = " ".join(said[: int(slots["sentences"])])
    if "words" in slots:
        text = shortened(text, int(slots["words"]))
    text += '"' * (text != whole and text.count('"') % 2)  # a quotation that was cut
    if text and "address" in slots and not re.search(rf"\b{re.escape(slots['address'])}\b", text, re.I):
        small = re.match(r"\w*", text)[0].lower() in SMALL - {"i"} | {"noted"}
        text = f"{slots['address']}, {text[0].lower() if small else text[0]}{text[1:]}"
    if "case" in slots:
        text = text.lower() if slots["case"] == "lower" else text.upper()
    return " ".join(part for part in (slots.get("opening"), text, slots.get("ending"), slots.get("signed")) if part)
