"""Orders: what in a text tells the model how to reply, and the limits that it sets.

What a user's message quotes (in tags or fences, a conversation) is data; in a system message it is so only where that
message says so. Other text there is obeyed, whoever wrote it first: no heading and no "the user said" takes its power.
"""

from __future__ import annotations

import re
from collections import Counter

from mock_model.sentences.lists import NUMBERS, OWNERS, PRONOUNS, phrases
from mock_model.sentences.quoting import without_lists, without_strings
from mock_model.sentences.remembering import remembered
from mock_model.sentences.transcript import LABEL, text_of
from mock_model.sentences.words import sentences

FILE = "orders.txt"
QUOTED = re.compile(
    r"(`{3,}).*?(?:\1`*|$)|<(\w[\w-]*)[^<>]*>.*?(?:(?i:</\s*\2\s*>)|$)|\[\s*\{(?:.*\]|.*)"
    r"|(?P<mark>\"{3}|'{3}).*?(?:(?P=mark)|$)|(?m:^)[ \t]*>[^\n]*",
    re.S,
)
SAID = re.compile(r'"(?:[^\s"]+\s+){3,400}[^\s"]+"|“(?:[^\s“”]+\s+){3,400}[^\s“”]+”')  # sentences in quotation marks
TALK_LINE = re.compile(r"^[ \t]*[\[(<*_-]{0,3} ?(\w+(?: [A-Z]\w+)?)[\])>*_]{0,3}\s*:", re.M)
NUMBER = rf"\d[\d,]{{0,17}}|(?:(?:{'|'.join(n for n in NUMBERS if n.isalpha())}|few|a)\b[ -]?(?:and )?){{1,6}}"
LIMIT = re.compile(  # of "two or three sentences" and "40-60 words" the larger number
    rf"(?P<least>{phrases('least', FILE).pattern} )?(?P<under>{phrases('under', FILE).pattern} )?"
    rf"(?:\b(?:{NUMBER})\s*(?:to|or|and|-|–)\s*)?\b(?P<most>{NUMBER})[ -]?(?:{phrases('plain', FILE).pattern}[ -])*"
    r"\b(?P<unit>word|sentence|token|character|bullet|point|line)s?\b(?! (?:each|apiece|per|for each)\b)",
    re.I,
)
CUT = re.compile(rf",?(?: (?:and|then)|,) (?={phrases('verbs', FILE).pattern})", re.I)
TRAIL = re.compile(rf"(?:{phrases('trail', FILE).pattern}\W{{0,9}})+$|(?<!\.)\.$", re.I)
CONDITIONS = frozenset("at when whenever if each every any".split())  # begin an order that is one whole
STATED = (PRONOUNS | OWNERS | {"the", "a", "an", "some"}) - {"you", "your", "one"}  # begin what is no order
LONGEST = 2_000  # characters of a sentence in which an order is looked for
HIDDEN = "\u2060"  # in place of a space inside quotation marks: no sentence ends there


def instructing_text(message: dict) -> str:
    """The part of a message that speaks for itself: a user's without what it quotes, a system's where it says so."""
    return unquoted(text_of(message), message["role"] == "user")


@remembered(2048)
def unquoted(text: str, by_user: bool) -> str:
    """A text without what it quotes as data."""
    if not by_user and not phrases("data", FILE).search(text):
        return text
    text = without_quotes(text)
    labels = Counter(m[1].lower() for m in TALK_LINE.finditer(text))
    talk = [m.start() for m in TALK_LINE.finditer(text) if LABEL.match(m[0]) or labels[m[1].lower()] > 1]
    return text[: talk[0]] if len(talk) > 1 else text


def without_quotes(text: str) -> str:
    """A text without what stands in quotation marks, tags, fences and lists in it; a conversation stays."""
    return QUOTED.sub("\n", without_strings(without_lists(text)))


@remembered(2048)
def own_words(text: str) -> str:
    """What the writer of a text says himself, whoever that is: nothing that it quotes, be it a sentence in quotation marks."""
    return SAID.sub(lambda said: said[0] if said[0] == text.strip() else " ", unquoted(text, True))


def limits(text: str) -> dict[str, int]:
    """The limits that a text sets, each the strictest: {"word": 50}; also sentence, token, character, bullet, line."""
    found: dict[str, int] = {}
    for match in LIMIT.finditer(text):
        most, unit = _number(match["most"]) - bool(match["under"]), match["unit"].lower().replace("point", "bullet")
        if most > 0 and not match["least"]:
            found[unit] = min(most, found.get(unit, most))
    return found


def _number(text: str) -> int:
    """The number that is written: 1200 for "1,200", 150 for "a hundred and fifty"."""
    total, part = 0, int(text.replace(",", "")) if text[0].isdigit() else 0
    for word in re.findall(r"[a-z]+", text.lower()):
        value = 3 if word == "few" else int(NUMBERS.get(word, 0))
        total, part = (total + max(part, 1) * value, 0) if value >= 100 else (total, part + value)
    return total + part or 1  # "a sentence"


@remembered(2048)
def orders(text: str, strong: bool) -> tuple[tuple[str, bool], ...]:
    """The orders of a text (of a system's, if strong), each bare, and whether it holds for later messages too."""
    text = re.sub(r";(?=\s)", "\n", text)
    if strong:  # neither tags nor reported speech shield anybody
        text = re.sub(
            r"\b(said|says|asked|wrote)[:,]? [\"“]([^\"“”]+)[\"”]", r"\1: \2", re.sub(r"</?\w[^<>]*>", "\n", text)
        )
    text = re.sub(r"[\"“][^\"“”\n]{1,500}[\"”]", lambda m: re.sub(r"\s", HIDDEN, m[0]), text)
    found: list[tuple[str, bool]] = []
    for sentence in sentences(phrases("replies", FILE).sub("@", text)):
        lasting = strong or bool(phrases("lasting", FILE).search(sentence))
        for clause in re.split(r",? but ", " ".join(sentence[:LONGEST].split())):
            order = _bare(clause, strong)
            first = re.match(r"\W*(\w*)", order)[1].lower()
            parts = [] if first in STATED else [order] if first in CONDITIONS else CUT.split(order)
            found += [(bare, lasting) for part in parts if (bare := _bare(part, False).replace(HIDDEN, " "))]
    return tuple(found)


def _bare(order: str, strong: bool) -> str:
    """An order without what leads to it and what follows it."""
    led, headed = phrases("led", FILE), phrases("headed", FILE)
    while (lead := led.match(order) or (strong and headed.match(order))) and lead.end() < len(order):
        order = order[lead.end() :].lstrip(" ,:!.)–—-")
    return TRAIL.sub("", order).strip(" ,") or order
