"""Prompt parts: a message taken apart by its tags, headings and labels: a request, what is known so far, a conversation."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from typing import NamedTuple

from mock_model.sentences.lists import phrases
from mock_model.sentences.quoting import lists_in
from mock_model.sentences.remembering import remembered
from mock_model.sentences.transcript import LABELS, text_of
from mock_model.tasks.list_form import without_shown

PREVIOUS, MATERIAL, REQUEST, ABOUT, EXAMPLE, EXAMPLES, HEADED, INLINE, BOUND, MENTIONED = (
    phrases(name, "summary.txt")
    for name in "previous material request about example examples headed inline bound mentioned".split()
)
ROLES = LABELS | {role: role for role in ("user", "assistant", "system", "tool")} | {"developer": "system"}
LABEL = re.compile(  # "user:", "[user]", "**User**:", "- Dana (10:02):", "3. USER:"
    r"[ \t>•*-]{0,4}(?:(?P<number>\d{1,3})[.)]\s*|\[\d[\d:. -]*\]\s*)?"
    r"[\[(<*_\"'#]{0,8}(?P<who>[A-Za-z][\w.'-]{0,40}(?: [A-Z][\w.'-]{0,40})?)"  # bounded, or "x____…" takes for ever
    r"(?:[*_\"')>\]]{0,8}(?: ?\([^)\n]{0,30}\))?\s*(?:[:：]|[-=]>)[*_\"']*|\](?=\s))[ \t]*"
)
TAG = re.compile(r"<(/?)([A-Za-z][\w-]*)[^<>\n]*>|(```)(?!\w*\s*[\[{])[^\n]*")
BRACKETED = re.compile(r"\s*\[(?P<name>[\w -]{3,40})\]:?\s*")  # "[NEW MESSAGES]"
RULER = re.compile(r"^[ \t]*([-=*_~])\1{2,}[ \t]*$", re.M)
OBJECTS = re.compile(r'(?:^[ \t]*\{".{1,20000}\},?[ \t]*$\n?){2,}', re.M)
TAGS = {  # what a tag holds, by its name
    "example": "example|sample|demonstration",
    "own": "^task|instruct|rule|prompt|format|role|objective|guid|output|template|section|criteri|constraint",
    "previous": "summary|memory|notes|facts",
    "talk": "talk|conv|trans|messag|hist|chat|dial|discuss|exchange|content|text|document|article|input|source|excerpt|passage",
}
ANSWERED = re.compile(
    r"\W*(?:[\w-]+ ){0,3}(?:summary|output|answer|response|recap)\s*:\W*", re.I
)  # where the reply goes on
MARK = "\x02"  # begins a line that was a tag or a fence
Asks = Callable[[str], bool]  # whether a text asks for what the task does


class Parts(NamedTuple):
    """What a message consists of; each message of a conversation may have the "number" that it was given."""

    own: str  # what the writer says himself: the request
    previous: str = ""  # what is known so far, such as an earlier summary
    talk: tuple[dict, ...] = ()  # the conversation; a text that has no speakers is one "plain" message


@remembered(64)
def parts_of(text: str, asks: Asks) -> Parts:
    """Take a message apart, a list of messages out first. Examples of how it is to be done are left out."""
    text = MENTIONED.sub("", without_shown(text.replace(MARK, "")))
    text = OBJECTS.sub(_as_list, EXAMPLE.sub("", text))
    text, listed = _without_messages(text)
    lines, other = _marked(text)
    labels = {} if listed else _labels(lines)
    found: dict[str, list[str]] = {"own": [], "previous": [], "talk": [], "example": []}
    talk: list[dict] = []
    end = max((n for n, line in enumerate(lines) if line.strip()), default=0)
    now, inside, gap, shown = "own", "", True, Counter()  # inside: the tag or the fence that is open
    for n, line in enumerate(lines):
        heading = _heading(line, inside, asks)
        if line[:1] == MARK:
            tag, line = line[1:], ""
            if tag == ("```" if inside == "```" else f"/{inside}"):
                now, inside = "own", ""
            elif not inside and now != "talk" and tag[0] != "/":
                inside, now = tag, "talk" if tag == "```" else _held_by(tag, other)
                role = ROLES.get(re.split("[-_]", tag)[0])
                talk += [{"role": role or "user", "content": "", "plain": role is None}] * (now == "talk")
        elif now == "example" and (inside or not _ends_example(line, heading, shown)):
            pass
        elif n in labels and not (inside and now == "own"):
            number, who, now, line = *labels[n].group("number", "who"), "talk", line[labels[n].end() :]
            role = ROLES.get(who.lower().rpartition(".")[2])
            talk.append({"role": role or "user", "name": "" if role else who, "content": "", "number": number})
        elif heading:
            now, line = heading[0], line[heading[1] :]
        elif not inside and EXAMPLES.fullmatch(line):
            now, shown = "example", Counter()
        elif not inside and (
            (gap and n > max(labels, default=0) and (asks(line) or REQUEST.match(line)))
            or (n == end and ANSWERED.fullmatch(line))
            or (now == "previous" and (asks(line) or ABOUT.search(line)))
        ):
            now = "own"
        if now == "talk":
            talk = talk or [{"role": "user", "content": "", "plain": True}]
            talk[-1]["content"] += line + "\n"
        found[now].append(line)
        gap = not line.strip()
    own, previous = ("\n".join(found[part]).strip() for part in ("own", "previous"))
    return Parts(own, previous, listed or tuple(message for message in talk if message["content"].strip()))


def _marked(text: str) -> tuple[list[str], str]:
    """The lines of a text, with a line for each tag and each end of a fence; and what tags of other names hold."""
    text = _with_tags(text)
    rulers = len(RULER.findall(text))
    if rulers and not _labels(text.splitlines()):
        text = RULER.sub("```" if rulers == 2 else "", text)
    closed = frozenset(tag[2] for tag in TAG.finditer(text) if tag[1])
    known = "|".join((TAGS["previous"], TAGS["talk"]))

    def as_line(tag: re.Match[str]) -> str:  # a fence, a tag that is closed or one known to begin a conversation
        name = (tag[2] or "").lower()
        meant = tag[3] or tag[2] in closed or re.search(known, name)
        return f"\n{MARK}{tag[3] or tag[1] + name}\n" if meant else tag[0]

    opened = closed & {tag[2] for tag in TAG.finditer(text) if not tag[1]}
    other = "own" if any(_held_by(name.lower(), "") == "talk" for name in opened) else "talk"
    return INLINE.sub(r"\n\1", TAG.sub(as_line, HEADED.sub(r"\n\1:", text))).splitlines(), other


def _as_list(objects: re.Match[str]) -> str:
    """Objects in JSON, one a line, as a list of them."""
    return f"[{','.join(line.strip().rstrip(',') for line in objects[0].splitlines())}]\n"


def _with_tags(text: str) -> str:
    """A text with tags in place of the lines "BEGIN CONTENT" and "END CONTENT" around a part of it."""
    lines = text.split("\n")
    bounds = [(n, "-".join(bound["name"].lower().split()), bool(bound["begins"])) for n, line in enumerate(lines)
              if (bound := BOUND.fullmatch(line))]  # fmt: skip
    left = Counter(name for _, name, begins in bounds if not begins)
    inside = ""
    for n, name, begins in bounds:
        left[name] -= not begins
        if begins and not inside and left[name] > 0:
            inside, lines[n] = name, f"<{name}>"
        elif not begins and name == inside:
            inside, lines[n] = "", f"</{name}>"
    return "\n".join(lines)


def _held_by(tag: str, other: str) -> str:
    return next((part for part, names in TAGS.items() if re.search(names, tag)), other)


def _heading(line: str, inside: str, asks: Asks) -> tuple[str, int] | None:
    """What a heading leads to, and where it ends in the line; inside of a tag only one of a summary in brackets."""
    alone = BRACKETED.fullmatch(line)
    part = _held_by("-".join(alone["name"].lower().split()), "") if alone else ""
    if part and (not inside or part == "previous"):
        return part, len(line)
    if inside:
        return ("talk", len(line)) if MATERIAL.fullmatch(line) and line.rstrip().endswith(":") else None
    for part, form in (("previous", PREVIOUS), ("talk", MATERIAL)):
        if (found := form.match(line)) and found.end() > 3 and not asks(line):
            return part, found.end()
    return None


def _ends_example(line: str, heading: tuple[str, int] | None, shown: Counter[str]) -> bool:
    """Whether an example is over: as soon as a heading comes again that was part of it."""
    if EXAMPLES.fullmatch(line):
        shown.clear()
    if heading is None:
        return False
    shown[heading[0]] += 1
    return shown[heading[0]] > 1


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
