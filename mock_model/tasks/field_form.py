"""Field form: a reply of several fields in the form that a prompt shows: "Town: <town>" line by line, tags, headers, or CSV.

What it wants is asked for as an object of these fields, and written in that form.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import NamedTuple

from mock_model.api.completion import Reply
from mock_model.sentences.remembering import remembered
from mock_model.sentences.transcript import text_of
from mock_model.sentences.words import sentences
from mock_model.tasks.orders import own_words
from mock_model.tasks.steps import Form, as_messages

STRONG = ("system", "developer")
_ORDER = r"\b(?:format|form|template|structure|as follows|like this)\b[^\n:]{0,60}:[ \t]*\n+(?:```\w*\n)?"
_HOLDER = r"(?:<[^<>\n]+>|\[[^\[\]\n]+\]|\{[^{}\n]+\}|\.\.\.|…)[^\n]*"
LINES = re.compile(
    rf"{_ORDER}(?P<lines>(?:[ \t]*[*-]{{0,2}}[A-Za-z][\w /-]{{0,40}}:[*]*[ \t]*{_HOLDER}(?:\n|\Z)){{2,}})", re.I
)
LINE = re.compile(r"^[ \t]*(?P<lead>[*-]{0,2} ?)(?P<name>[A-Za-z][\w /-]*):[*]*[ \t]*(?P<holder>.*)$", re.M)
TAGGED = re.compile(rf"{_ORDER}(?P<tags>(?:[ \t]*<(\w+)>[^<>]*</\2>\s*){{2,}})", re.I)
TAG = re.compile(r"<(\w+)>")
HEADER = re.compile(r"^\[\[ ## (\w+) ## \]\][ \t]*\n?", re.M)
TABLE = re.compile(
    r"\bcsv\b[^.\n]{0,60}?\b(?:header(?: row| line)?|columns?|fields)\b[^:,\n]{0,12}?:?\s*[`\"']?"
    r"(?P<names>\w+(?:[ _]\w+)?(?:, ?\w+(?:[ _]\w+)?)+)",
    re.I,
)
FENCE = re.compile(r"^```\w*[ \t]*$", re.M)
NUMBER = re.compile(r"\b(?:number|integer|int|digits?|amount|count|float)\b", re.I)
END = "completed"  # the header after the last field
Answering = Callable[[dict, Callable[[str], bool]], Reply]


class Fields(NamedTuple):
    """The fields of a reply: the style in which they are written, and what is shown for each."""

    style: str
    shown: dict[str, str]
    block: str  # the text that shows them


def filled(body: dict, fits: Callable[[str], bool], reply_to: Answering) -> Reply | None:
    """The reply in the fields that the messages show; None where they show none, or the request gives a form itself."""
    messages, wanted = body["messages"], body.get("response_format") or {"type": "text"}
    if (
        body.get("tools")
        or wanted["type"] != "text"
        or messages[-1]["role"] != "user"
        or (form := _form_in(messages)) is None
    ):
        return None
    kinds = {name: {"type": "number" if NUMBER.search(shown) else "string"} for name, shown in form.shown.items()}
    one = {"type": "object", "properties": kinds, "required": list(kinds)}
    schema = (
        {"type": "object", "properties": {"rows": {"type": "array", "items": one}}} if form.style == "table" else one
    )
    wanted = {"type": "json_schema", "json_schema": {"schema": schema}}
    reply = reply_to(body | {"messages": _without(messages, form), "response_format": wanted}, fits)
    return replace(reply, content=_written(form, json.loads(reply.content or "{}")))


def _form_in(messages: Sequence[dict]) -> Fields | None:
    asking = [text_of(m)[:20_000] for m in messages if m["role"] in STRONG or m is messages[-1]]
    given = set(HEADER.findall(asking[-1]))
    for text in asking:
        if (form := form_of(text)) is not None:
            shown = {
                name: holder
                for name, holder in form.shown.items()
                if form.style != "header" or name not in given | {END}
            }
            return form._replace(shown=shown) if shown else None
    return None


@remembered(64)
def form_of(text: str) -> Fields | None:
    """The fields that a text shows by an order of its own, and by none that it quotes."""
    own = " ".join(own_words(text).split())

    def ordered(form: re.Match[str]) -> bool:
        return " ".join(_line(text, form.start()).split()) in own

    if (headers := HEADER.findall(own_words(text))) and END in headers:
        return Fields("header", dict.fromkeys(headers, ""), text)
    if (lines := LINES.search(text)) and ordered(lines):
        return Fields("lines", {one["name"].strip(): one["holder"] for one in LINE.finditer(lines["lines"])}, lines[0])
    if (tags := TAGGED.search(text)) and ordered(tags):
        return Fields("tags", dict.fromkeys(TAG.findall(tags["tags"]), ""), tags[0])
    if (table := TABLE.search(text)) and ordered(table):
        return Fields("table", {name.strip(): "" for name in table["names"].split(",")}, _sentence(text, table.start()))
    return None


def _line(text: str, at: int) -> str:
    """The line of a text that holds a place."""
    return text[text.rfind("\n", 0, at) + 1 :].partition("\n")[0]


def _sentence(text: str, at: int) -> str:
    """The sentence of a text that holds a place."""
    return next((one for one in sentences(text) if text.find(one) <= at < text.find(one) + len(one)), "")


def _without(messages: Sequence[dict], form: Fields) -> list[dict]:
    """The messages without the form: of headers only what stands under them in the last message."""
    said = []
    for message in messages:
        text = text_of(message)
        if form.style == "header":
            parts = HEADER.split(re.split(r"\n\s*\nRespond with\b", text)[0])[2::2]
            steps = (
                list(as_messages(text, "user", Form("header", {}, ""), {}, "call")) if message is messages[-1] else []
            )
            if len(steps) > 1:  # an agent's calls and their results
                return said + steps
            text = "" if message["role"] in STRONG else "\n".join(parts) or text
        else:
            text = FENCE.sub("", text.replace(form.block, "\n")) if form.block else text
        said += [{**message, "content": text}] if text.strip() or message is messages[-1] else []
    return said


def _written(form: Fields, found: dict) -> str:
    """The fields with what was found for each."""
    if form.style == "table":
        out = io.StringIO()
        rows = csv.writer(out, lineterminator="\n")
        rows.writerow(form.shown)
        rows.writerows([row.get(name, "") for name in form.shown] for row in found.get("rows", ()))
        return out.getvalue().rstrip("\n")
    shape, between = {
        "lines": ("{}: {}", "\n"), "tags": ("<{0}>{1}</{0}>", "\n"), "header": ("[[ ## {} ## ]]\n{}", "\n\n")
    }[form.style]  # fmt: skip
    written = between.join(shape.format(name, found.get(name, "")) for name in form.shown)
    return written + (f"\n\n[[ ## {END} ## ]]" if form.style == "header" else "")
