"""What is handed over to be summarised: a message taken apart into the request, an earlier summary and a conversation."""

from __future__ import annotations

import re
from collections import Counter
from functools import lru_cache, partial
from typing import NamedTuple

from mock_model.sentences.lists import phrases
from mock_model.sentences.quoting import lists_in
from mock_model.sentences.transcript import LABELS, text_of, utterances
from mock_model.sentences.words import sentences

BEFORE, ASKED, LATER, PREVIOUS, MATERIAL, REQUEST, HERE, EXAMPLE, HEADED, INLINE = (
    phrases(name, "summary.txt")
    for name in "before asked later previous material request here example headed inline".split()
)
ROLES = LABELS | {role: role for role in ("user", "assistant", "system", "tool")} | {"developer": "system"}
LABEL = re.compile(  # "user:", "[user]", "**User**:", "- Dana (10:02):", "3. USER:"
    r"[ \t>•*-]{0,4}(?:\d{1,3}[.)]\s*|\[\d[\d:. -]*\]\s*)?"
    r"[\[(<*_\"'#]{0,8}(?P<who>[A-Za-z][\w.'-]{0,40}(?: [A-Z][\w.'-]{0,40})?)"  # bounded, or "x____…" takes for ever
    r"(?:[*_\"')>\]]{0,8}(?: ?\([^)\n]{0,30}\))?\s*(?:[:：]|[-=]>)[*_\"']*|\](?=\s))[ \t]*"
)
TAG = re.compile(r"<(/?)([A-Za-z][\w-]*)[^<>\n]*>")
TAGS = {"previous": re.compile("summary|memory|notes"), "own": re.compile("instruct|task|rules|prompt")}
TALKS = re.compile("conv|trans|messag|hist|chat|dial")  # also where it is not closed
MARK = "\x02"  # begins a line that was a tag


class Parts(NamedTuple):
    """A message that asks for a summary, taken apart."""

    own: str  # what its writer says himself: the request
    previous: str = ""  # an earlier summary that is handed over
    talk: tuple[dict, ...] = ()  # the conversation that is handed over, as messages


@lru_cache(maxsize=1024)
def asks(text: str) -> bool:
    """Whether one of the sentences asks, now, for a summary."""
    for bare in (re.sub(r"^\W+", "", sentence) for sentence in sentences(text)):
        while lead := BEFORE.match(bare):
            bare = bare[lead.end() :].lstrip(" ,:;.!–—-")
        if ASKED.match(bare) and not LATER.search(bare):
            return True
    return False


@lru_cache(maxsize=64)
def parts(text: str) -> Parts:
    """Take a message apart: by its tags, fences, headings and labels, a list of messages out first."""
    text, listed = _without_messages(EXAMPLE.sub("", text.replace(MARK, "")))
    closed = frozenset(tag[2] for tag in TAG.finditer(text) if tag[1])
    text = TAG.sub(partial(_as_line, closed=closed), HEADED.sub(r"\n\1:", text))
    lines = INLINE.sub(r"\n\1", text).splitlines()
    labels = {} if listed else _labels(lines)
    last = max(labels, default=0)
    found: dict[str, list[str]] = {"own": [], "previous": [], "talk": []}
    talk: list[dict] = []
    now, inside, gap = "own", "", True  # inside: the tag or the fence that is open
    for n, line in enumerate(lines):
        tag = line[1:] if line[:1] == MARK else line[:3] if line[:3] == "```" else ""
        heading = not inside and (PREVIOUS.match(line) or MATERIAL.match(line))
        if tag:
            if tag == ("```" if inside == "```" else f"/{inside}"):
                now, inside = "own", ""
            elif not inside and now != "talk" and tag[0] != "/":
                inside, now = tag, next((part for part, names in TAGS.items() if names.search(tag)), "talk")
                talk += [{"role": ROLES.get(re.split("[-_]", tag)[0], "user"), "content": ""}] * (now == "talk")
            line = ""
        elif n in labels:
            who, now, line = labels[n]["who"], "talk", line[labels[n].end() :]
            role = ROLES.get(who.lower())
            talk.append({"role": role or "user", "name": "" if role else who, "content": ""})
        elif heading and heading.end() > 3 and not asks(line):
            now, line = "previous" if PREVIOUS.match(line) else "talk", line[heading.end() :]
        elif gap and not inside and n > last and (asks(line) or REQUEST.match(line)):
            now = "own"
        if now == "talk":
            talk = talk or [{"role": "user", "content": ""}]
            talk[-1]["content"] += line + "\n"
        found[now].append(line)
        gap = not line.strip()
    own, previous = ("\n".join(found[part]).strip() for part in ("own", "previous"))
    talk = [*listed] or [message for message in talk if message["content"].strip()]
    if not talk and asks(own):
        own, loose = _loose(own)
        talk = [{"role": "user", "content": loose}] * bool(loose)
    return Parts(own, previous, tuple(talk))


def _labels(lines: list[str]) -> dict[int, re.Match[str]]:
    """The lines that begin with who speaks: by a usual label, or by a name that comes more than once."""
    found = {n: label for n, line in enumerate(lines) if (label := LABEL.match(line))}
    count = Counter(label["who"] for label in found.values())
    sure = not {"user", "assistant", "human", "ai"}.isdisjoint(
        map(str.lower, count)
    )  # labels even where they stand once
    speakers = {who for who, n in count.items() if (sure or n > 1) and who.lower() in ROLES}
    speakers |= {who for who, n in count.items() if n > 1 and who[0].isupper() and not sure}
    return {n: label for n, label in found.items() if label["who"] in speakers}


def _as_line(tag: re.Match[str], closed: frozenset[str]) -> str:
    """A tag as a line of its own, where it is closed or is known to begin a conversation; others are text."""
    name = tag[2].lower()
    known = tag[2] in closed or TALKS.search(name) or TAGS["previous"].search(name)
    return f"\n{MARK}{tag[1]}{name}\n" if known else tag[0]


def _without_messages(text: str) -> tuple[str, tuple[dict, ...]]:
    """A text without the list of messages in it; and these. A line "system: …" in one is its own words: it has one role."""
    for listed in lists_in(text):
        if isinstance(listed.items[0], dict) and {"role", "content"} & listed.items[0].keys():
            said = (
                (str(m.get("role", "user")), text_of(m | {"role": ""})) for m in listed.items if isinstance(m, dict)
            )
            found = ((role, "\n".join(part for _, part in utterances("", told))) for role, told in said)
            rest = text[: listed.start] + text[listed.end :]
            return rest, tuple({"role": role, "content": told} for role, told in found if told)
    return text, ()


def _loose(own: str) -> tuple[str, str]:
    """A request and the plain text it is about: "Summarize this: …", or paragraphs below or above the request."""
    head, _, rest = own.partition(":")
    if len(rest.split()) > 2 and "\n\n" not in head and asks((sentences(head) or ("",))[-1]):
        return head, rest
    paragraphs = re.split(r"\n\s*\n", own)
    request = [part for part in paragraphs if asks(part) or REQUEST.match(part)]
    if not any(map(HERE.search, request)):
        return own, ""
    return "\n".join(request), "\n".join(part for part in paragraphs if part not in request)
