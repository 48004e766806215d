"""Steps: an agent in words. A prompt describes tools, and shows the form of a step: "Action: … Action Input: …".

The text is read as a request with functions; what that request calls, or answers, is written in the form that is shown.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache, partial
from typing import NamedTuple

from mock_model.api.completion import Reply
from mock_model.api.functions import named, results
from mock_model.sentences.lists import phrases
from mock_model.sentences.remembering import remembered
from mock_model.sentences.transcript import text_of
from mock_model.sentences.words import spaced
from mock_model.tasks.orders import own_words
from mock_model.tasks.text_tools import LONGEST, described, value_in, without_tools

heard = partial(phrases, file="tools.txt")
STRONG = ("system", "developer")
PARTS = ("thought", "action", "action input", "observation", "final", "question")
MARKS = {  # how a part begins, by the style of a form
    "header": re.compile(r"^\[\[ ## (\w+) ## \]\][ \t]*\n?", re.M),
    "tag": re.compile(r"<(\w+)>"),
    "label": re.compile(r"^[ \t>*#-]*([A-Za-z][\w' ]{1,30}?)[*\"]*[ \t]*:[* \t]*", re.M),
    "json": re.compile(r"[\"'](\w+)[\"']\s*:\s*"),
}
OBJECT = re.compile(  # with what stands around it: a label, a fence or a tag
    r"(?P<before>(?:^[A-Z]\w*:[ \t]*\n)?(?:(?P<fence>```+)\w*\s*|<(?P<tag>\w+)>\s*)?)\{"
    r"(?P<inside>[^{}]{0,2000}(?:\{[^{}]{0,2000}\}[^{}]{0,2000}){0,9})\}",
    re.M,
)
REST = re.compile(r"\n\s*\n(?:Respond with|This is the expected|Begin!)", re.I)
ENDING = re.compile(r"\A(?:finish|final[ _]?answer|done|submit\w*|complete\w*|terminate|respond|answer)\Z", re.I)
WANTS_JSON = re.compile(r"json|dict|kwargs|\{", re.I)
NEEDED, DONE = "I need {} to answer this.", "I can answer this now."
ABOUT_TOOLS = re.compile(r"\b(?:tools?|functions?|actions?)\b", re.I)
Answering = Callable[[dict, Callable[[str], bool]], Reply]


class Form(NamedTuple):
    """How a step is written: its style, what each part is called in it, and for an object what stands around it."""

    style: str
    names: dict[str, str]
    shown: str  # the text in which it is shown
    before: str = ""
    after: str = ""


class Part(NamedTuple):
    """A part of a step in a text."""

    kind: str
    value: str


def step(body: dict, fits: Callable[[str], bool], reply_to: Answering) -> Reply | None:
    """The next step, or the answer, in the form that the messages show; None where they show none, or no tools."""
    if body.get("tools") or (form := _form_in(body["messages"])) is None:
        return None
    asking = "\n\n".join(text_of(m) for m in body["messages"] if m["role"] in STRONG or form.shown == text_of(m))
    functions = described(asking)
    messages = _as_calls(body["messages"], form, {one["name"]: one["parameters"]["properties"] for one in functions})
    if not functions or not any(m["role"] == "user" for m in messages):
        return None
    done = {name for _, name, _ in results(messages)}  # a tool whose input nobody described tells the same again
    offered = [one for one in functions if not ENDING.match(one["name"])]
    offered = [one for one in offered if one["name"] not in done or named(one).keys() != {"input"}]
    tools = [{"type": "function", "function": one} for one in offered or functions]
    asked = {key: value for key, value in body.items() if key != "response_format"}
    asked |= {"tools": tools, "tool_choice": "auto" if offered else "none", "parallel_tool_calls": False}
    reply = reply_to(asked | {"messages": messages}, lambda text: fits(_written(form, Reply(text), functions)))
    text = _written(form, reply, functions)
    if form.style == "label" and re.search(rf"{form.names.get('thought', ' ')}:\s*\Z", text_of(body["messages"][-1])):
        text = text.partition(": ")[2]
    return Reply(text, (), reply.reasoning)


def _form_in(messages: Sequence[dict]) -> Form | None:
    """The form that the instructions show, or the last message of the user."""
    last = max((n for n, m in enumerate(messages) if m["role"] == "user"), default=-1)
    asking = [text_of(m) for n, m in enumerate(messages) if m["role"] in STRONG or n == last]
    return next(filter(None, map(form_of, asking)), None)


@remembered(64)
def form_of(text: str) -> Form | None:
    """The form of a step that a text shows: what is called, and with what."""
    head = text[:LONGEST]
    if not ABOUT_TOOLS.search(own_words(head)):  # a prompt that somebody quotes offers nothing
        return None
    plain = without_tools(head)
    for style in ("header", "tag", "label"):
        names = _names(style, plain)
        if {"action", "action input"} <= names.keys():
            return Form(style, names, text)
    labels = _names("label", head)
    for shown in OBJECT.finditer(head):
        names = {_kind(mark[1]): mark[1] for mark in MARKS["json"].finditer(shown["inside"])}
        if {"action", "action input"} <= names.keys() and "description" not in names.values() and len(names) < 5:
            after = f"\n{shown['fence']}" if shown["fence"] else f"\n</{shown['tag']}>" if shown["tag"] else ""
            lead = "" if "thought" in names else labels.get("thought", "")
            before = f"{lead}: {{}}\n" * bool(lead) + shown["before"]
            return Form("json", {k: v for k, v in names.items() if k}, text, before, after)
    return None


def _names(style: str, text: str) -> dict[str, str]:
    """What the parts of a step are called in a text, by their kinds."""
    names: dict[str, str] = {}
    for mark in MARKS[style].finditer(text):
        if kind := _kind(mark[1]):
            names.setdefault(kind, mark[1])
    return names


@lru_cache(maxsize=2048)
def _kind(name: str) -> str:
    """Which part of a step has this name: "tool_args_0" its input."""
    plain = re.sub(r"[ _]?\d+$", "", name)
    return next((kind for kind in PARTS if heard(kind).fullmatch(spaced(plain).lower())), "")


def _parts(text: str, form: Form) -> Iterator[Part]:
    """The parts of the steps in a text, each with its value."""
    if form.style == "json":
        for one in OBJECT.finditer(text):
            found = value_in("{" + one["inside"] + "}") or {}
            if form.names["action"] in found:
                yield Part("action", str(found[form.names["action"]]))
                yield Part("action input", json.dumps(found.get(form.names["action input"])))
    style = "label" if form.style == "json" else form.style
    marks = [mark for mark in MARKS[style].finditer(text) if _kind(mark[1]) or style == "header"]
    ends = [*(mark.start() for mark in marks), len(text)][1:]
    for mark, end in zip(marks, ends, strict=False):
        value = text[mark.end() : end].partition(f"</{mark[1]}>" if style == "tag" else "\x00")[0]
        if form.style != "json" or not _kind(mark[1]).startswith("action"):
            yield Part(_kind(mark[1]), REST.split(value)[0].strip().strip("`").strip())


def _as_calls(messages: Sequence[dict], form: Form, known: dict[str, dict]) -> list[dict]:
    """The messages with the steps in them as calls of functions and their results."""
    said: list[dict] = []
    for message in messages:
        text, role = text_of(message), message["role"]
        waits = bool(said) and said[-1].get("tool_calls")
        if role in STRONG:
            own = _own(text, known)
            said += [{"role": role, "content": own}] * bool(own)
        elif role == "user" and waits:
            given = next((part.value for part in _parts(text, form) if part.kind == "observation"), text)
            said.append({"role": "tool", "tool_call_id": said[-1]["tool_calls"][0]["id"], "content": given})
        else:
            said += as_messages(text, role, form, known, f"call_{len(said)}")
    return said


def as_messages(text: str, role: str, form: Form, known: dict[str, dict], seed: str) -> Iterator[dict]:
    """What one message says: a question or an answer, calls and their results; `known`: the parameters of each function."""
    if role == "user":
        question, text = _question(text, form)
        yield {"role": role, "content": question}
    parts = list(_parts(text, form))
    if role == "assistant" and not any(part.kind in ("action", "final") for part in parts):
        yield {"role": role, "content": text}
    action = waiting = ""
    for n, (kind, value) in enumerate(parts):
        if kind == "action":
            action, waiting = value.strip("\"'` "), ""
        elif kind == "action input" and action and not ENDING.match(action):
            plain = {next(iter(known.get(action, ())), "input"): value.strip("\"'")}
            given = json.dumps((value_in(value) or {}) if value[:1] == "{" else plain)
            call = {"id": f"{seed}_{n}", "type": "function", "function": {"name": action, "arguments": given}}
            yield {"role": "assistant", "content": None, "tool_calls": [call]}
            action, waiting = "", call["id"]
        elif kind == "observation" and value and waiting:
            yield {"role": "tool", "tool_call_id": waiting, "content": value}
        elif kind == "final" and value and role == "assistant":
            yield {"role": "assistant", "content": value}


def _question(text: str, form: Form) -> tuple[str, str]:
    """What a message of the user asks, and the steps behind it."""
    style = "label" if form.style == "json" else form.style
    asked = [mark for one in {style, "label"} for mark in MARKS[one].finditer(text) if _kind(mark[1]) == "question"]
    asked = [mark for mark in asked if text[mark.end() :].strip()]
    start = max((mark.end() for mark in asked), default=0)
    if text == form.shown and not start:
        return text, ""
    steps = (mark for mark in MARKS[style].finditer(text, start) if style == "header" or _kind(mark[1]))
    end = next((mark.start() for mark in steps), len(text))
    return REST.split(text[start:end].partition("</")[0])[0].strip() or text, text[end:]


def _own(text: str, names: Iterable[str]) -> str:
    """The paragraphs of instructions that speak neither of tools nor of the form of a step."""
    about = re.compile(
        rf"\b(?:tools?|actions?|thoughts?|observations?|formats?|json|{'|'.join(map(re.escape, names)) or 'tools'})\b|\[\[|^#",
        re.I,
    )
    return "\n\n".join(part for part in re.split(r"\n\s*\n", text) if part.strip() and not about.search(part))


def _written(form: Form, reply: Reply, functions: Sequence[dict]) -> str:
    """A call or an answer in the form."""
    known = {one["name"]: one["parameters"]["properties"] for one in functions}
    if reply.tool_calls:
        name, given = reply.tool_calls[0]
        return _step(form, NEEDED.format(name), name, given, len(known[name]) == 1)
    answer = reply.content or ""
    if ending := next((name for name in known if ENDING.match(name)), ""):
        return _step(form, DONE, ending, dict.fromkeys(list(known[ending])[:1], answer), False)
    if form.style == "json":
        final = re.search(r"[\"'](Final[ _]Answer)[\"']", form.shown, re.I)
        return _step(form, DONE, final[1], answer, False) if final else answer
    if "final" not in form.names:
        return answer
    thought = {"thought": form.names["thought"]} if "thought" in form.names else {}
    return _marked(form.style, [*((name, DONE) for name in thought.values()), (form.names["final"], answer)])


def _step(form: Form, thought: str, name: str, given: object, alone: bool) -> str:
    """A thought, what is called, and with what: `alone` as a plain text where the form asks for no object."""
    names = form.names
    if form.style == "json":
        values = {"thought": thought, "action": name, "action input": given}
        blob = json.dumps({names[kind]: value for kind, value in values.items() if kind in names}, ensure_ascii=False)
        return form.before.replace("{}", thought) + blob + form.after
    shown = next((part.value for part in _parts(form.shown, form) if part.kind == "action input"), "")
    plain = alone and isinstance(given, dict) and not WANTS_JSON.search(shown) and form.style != "header"
    text = str(next(iter(given.values()))) if plain else json.dumps(given, ensure_ascii=False)
    values = {"thought": thought, "action": name, "action input": text}
    written = _marked(form.style, [(names[kind], value) for kind, value in values.items() if kind in names])
    return written + ("\n\n[[ ## completed ## ]]" if "[[ ## completed ## ]]" in form.shown else "")


def _marked(style: str, parts: Sequence[tuple[str, str]]) -> str:
    """Parts with their names, as a style writes them."""
    shapes = {"header": ("[[ ## {0} ## ]]\n{1}", "\n\n"), "tag": ("<{0}>{1}</{0}>", ""), "label": ("{0}: {1}", "\n")}
    shape, between = shapes[style]
    return between.join(shape.format(*part) for part in parts)
