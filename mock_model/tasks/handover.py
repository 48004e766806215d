"""What is handed over to be summarised or to look for facts in: the request, what is known so far, a conversation."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import NamedTuple

from mock_model.sentences.lists import phrases
from mock_model.sentences.quoting import lists_in
from mock_model.sentences.transcript import LABELS, text_of
from mock_model.sentences.words import sentences

STRONG = ("system", "developer")
PREVIOUS, MATERIAL, REQUEST, HERE, EXAMPLE, HEADED, INLINE, NOTHING, TOLD = (
    phrases(name, "summary.txt") for name in "previous material request here example headed inline nothing told".split()
)
ROLES = LABELS | {role: role for role in ("user", "assistant", "system", "tool")} | {"developer": "system"}
LABEL = re.compile(  # "user:", "[user]", "**User**:", "- Dana (10:02):", "3. USER:"
    r"[ \t>•*-]{0,4}(?:(?P<number>\d{1,3})[.)]\s*|\[\d[\d:. -]*\]\s*)?"
    r"[\[(<*_\"'#]{0,8}(?P<who>[A-Za-z][\w.'-]{0,40}(?: [A-Z][\w.'-]{0,40})?)"  # bounded, or "x____…" takes for ever
    r"(?:[*_\"')>\]]{0,8}(?: ?\([^)\n]{0,30}\))?\s*(?:[:：]|[-=]>)[*_\"']*|\](?=\s))[ \t]*"
)
HEADING = re.compile(r"\W*\b[\w ]{1,40}[\"']?:\W*$|^\W*[\w ]{1,40}[\"']?:\s*[\"']?", re.M)
TAG = re.compile(r"<(/?)([A-Za-z][\w-]*)[^<>\n]*>|(```)(?!\w*\s*[\[{])[^\n]*")
TALKS = "conv|trans|messag|hist|chat|dial"
TAGS = {"previous": "summary|memory|notes|facts", "own": "instruct|task|rules|prompt", "talk": TALKS}
MARK = "\x02"  # begins a line that was a tag or a fence
Asks = Callable[[str], bool]  # whether a text asks for what the task does


class Handed(NamedTuple):
    """What a request hands over; each message of a conversation may have the "number" that it was given."""

    own: str  # what the writer says himself: the request
    held: tuple[str, ...] = ()  # what is known so far, such as an earlier summary
    talk: tuple[dict, ...] = ()  # the conversation
    sent: Sequence[dict] = ()  # all messages of the request


def handed(messages: Sequence[dict], asks: Asks) -> Handed | None:
    """What the last message, or a system message before it, hands over and asks for; None where neither asks."""
    orders = [p for m in messages if m["role"] in STRONG and asks((p := _parts(text_of(m), asks)).own)]
    mine = _parts(text_of(messages[-1]), asks) if messages[-1]["role"] == "user" else Handed("")
    if not (asked := asks(mine.own)) and not orders:
        return None
    own, talk = mine.own, mine.talk
    if asked and not talk:
        own, talk = _loose(own, asks)
    elif talk and not asked:  # what stands beside the conversation, under whatever heading
        mine = mine._replace(held=(*mine.held, HEADING.sub("", own)))
    elif not asked and (talk := orders[-1].talk) == () and own and all(m["role"] in STRONG for m in messages[:-1]):
        talk = ({"role": "user", "content": own},)
    held = [text for p in (*orders, mine) for text in p.held]
    if not talk:  # the messages before; of a system's what it knows about the user
        before = [m for m in messages[: -asked or None] if m["role"] not in STRONG or not asks(text_of(m))]
        held += [s for m in before if m["role"] in STRONG for s in sentences(text_of(m)) if TOLD.search(s)]
        talk = tuple(m for m in before if m["role"] not in STRONG)
    held = [text for text in held if text and not NOTHING.fullmatch(text)]
    return Handed("\n".join([own] * asked + [p.own for p in orders]), tuple(held), talk, messages)


@lru_cache(maxsize=64)
def _parts(text: str, asks: Asks) -> Handed:
    """Take a message apart: by its tags, fences, headings and labels, a list of messages out first."""
    text, listed = _without_messages(EXAMPLE.sub("", text.replace(MARK, "")))
    closed = frozenset(tag[2] for tag in TAG.finditer(text) if tag[1])

    def as_line(tag: re.Match[str]) -> str:  # a fence, a tag that is closed or one known to begin a conversation
        name = (tag[2] or "").lower()
        known = tag[3] or tag[2] in closed or re.search(f"{TALKS}|{TAGS['previous']}", name)
        return f"\n{MARK}{tag[3] or tag[1] + name}\n" if known else tag[0]

    text = TAG.sub(as_line, HEADED.sub(r"\n\1:", text))
    lines = INLINE.sub(r"\n\1", text).splitlines()
    labels = {} if listed else _labels(lines)
    found: dict[str, list[str]] = {"own": [], "previous": [], "talk": []}
    talk: list[dict] = []
    now, inside, gap = "own", "", True  # inside: the tag or the fence that is open
    for n, line in enumerate(lines):
        heading = not inside and (PREVIOUS.match(line) or MATERIAL.match(line))
        if line[:1] == MARK:
            tag, line = line[1:], ""
            if tag == ("```" if inside == "```" else f"/{inside}"):
                now, inside = "own", ""
            elif not inside and now != "talk" and tag[0] != "/":
                inside, now = tag, next((part for part, names in TAGS.items() if re.search(names, tag)), "talk")
                talk += [{"role": ROLES.get(re.split("[-_]", tag)[0], "user"), "content": ""}] * (now == "talk")
        elif n in labels:
            number, who, now, line = *labels[n].group("number", "who"), "talk", line[labels[n].end() :]
            role = ROLES.get(who.lower())
            talk.append({"role": role or "user", "name": "" if role else who, "content": "", "number": number})
        elif heading and heading.end() > 3 and not asks(line):
            now, line = "previous" if PREVIOUS.match(line) else "talk", line[heading.end() :]
        elif gap and not inside and n > max(labels, default=0) and (asks(line) or REQUEST.match(line)):
            now = "own"
        if now == "talk":
            talk = talk or [{"role": "user", "content": ""}]
            talk[-1]["content"] += line + "\n"
        found[now].append(line)
        gap = not line.strip()
    own, previous = ("\n".join(found[part]).strip() for part in ("own", "previous"))
    return Handed(own, (previous,), listed or tuple(message for message in talk if message["content"].strip()))


def _labels(lines: list[str]) -> dict[int, re.Match[str]]:
    """The lines that begin with who speaks: by a usual label, or by a name that comes more than once."""
    found = {n: label for n, line in enumerate(lines) if (label := LABEL.match(line))}
    count = Counter(label["who"] for label in found.values())
    sure = {"user", "assistant", "human", "ai"} & {who.lower() for who in count}  # labels even where they stand once
    often = {who for who, n in count.items() if n > 1 and who[0].isupper() and not sure}
    speakers = often | {who for who, n in count.items() if (sure or n > 1) and who.lower() in ROLES}
    return {n: label for n, label in found.items() if label["who"] in speakers}


def _without_messages(text: str) -> tuple[str, tuple[dict, ...]]:
    """A text without the lists of messages in it; and these."""
    found: list[dict] = []
    for listed in reversed(lists_in(text)):
        items = [item for item in listed.items if isinstance(item, dict) and {"role", "content"} & item.keys()]
        if items:
            text = text[: listed.start] + text[listed.end :]
            found = [m | {"role": ROLES.get(str(m.get("role")).lower(), "user"), "number": number_in(m),
                          "content": text_of(m | {"role": ""})} for m in items] + found  # fmt: skip
    return text, tuple(m for m in found if m["content"])


def number_in(item: dict) -> int | None:
    """The number that an object gives itself."""
    return next((n for n in item.values() if type(n) is int), None)


def _loose(own: str, asks: Asks) -> tuple[str, tuple[dict, ...]]:
    """A request and the plain text it is about: "Summarize this: …", or paragraphs below or above the request."""
    head, _, rest = own.partition(":")
    alone = not re.search(r"\n\n|[\[{]", head + rest.lstrip()[:1]) and asks(["", *sentences(head)][-1])
    if alone and len(rest.split()) > 2:
        return head, ({"role": "user", "content": rest},)
    paragraphs = re.split(r"\n\s*\n", own)
    request = [part for part in paragraphs if asks(part) or REQUEST.match(part)]
    loose = "\n".join(part for part in paragraphs if part not in request and any(map(HERE.search, request)))
    return "\n".join(request) if loose else own, ({"role": "user", "content": loose},) * bool(loose)
