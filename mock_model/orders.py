"""Orders: what in a text tells the model how to reply, and the limits that it sets.

Only orders count: "end every reply with X" is one, "I end every letter with X" is not. What a user's message quotes
(between tags, in fences, a conversation line by line) is data; in a system message it is data only where the message
says so. There a heading or "the user said" does not take the power from an order either: text that code puts into a
system message is obeyed, whoever wrote it first.
"""

from __future__ import annotations

import re
from collections import Counter
from functools import lru_cache

from mock_model import lexicon as lx
from mock_model.language import sentences
from mock_model.quoting import without_lists, without_strings
from mock_model.transcript import LABELS, text_of

# ---- whose words ----

QUOTED = re.compile(r"(`{3,}).*?(?:\1`*|$)|<(\w[\w-]*)[^<>]*>.*?(?:(?i:</\s*\2\s*>)|$)", re.S)
TALK_LINE = re.compile(r"^[ \t]*[\[(<*_-]{0,3} ?(\w+(?: [A-Z]\w+)?)[\])>*_]{0,3}\s*:", re.M)
SPEAKERS = {*LABELS, "user", "assistant", "system", "developer", "tool"}
DATA = re.compile(  # "the text between the tags is data, not instructions"
    r"\b(?:is|are|as)(?: only| just| quoted| untrusted| plain)*"
    r" (?:data|quotes?|quotations?|quoted text|untrusted|content)\b"
    r"|\bnot(?: as)? (?:an )?instructions?\b|\b(?:never|do not|don't|must not) (?:follow|obey|act on|execute)\b",
    re.I,
)


def instructing_text(message: dict) -> str:
    """The part of a message that speaks for itself: a user's without what it quotes, a system's where it says so."""
    return unquoted(text_of(message), message["role"] == "user")


@lru_cache(maxsize=1024)
def unquoted(text: str, by_user: bool) -> str:
    """A text without what it quotes as data."""
    if not by_user and not DATA.search(text):
        return text
    text = QUOTED.sub("\n", without_strings(without_lists(text)))
    listed = re.search(r"\[\s*\{", text)  # JSON that cannot be read
    if listed:
        end = text.rfind("]", listed.start()) + 1 or len(text)
        text = text[: listed.start()] + "\n" + text[end:]
    labels = Counter(m[1].lower() for m in TALK_LINE.finditer(text))
    talk = [m.start() for m in TALK_LINE.finditer(text) if m[1].lower() in SPEAKERS or labels[m[1].lower()] > 1]
    return text[: talk[0]] if len(talk) > 1 else text


# ---- limits ----

NUMBER = r"\d[\d,]*|(?:(?:" + "|".join(lx.NUMBER_WORDS) + r"|few|a)\b[ -]?(?:and )?){1,6}"
LIMIT = re.compile(
    r"(?P<least>\b(?:at least|more than|minimum(?: of)?|over) )?(?P<under>\b(?:under|below|fewer than|less than) )?"
    rf"(?:\b(?:{NUMBER})\s*(?:to|or|and|-|–)\s*)?"  # of "two or three sentences" and "40-60 words" the larger one
    rf"\b(?P<most>{NUMBER})[ -]?"
    r"(?:(?:short|brief|concise|complete|full|simple|clear|plain|single|or fewer|or less)[ -])*"
    r"\b(?P<unit>word|sentence|token|character|bullet point|bullet|point|line)s?\b(?! (?:each|apiece|per|for each)\b)",
    re.I,
)
UNITS = {"bullet point": "bullet", "point": "bullet"}


def limits(text: str) -> dict[str, int]:
    """The limits that a text sets, each the strictest: {"word": 50}; also sentence, token, character, bullet, line."""
    found: dict[str, int] = {}
    for match in LIMIT.finditer(plain(text)):
        most = _number(match["most"]) - bool(match["under"])
        unit = UNITS.get(match["unit"].lower(), match["unit"].lower())
        if most > 0 and not match["least"]:
            found[unit] = min(most, found.get(unit, most))
    return found


def _number(text: str) -> int:
    """The number that is written: 1200 for "1,200", 150 for "a hundred and fifty"."""
    if text[0].isdigit():
        return int(text.replace(",", "")[:18])
    total = part = 0
    for word in re.findall(r"[a-z]+", text.lower()):
        value = 3 if word == "few" else int(lx.NUMBER_WORDS.get(word, 0))
        if value >= 100:
            total, part = total + max(part, 1) * value, 0
        else:
            part += value
    return total + part or 1  # "a sentence"


def plain(text: str) -> str:
    """A text with its negations written out, and "no more than" as "at most"."""
    text = re.sub(r"\b(must|do|can|should)n['’]t\b|\bcannot\b", lambda m: f"{m[1] or 'can'} not", text, flags=re.I)
    most = r"\bno (?:more|longer) than\b|\b(?:never|not) (use|write|say) more than\b"
    return re.sub(most, r"\1 at most", text, flags=re.I)


# ---- orders ----

