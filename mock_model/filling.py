"""Filling: JSON in the form that a schema or a prompt asks for, with what the messages say.

Each property is asked for as a question ("What is my dog's name?") and found as any question is; what is left is read from
the last user message, as the arguments of a function are. What is found nowhere is null where the schema allows it, else
the emptiest value that fits. The result always fits the schema.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from mock_model.answering import answer, brief, told
from mock_model.api.emptiest import emptiest
from mock_model.api.schemas import FORMATS, Schema, Unfillable, branches, fits, resolved, types
from mock_model.arguments import arguments, offered
from mock_model.clauses import is_question
from mock_model.instructions import Rules, forbids
from mock_model.language import lemma, sentences, words
from mock_model.prompted import LISTING, shown_form
from mock_model.questions import questions
from mock_model.quoting import without_lists
from mock_model.reading import Notes, read
from mock_model.summarizing import summary_task
from mock_model.tasks.extraction import extract, extraction_task, fact_values, meanings
from mock_model.transcript import text_of

ANSWER = re.compile(  # a property that wants the reply itself
    r"(?:final_?|short_?|full_?|your_?)*(?:answer|reply|response|output|result|message|content|text|summary|explanation"
    r"|reason(?:ing)?|comment)s?$",
    re.I,
)
KNOWN = re.compile(r"(?:(?:is|was|has|answer)_?)*(?:found|known|answered|answerable)$", re.I)
ORDER = re.compile(  # "Extract the event from this:", "Reply only in JSON", "Give me my profile."
    r"\bJSON\b|\b(?:with|using) the (?:keys|fields)\b|(?:^|(?<=[.!?\n] ))\W*(?:please |now |then |only |just |always )*"
    r"(?:extract|return|output|reply|answer|respond|fill|parse|convert|classify|categori[sz]e|summari[sz]e|(?:give|show|tell) me"
    r"|(?:list|find|write|make|create|generate|get|turn|put|sort|note) (?:me|it|the|all|every|this|these|them|what|my|an?)\b"
    r"|you (?:must |should |will |always |only )*(?:output|extract|return|reply|answer|respond|write))\b",
    re.I,
)
SHOWN = re.compile(r"\{[^{}]*\}")
PARTS = re.compile(r"(?<=[a-z])(?=[A-Z])|[_\W]+")
MOST_ITEMS = 8
DEEPEST = 6  # levels at which values are looked for
SELF = frozenset(  # what is the user's own, whatever it is called: contact.email, account.name
    """user person profile customer client contact account member guest traveller traveler passenger patient student
    employee applicant author sender owner details data info information identity personal me self speaker""".split()
)
ABSENT = object()


@dataclass(frozen=True)
class Source:
    """What a value can be taken from."""

    messages: Sequence[dict]
    found: Rules
    reply: Callable[[], str]  # the plain reply

    @cached_property
    def notes(self) -> Notes:
        """What the messages say, without what the instructions and the last user message say about the form."""
        last = len(self.messages) - 1
        orders = [
            m["role"] in ("system", "developer") or (n == last and m["role"] == "user")
            for n, m in enumerate(self.messages)
        ]
        return read(
            [{**m, "content": _told(text_of(m))} if o else m for m, o in zip(self.messages, orders, strict=True)]
        )

    @cached_property
    def said(self) -> str:
        """What the last user message tells: no question, and no word about the form."""
        last = next((m for m in reversed(self.messages) if m["role"] == "user"), None)
        text = _told(without_lists(text_of(last))) if last else ""
        return " ".join(s for s in sentences(text) if not is_question(s))

    @cached_property
    def everything(self) -> str:
        return "\n".join(text_of(m) for m in self.messages)

    @cached_property
    def by_users(self) -> str:
        return "\n".join(text_of(m) for m in self.messages if m["role"] == "user")

    @cached_property
    def facts(self) -> list[dict[str, Any]] | None:
        """The facts, where facts are asked for."""
        task = extraction_task(self.messages)
        return fact_values(task) if task else None

    @cached_property
    def plain(self) -> str:
        return self.reply()


def fill(schema: Schema, source: Source) -> str:
    """JSON text that fits the schema of a `response_format`, which `formats` has found fillable."""
    value = _filled(schema, schema, (), source)
    return _text(value if value is not ABSENT and fits(value, schema, schema) else emptiest(schema, schema))


def any_object(source: Source, within: Callable[[str], bool]) -> str:
    """A JSON object: in the form that the prompt shows or names; else the facts, or the reply, under a plain key."""
    task = extraction_task(source.messages)
    if task:
        text = extract(task, within)
        try:
            value = json.loads(text)
        except ValueError:
            value = [] if text == task.none else text.splitlines()
        return _text(value if isinstance(value, dict) else {"facts": value})
    if schema := shown_form(source.messages):
        return fill(schema, source)
    asked = text_of(source.messages[-1]) if source.messages[-1]["role"] == "user" else ""
    if summary_task(source.messages):
        return _text({"summary": source.plain})
    known = told(source.notes)
    if known and not any(is_question(s) for s in sentences(asked)) and source.said:
        return _text({"facts": sentences(known)})
    return _text({"answer": source.plain})


def _told(text: str) -> str:
    """A text without its orders to write JSON; what follows such an order after a colon is told."""
    if not ORDER.search(text):
        return text
    kept = []
    for sentence in sentences(SHOWN.sub(" ", text)):
        order = ORDER.search(sentence)
        kept.append(sentence.partition(":")[2] if order and not is_question(sentence) else sentence)
    return "\n".join(kept)


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


# ---- values ----


def _filled(schema: Any, root: Schema, path: tuple[str, ...], source: Source) -> Any:
    """What the messages give for a schema, or ABSENT; what is given fits."""
    whole = resolved(schema, root)
    options = list(branches(whole, root))
    for option in sorted(options, key=lambda one: not _is_named(one, source)) if len(options) > 1 else options:
        try:
            value = _of_kind(option, root, path, source)
        except Unfillable:  # something else is needed in it, and nothing fits that
            continue
        if value is not ABSENT and fits(value, whole, root):
            return value
    return ABSENT


def _is_named(schema: Schema, source: Source) -> bool:
    """Whether the messages name the constant by which an object is told from others: {"kind": {"const": "cat"}, …}."""
    marks = (inner.get("const") for inner in (schema.get("properties") or {}).values() if isinstance(inner, dict))
    return any(
        isinstance(mark, str) and re.search(rf"\b{re.escape(mark)}\b", source.everything, re.I) for mark in marks
    )


def _of_kind(schema: Schema, root: Schema, path: tuple[str, ...], source: Source) -> Any:
    kind = (types(schema) or ["string"])[0]
    if kind == "null":
        return ABSENT
    if "const" in schema:
        return _listed([schema["const"]], path, source) if path else ABSENT
    if kind == "object":
        return _object(schema, root, path, source)
    if kind == "array":
        return _array(schema, root, path, source)
    return _scalar(schema, path, source) if path else ABSENT


def _object(schema: Schema, root: Schema, path: tuple[str, ...], source: Source) -> Any:
    """An object with all that is needed in it; ABSENT where nothing of it is found, unless it is the whole."""
    known, needed = schema.get("properties") or {}, schema.get("required") or []
    given = {} if len(path) > DEEPEST else _asked_for(known, root, path, source)
    if path and not given:
        return ABSENT
    others = schema.get("additionalProperties", True)
    keys = [*(k for k in known if k in given or k in needed), *(k for k in needed if k not in known)]
    return {key: given[key] if key in given else emptiest(known.get(key, others), root) for key in keys}


def _asked_for(known: dict[str, Any], root: Schema, path: tuple[str, ...], source: Source) -> dict[str, Any]:
    """The properties that the messages give."""
    given = {}
    for key, inner in known.items():
        if not forbids(source.found, f"{' '.join(path)} {' '.join(PARTS.split(key))}"):
            value = _filled(inner, root, (*path, key), source)
            if value is not ABSENT:
                given[key] = value
    left = {key: _plain(inner, root) for key, inner in known.items() if key not in given}
    if source.said and left and _is_spoken_of(path, root, source):
        calls, _ = arguments({"name": "", "parameters": {"properties": left}}, source.said)
        taken = {str(value) for value in given.values()}
        for key, value in (calls[0] if calls else {}).items():
            if value is not None and str(value) not in taken and fits(value, known[key], root):
                given[key] = value
    if len(path) < 2:
        given |= _by_their_form({key: known[key] for key in left if key not in given}, root, given, source)
    return given


def _is_spoken_of(path: tuple[str, ...], root: Schema, source: Source) -> bool:
    """Whether a message can be about an object: it names it, or there is no other that it could be about."""
    objects = [one for one in (root.get("properties") or {}).values() if "object" in types(_plain(one, root))]
    if len(path) != 1 or len(objects) < 2:
        return len(path) < 2
    said = {word.lemma for word in words(source.said)}
    return any(lemma(part.lower()) in said for part in PARTS.split(path[0]) if part)


def _by_their_form(left: dict[str, Any], root: Schema, given: dict[str, Any], source: Source) -> dict[str, Any]:
    """Dates, addresses and the like: of a form that one property alone has, and of which users wrote one."""
    forms = {key: form for key, inner in left.items() if (form := _form(inner, root)) in FORMATS and form != "hostname"}
    found = {}
    for key, form in forms.items():
        written = re.findall(rf"(?<![\w.:@+-]){FORMATS[form][0]}(?![\w:@-]|\.\w)", source.by_users, re.A)
        values = [
            value for value in dict.fromkeys(written) if value not in given.values() and fits(value, left[key], root)
        ]
        if len(values) == 1 and [*forms.values()].count(form) == 1:
            found[key] = values[0]
    return found


def _form(schema: Any, root: Schema) -> str | None:
    return next((form for option in branches(resolved(schema, root), root) if (form := option.get("format"))), None)


def _plain(schema: Any, root: Schema, in_list: bool = False) -> Schema:
    """A schema as the arguments of a function have it: one type, and no null among its values."""
    option = next((o for o in branches(resolved(schema, root), root) if types(o) != ["null"]), {})
    kind = (types(option) or ["string"])[0]
    items = {"type": "string"}
    if not in_list and isinstance(option.get("items"), dict):
        items = _plain(option["items"], root, in_list=True)
    listed = [item for item in option.get("enum") or () if isinstance(item, str)]
    return {"type": kind, "items": items, **({"enum": listed} if listed else {})}


def _scalar(schema: Schema, path: tuple[str, ...], source: Source) -> Any:
    key = path[-1]
    if schema.get("enum"):
        return _listed(schema["enum"], path, source)
    kind = (types(schema) or ["string"])[0]
    if kind == "boolean":
        return _truth(path, source)
    if kind == "string" and ANSWER.fullmatch(key):
        text = source.plain
        return text[: schema["maxLength"]] if "maxLength" in schema else text
    said = _answer_to(schema, path, source)
    if kind == "string":
        return said or ABSENT
    number = re.search(r"-?\d[\d,]*(?:\.\d+)?", said.replace("minus ", "-")) if said else None
    if not number:
        return ABSENT
    value = float(number[0].replace(",", "").rstrip("."))
    return int(value) if value.is_integer() else value


def _listed(values: Sequence[Any], path: tuple[str, ...], source: Source) -> Any:
    """The value of a list that the messages name: the last message that names one, the answer to its question first."""
    said = _answer_to({"type": "string"}, path, source) or ""
    texts = [said, *(text_of(m) for m in reversed(source.messages) if m["role"] == "user")]
    names = {str(value): value for value in values if value is not None and not isinstance(value, bool)}
    for text in texts if names else ():
        for found in arguments(_one("value", {"type": "string", "enum": list(names)}), text)[0]:
            if "value" in found:
                return names.get(found["value"], ABSENT)
    return ABSENT


def _one(name: str, schema: Schema) -> dict[str, Any]:
    return {"name": "", "parameters": {"properties": {name: schema}}}


def _truth(path: tuple[str, ...], source: Source) -> Any:
    """Whether it is so, as the messages say; whether an answer was found, where that is what is asked."""
    if KNOWN.fullmatch(path[-1]):
        asked = questions(text_of(source.messages[-1]), source.notes.topics)
        return bool(asked) and all(answer(question, source.notes) for question in asked)
    thing = " ".join(PARTS.split(re.sub(r"^(?:is|has|have|are)_", "", path[-1]))).lower()
    begins = "Do I have" if path[-1].lower().startswith(("has", "have")) else "Am I"
    for text in (f"{begins} {thing}?", f"Is it {thing}?"):
        for question in questions(text, source.notes.topics):
            if said := answer(question, source.notes):
                return said.startswith("Yes")
    return ABSENT


def _answer_to(schema: Schema, path: tuple[str, ...], source: Source) -> str:
    """What the messages answer to the question for a property, as it was written, or nothing."""
    for text in _questions_for(schema, path):
        for question in questions(text, source.notes.topics):
            said = (brief(question, source.notes) or "").rstrip(".")
            if said and lemma(said.lower()) not in {lemma(word) for word in text.lower().rstrip("?").split()}:
                as_written = re.search(rf"(?<!\w){re.escape(said)}(?!\w)", source.everything, re.I)
                return as_written[0] if as_written else said
    return ""


def _questions_for(schema: Schema, path: tuple[str, ...]) -> list[str]:
    """Questions for a property: by its name, with what it belongs to; then by what describes it."""
    thing = " ".join(part for part in PARTS.split(path[-1]) if part).lower()
    of = " ".join(part for part in PARTS.split(path[-2]) if part).lower() if len(path) > 1 else ""
    owned = f"{of}'s {thing}" if of and of not in SELF else thing
    found = [f"What is my {owned}?"]
    if owned == thing:
        found += [f"What is the {thing}?", f"Which {thing}?"] if thing not in ("name", "id") else []
    described = re.sub(r"\.$", "", str(schema.get("description") or ""))
    if 0 < len(described.split()) <= 10 and "\n" not in described:
        bare = re.sub(r"^(?:the|a|an|my) ", "", described, flags=re.I)
        found += [described if described.endswith("?") else f"What is the {bare}?"]
    return found


# ---- lists ----


def _array(schema: Schema, root: Schema, path: tuple[str, ...], source: Source) -> Any:
    """The items that the messages give: facts where those are asked for, else values in their order."""
    item = resolved(schema.get("items", {"type": "string"}), root)
    most = schema.get("maxItems", MOST_ITEMS)
    option = next((o for o in branches(item, root) if types(o) != ["null"]), {})
    kind = (types(option) or ["string"])[0]
    if source.facts is not None and kind in ("object", "string"):
        found = [_from_fact(fact, option, root) if kind == "object" else fact["text"] for fact in source.facts]
        found = [value for value in found if fits(value, item, root)][: schema.get("maxItems", len(found))]
    elif kind == "object":
        found = _objects(option, root, source)[:most]
    else:
        found = [v for v in _several(option, root, path, source) if fits(v, item, root)][:most]
    short = schema.get("minItems", 0) - len(found)
    return found + [emptiest(item, root)] * max(short, 0) if found else ABSENT


def _from_fact(fact: dict[str, Any], schema: Schema, root: Schema) -> dict[str, Any]:
    """A fact in the form that a schema gives its properties, by their names."""
    known = schema.get("properties") or {}
    named = meanings(dict.fromkeys(known))
    found = {}
    for key, inner in known.items():
        value = fact.get(named.get(key, ""), ABSENT)
        found[key] = value if value is not ABSENT and fits(value, inner, root) else emptiest(inner, root)
    return found


def _several(schema: Schema, root: Schema, path: tuple[str, ...], source: Source) -> list[Any]:
    """The values of a list: those of the answer to its question, else those that the last message gives."""
    kind = (types(schema) or ["string"])[0]
    if kind == "string" and not schema.get("enum"):
        for text in _questions_for({}, path):
            for question in questions(text, source.notes.topics):
                said, first = answer(question, source.notes), brief(question, source.notes)
                if said and first:
                    return _listing(said, first.rstrip("."), source)
    name = re.sub(r"s$", "", path[-1]) if path else "item"
    return offered(name, _plain(schema, root), source.said)


def _listing(said: str, first: str, source: Source) -> list[str]:
    """ "You are allergic to peanuts and latex." and "Peanuts" give both."""
    start = said.lower().find(first.lower())
    rest = said[start:].rstrip(".!") if start >= 0 else first
    parts = [part.strip() for part in LISTING.split(rest)]
    return [part for part in parts if part] if all(len(part.split()) <= 4 for part in parts) else [first]


def _objects(schema: Schema, root: Schema, source: Source) -> list[dict[str, Any]]:
    """Objects made of the values that the last message gives for their properties, side by side."""
    known = schema.get("properties") or {}
    columns = {key: offered(key, _plain(inner, root), source.said) for key, inner in known.items()}
    count = max(
        (len(values) for key, values in columns.items() if types(_plain(known[key], root)) == ["string"]), default=0
    )
    rows = []
    for n in range(min(count, MOST_ITEMS)):
        row = {}
        for key, inner in known.items():
            value = columns[key][n] if n < len(columns[key]) else None
            row[key] = value if value is not None and fits(value, inner, root) else emptiest(inner, root)
        rows.append(row)
    return rows
