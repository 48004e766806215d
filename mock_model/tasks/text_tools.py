"""Text tools: the functions that a prompt describes in words, as the API has them: names, descriptions, parameters."""

from __future__ import annotations

import ast
import json
import re
from functools import partial
from itertools import pairwise
from typing import Any

from mock_model.sentences.lists import phrases
from mock_model.sentences.remembering import remembered
from mock_model.sentences.words import spaced

heard = partial(phrases, file="tools.txt")
NAMED = re.compile(  # "> Tool Name: rent", "- rent: …", "(1) rent, whose …", "rent(tool: str) -> str - …"
    r"^[ \t>*#-]*(?:\(?\d{1,2}[.)][ \t]*)?(?:def )?(?P<label>(?:(?:tool|function) )?name:[ \t]*)?"
    r"[`*\"']*(?P<name>[A-Za-z_]\w*)[`*\"']*"
    r"(?:\((?P<signature>[^()\n]*)\)[^\n:-]{0,40}(?:->[^\n:-]*)?[:-]?|[ \t]*:|[ \t]+[-–][ \t]|, (?:whose|which)\b|(?=[ \t]*$))",
    re.I | re.M,
)
PART = re.compile(
    r"(?:(?:tool|function) )?(?:descriptions?|arg(?:ument)?s|inputs?|param(?:eter)?s|returns?|outputs?|examples?|type"
    r"|note|important|remember|rules?|reminder|warning)",
    re.I,
)
DESCRIBED = re.compile(r"<desc>(.*?)</desc>|\bdescription:[ \t]*(.*)|\"\"\"(.*?)\"\"\"", re.I | re.S)
TAKES = re.compile(  # where a description ends, and what a function takes begins
    r"\b(?:it )?takes (?:the |as )?(?:inputs?|arguments)\b|,? ?\bargs:|\{|\n\s*\n|^[ \t>*-]*(?:(?:tool|function) )?"
    r"(?:arg(?:ument)?s|inputs?|param(?:eter)?s|returns?|outputs?|examples?)\b.*:",
    re.I | re.M,
)
TYPES = {"str": "string", "int": "integer", "float": "number", "bool": "boolean", "dict": "object", "list": "array"}
LONGEST, MOST = 40_000, 40  # characters of a prompt, and functions in it that are described by JSON
_JSON = json.JSONDecoder()


@remembered(64)
def described(text: str) -> tuple[dict, ...]:
    """The functions that a text describes, in order."""
    text = text[:LONGEST]
    found = {one["name"]: one for one in _as_schemas(text)}
    for start in heard("tools follow").finditer(text) if not found else ():
        section = _section(text[start.end() :])
        leads = [one for one in NAMED.finditer(section) if not _is_part(one["name"])]
        if any(lead["label"] for lead in leads):
            leads = [lead for lead in leads if lead["label"]]
        ends = [*(lead.start() for lead in leads), len(section)][1:]
        for lead, end in zip(leads, ends, strict=False):
            if function := _function(lead, section[lead.end() : end]):
                found.setdefault(function["name"], function)
    return tuple(found.values())


def without_tools(text: str) -> str:
    """A text without the part that describes its functions."""
    starts = [start.end() for start in heard("tools follow").finditer(text[:LONGEST])]
    for start in reversed(starts):
        text = text[:start] + "\n" + text[start + len(_section(text[start:])) :]
    return text


def _is_part(name: str) -> bool:
    """Whether a word at the start of a line names a part of a description or of a step, and no function."""
    kinds = ("thought", "action", "action input", "observation", *(("final", "question") if name[0].isupper() else ()))
    return bool(PART.fullmatch(name)) or any(heard(kind).fullmatch(spaced(name)) for kind in kinds)


def _section(text: str) -> str:
    """A text up to where the form of a step is shown, or what follows its last paragraph about a function."""
    for line in re.finditer(r"^[ \t>*-]*(?:\[\[ ## )?([A-Za-z][\w ]{1,30}?)(?::| ## \]\])", text, re.M):
        if heard("thought").fullmatch(spaced(line[1])) or heard("question").fullmatch(spaced(line[1])):
            text = text[: line.start()]
            break
    ends = [0, *(gap.end() for gap in re.finditer(r"\n[ \t]*\n", text)), len(text)]
    about = [end for start, end in pairwise(ends) if _begins(text[start:end])]
    return text[: max(about, default=len(text))]


def _begins(paragraph: str) -> bool:
    """Whether a paragraph begins with the name of a function, or with a part of its description."""
    first = paragraph.strip("\n").partition("\n")[0]
    lead = NAMED.match(first)
    return bool(lead and not _is_part(lead["name"])) or bool(PART.match(first.strip(" \t>*-")) and ":" in first)


def _as_schemas(text: str) -> list[dict]:
    """The functions that are described by JSON: {"name": …, "description": …, "parameters": …}."""
    found, at = [], 0
    while (opening := text.find("{", at)) >= 0 and len(found) < MOST:
        try:
            one, at = _JSON.raw_decode(text, opening)
        except (ValueError, RecursionError):
            at = opening + 1
            continue
        one = one.get("function", one) if isinstance(one, dict) else one
        if isinstance(one, dict) and isinstance(one.get("name"), str) and isinstance(one.get("description"), str):
            found.append(_made(one["name"], one["description"], one.get("parameters") or one.get("inputs") or {}))
    return found


def _function(lead: re.Match[str], rest: str) -> dict | None:
    """The function that begins there, with what is told of it; None where nothing is."""
    shown = _object(rest)
    about = DESCRIBED.search(rest)
    told = next(filter(None, about.groups()), "") if about else rest
    told = re.sub(rf"\A\s*{lead['name']}\([^)]*\)(?: *-> *[\w\[\], |.]+)?", "", TAKES.split(told)[0]).strip(
        " \n-:.,\"'"
    )
    if lead["signature"] is not None:
        given: Any = dict(re.findall(r"(\w+)\s*:\s*([\w.]+)", lead["signature"]))
    elif shown is None and not told:
        return None
    else:
        given = {"input": "str"} if shown is None else shown
    return _made(lead["name"], told, given)


def _object(text: str) -> dict | None:
    """The first object of a text, as JSON or Python writes it."""
    start = text.find("{")
    depth = 0
    for at in range(max(start, 0), len(text) if start >= 0 else 0):
        depth += {"{": 1, "}": -1}.get(text[at], 0)
        if not depth:
            return value_in(text[start : at + 1])
    return None


def value_in(text: str) -> dict | None:
    """The object that a text is, as JSON or Python writes it; None where it is none."""
    for read in (json.loads, ast.literal_eval):
        try:
            found = read(text)
        except (ValueError, SyntaxError, TypeError, RecursionError, MemoryError):
            continue
        return found if isinstance(found, dict) else None
    return None


def _made(name: str, about: str, given: dict) -> dict:
    """A function with the parameters that are given as a schema, or by name with a schema or a type each."""
    known = given["properties"] if isinstance(given.get("properties"), dict) else given
    properties = {}
    for key, spec in known.items():
        spec = dict(spec) if isinstance(spec, dict) else {"type": str(spec)}
        kind = str(spec.get("type") or "string").lower()
        whole = {k: v for k, v in spec.items() if k in ("enum", "items", "properties", "description") and v}
        properties[key] = whole | {
            "type": next((json for word, json in TYPES.items() if kind.startswith(word)), "string")
        }
    needed = given["required"] if isinstance(given.get("required"), list) else list(properties)
    return {
        "name": name,
        "description": " ".join(about.split()),
        "parameters": {"type": "object", "properties": properties, "required": needed},
    }
