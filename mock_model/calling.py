"""Calling functions: which of the offered functions a message needs, with which arguments, and what their results say."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from itertools import product

from mock_model import lexicon as lx
from mock_model.language import as_sentence, words
from mock_model.phrases import is_name
from mock_model.transcript import flat, text_of
from mock_model.values import values

MONEY_OR_COUNT = {"money", "number", "counted", "duration", "year"}


def calls_for(body: dict) -> tuple[tuple[str, dict], ...]:
    """The calls that the last message needs: (function name, arguments) each, or nothing.

    `tool_choice` is obeyed: "none" calls nothing, "required" or a named function always calls. A message that names several
    values for one argument ("Paris and Rome") gets a call for each, unless `parallel_tool_calls` is false.
    """
    messages, choice = body["messages"], body.get("tool_choice") or "auto"
    functions = [t["function"] for t in body.get("tools") or () if t.get("type") == "function"]
    if not functions or choice == "none":
        return ()
    if messages[-1]["role"] != "user":
        return ()
    asked = text_of(messages[-1])
    if isinstance(choice, dict):
        name = choice.get("function", {}).get("name")
        chosen = next((f for f in functions if f["name"] == name), None)
        forced = True
    else:
        forced = choice == "required"
        scores = [_fits(f, asked) for f in functions]
        best = max(scores)
        chosen = functions[scores.index(best)] if best > 0 or forced else None
    if chosen is None:
        return ()
    several = _arguments(chosen, asked, forced)
    if several is None:
        return ()
    return tuple((chosen["name"], arguments) for arguments in (several if body.get("parallel_tool_calls") is not False else several[:1]))


def _fits(function: dict, asked: str) -> int:
    """How many words of the message are in a function's name and description."""
    offered = {w.lemma for w in words(function["name"].replace("_", " ").replace("-", " ") + " " + (function.get("description") or ""))}
    return len({w.lemma for w in words(asked) if w.low not in lx.SMALL and w.text[0].isalpha()} & offered)


def _arguments(function: dict, asked: str, forced: bool) -> list[dict] | None:
    """The arguments of each call, or None where a required one cannot be read from the message."""
    schema = function.get("parameters") or {}
    required = set(schema.get("required") or ())
    found: dict[str, list] = {}
    used: set[str] = set()
    for name, spec in (schema.get("properties") or {}).items():
        options = [o for o in _options(name, spec, asked) if str(o).lower() not in used]
        if options:
            found[name] = options
            used |= {str(o).lower() for o in options if isinstance(o, str)}
        elif name in required:
            if not forced:
                return None
            found[name] = [_default(spec, asked)]
    return [dict(zip(found, combination, strict=True)) for combination in product(*found.values())][:8]


def _options(name: str, spec: dict, asked: str) -> list:
    """The values that a message gives for one argument."""
    kind = spec.get("type", "string")
    spoken = tuple(words(asked))
    if spec.get("enum"):
        low = {w.low for w in spoken} | {w.lemma for w in spoken}
        return [e for e in spec["enum"] if str(e).lower() in low][:1]
    if kind in ("integer", "number"):
        digits = [re.sub(r"[^\d.]", "", w.text).rstrip(".") or str(lx.NUMBER_WORDS.get(w.low, "")) for v in values(spoken)
                  if v.kind in MONEY_OR_COUNT for w in spoken[v.start:v.start + 1]]
        return [int(float(d)) if kind == "integer" else float(d) for d in digits if d][:1]
    if kind != "string":
        return []
    timed = [" ".join(w.text for w in spoken[v.start:v.end]) for v in values(spoken) if v.kind in ("date", "weekday", "clock", "moment", "month")]
    if re.search(r"date|day|time|when|month", name):
        return timed[:1]
    quoted = re.findall(r"[\"“'‘]([^\"”'’]+)[\"”'’]", asked)
    codes = [w.text for w in spoken if re.search(r"\d", w.text) and re.search(r"id|code|number|order|ticket|key", name)]
    return quoted[:1] or codes[:1] or _names(spoken) or ([asked.strip()] if re.search(r"query|text|question|expression|search|input|prompt", name) else [])


def _names(spoken: Sequence) -> list[str]:
    """The names in a message, words of one name together: ["New York", "Rome"]."""
    found: list[list[str]] = []
    for index, word in enumerate(spoken):
        if is_name(word, index == 0) and word.low not in lx.SMALL:
            if found and index and is_name(spoken[index - 1], index == 1) and found[-1][-1] == spoken[index - 1].text:
                found[-1].append(word.text)
            else:
                found.append([word.text])
    return list(dict.fromkeys(" ".join(part) for part in found))


def _default(spec: dict, asked: str) -> object:
    """Something of the right type for an argument that must be given and is not in the message."""
    if spec.get("enum"):
        return spec["enum"][0]
    return {"integer": 0, "number": 0, "boolean": False, "array": [], "object": {}}.get(spec.get("type", "string"), asked.strip())


def from_results(messages: Sequence[dict]) -> str:
    """What the functions said, a sentence each: the results at the end of the messages."""
    said = []
    for message in reversed(messages):
        if message["role"] != "tool":
            break
        lines = [line.replace(": ", " is ", 1) for line in flat(text_of_tool(message)).splitlines() if line.strip()]
        arguments = _arguments_of(message.get("tool_call_id"), messages)
        about = f"For {arguments}: " if arguments else ""
        said.insert(0, about + as_sentence(", ".join(lines)) if lines else "The function gave no result.")
    return " ".join(said)


def text_of_tool(message: dict) -> str:
    content = message.get("content") or ""
    return content if isinstance(content, str) else "\n".join(part.get("text", "") for part in content)


def _arguments_of(call_id: str | None, messages: Sequence[dict]) -> str:
    for message in reversed(messages):
        for call in message.get("tool_calls") or ():
            if call.get("id") == call_id:
                try:
                    return ", ".join(str(v) for v in json.loads(call["function"]["arguments"]).values())
                except (ValueError, AttributeError):
                    return ""
    return ""