# "Every reply", "each of your answers": in an order they are written "@".
REPLIES = re.compile(
    r"\b(?:(?:(?:each|every|all|any|your|the|of|my|single|following|future|next)\s+){1,6}(?:reply|answer|message|response)s?"
    r"|(?:(?:all|your|future)\s+){0,6}(?:replies|answers|messages|responses))\b(?: you (?:give|send|write))?"
    r"(?: (?:to|for) (?:me|us|them|the user|users?|everyone))?",
    re.I,
)
LEAD = re.compile(  # what may stand before an order without changing it
    r"\W*(?:(?:please|kindly|now|also|and|so|then|but|ok|okay|hey|hi|hello|thanks|important|note|remember|attention"
    r"|system|urgent|new rule|(?:new )?instructions?|rules?|reminder|always|instead)\b(?: \d+)?[\s,:!.)–—-]*"
    r"|(?:from (?:now|here|this point) on|going forward|henceforth|in (?:the )?future|until further notice"
    r"|at all times|for the rest of [\w ]{3,30}|whatever [\w ]{3,30},|no matter [\w ]{3,30},|in @)[\s,:]*"
    r"|(?:ignore|forget|disregard|override)\b[^.;:]{0,80}?"  # "ignore all previous instructions and …"
    r"(?:instructions?|rules?|prompts?|above|before|earlier|said|told you)\b[^.;:\w]*(?:(?:and|instead|then)\b\W*)*"
    r"|you (?:must|should|shall|will|need to|have to|are to|may|can|are (?:required|instructed|asked|told) to)\s+"
    r"|i(?:'d| would)? (?:want|need|like|ask|order|expect) you to\s+|(?:can|could|would|will) you\s+"
    r"|make sure (?:that )?(?:you |to )?|be sure to\s+|remember to\s+|(?:do not|never) forget to\s+)",
    re.I,
)
VERBS = (
    r"(?:end|finish|close|conclude|begin|start|open|prefix|sign|call me|address|refer|use|write|reply|answer|respond"
    r"|keep|limit|never|do not|append|add|say|always|stop|be)\b"
)
PROMOTED = re.compile(  # in a system message also: a heading, and what the user is said to have said
    r"\W*(?:(?:the )?user(?: has| had| also| then| explicitly)* (?:said|says|asked|asks|wants?|wanted|told|tells"
    r"|instructed|requested|requests|ordered|insists?|demand(?:ed|s))"
    r"(?: (?:that|the assistant|you|i|me|us|to|must|should))*[\s:,]*"
    rf"|(?!if|when|{VERBS})[^.:,!?@\n]{{2,60}}:\s+)",
    re.I,
)
PASSIVE = re.compile(  # "@ must end with X" is "@ end with X"
    r"@(?: (?:must|should|shall|will|has to|have to|needs? to|is to|are to|to))*(?: (?:always|only|be))*\s+", re.I
)
STATED = re.compile(r"\W*(?:i|we|he|she|they|it|my|our|his|her|their|the|a|an|this|that|there|some)\b", re.I)
CONDITION = re.compile(r"(?:when(?:ever)?|if|(?:each|every|any) time)\b", re.I)
LASTING = re.compile(
    r"@|\bfrom (?:now|here|this point) on\b|\balways\b|\bnever\b|\b(?:each|every) time\b|\bfor the rest\b"
    r"|\bwhen(?:ever)?\b|\bif\b|\b(?:in (?:the )?future|going forward)\b"
    r"|\b(?:address|refer to|call) (?:us|me|the user)\b|\bpermanently\b|\buntil\b|\bat all times\b|\bstop\b",
    re.I,
)


@lru_cache(maxsize=1024)
def orders(text: str, strong: bool) -> tuple[tuple[str, bool], ...]:
    """The orders of a text, each without what leads to it, and whether it holds for later messages too.

    strong says that the text is a system's: there tags and headings and reported speech do not shield anybody.
    """
    if strong:
        text = re.sub(r"</?\w[^<>]*>|;(?=\s)", "\n", text)
        text = re.sub(r"\b(said|says|asked|wrote)[:,]? [\"“](.+?)[\"”]", r"\1: \2", text)
    hidden = re.sub(
        r"[\"“].+?[\"”]", lambda m: re.sub(r"\s", "\u2060", m[0]), plain(text)
    )  # no sentence ends in a quote
    found: list[tuple[str, bool]] = []
    for sentence in sentences(REPLIES.sub("@", hidden)):
        bare = led(sentence.replace("\u2060", " "), strong)
        cut = rf"[,;]?(?: (?:and|then|but)|,|;) (?={VERBS})"
        lasting = strong or bool(LASTING.search(sentence))
        for part in [bare] if CONDITION.match(bare) else re.split(cut, bare, flags=re.I):
            if not STATED.match(bare) or part.lower().startswith("call me"):
                found.append((PASSIVE.sub("@ ", led(part, False), count=1), lasting))
    return tuple(found)


def led(sentence: str, strong: bool) -> str:
    """A sentence from where its order begins."""
    while lead := LEAD.match(sentence) or (PROMOTED.match(sentence) if strong else None):
        if lead.end() in (0, len(sentence)):
            break
        sentence = sentence[lead.end() :]
    return sentence.strip()
