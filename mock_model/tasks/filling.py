"""Filling: JSON in the form that a schema or a prompt asks for, with what the messages say; what nobody said stays empty.

A question made of its name, or its description, finds the sentence for a property; its type takes the value out of that.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice, takewhile, zip_longest
from typing import Any

from mock_model.api.emptiest import emptiest
from mock_model.api.functions import made, named, turn_of
from mock_model.api.schemas import FORMATS, Schema, Unfillable, branches, fits, resolved, types
from mock_model.finding.asking import Question, questions
from mock_model.finding.matching import SHARED, ties
from mock_model.finding.ranking import find
from mock_model.sentences.lists import PEOPLE, phrases
from mock_model.sentences.reading import REFERS, Said, is_question, read
from mock_model.sentences.remembering import remembered
from mock_model.sentences.stems import base
from mock_model.sentences.transcript import text_of
from mock_model.sentences.voice import as_sentence, turned
from mock_model.sentences.words import sentences, spaced
from mock_model.tasks.extraction import extract, extraction_task, fact_values, meanings
from mock_model.tasks.orders import own_words
from mock_model.tasks.placing import placed
from mock_model.tasks.placing import rows as rows_in
from mock_model.tasks.plausible import plausible
from mock_model.tasks.taking import LISTING, YOU, answering, asking, called, kind_of, of_its_kind, taken, written
from mock_model.tasks.tone import toned
from mock_model.tasks.wording import Rules, forbids

NAMES = ("reply", "known", "order", "self", "wrapper", "attributes", "keys")
REPLY, KNOWN, ORDER, SELF, WRAPPER, ATTRIBUTES, KEYS = (phrases(name, "filling.txt") for name in NAMES)
BY_SCHEMA = re.compile(r"\bjson[ _-]?schema\b|\bschema\b[^.\n]{0,40}\bjson\b|\bjson\b[^.\n]{0,80}\bschema\b", re.I)
TO_REPLY = re.compile(  # how an order begins that says how to reply
    r"\W*(?:(?:please|now|then|always|only|just|and|so)\W+|you (?:must|should|will|shall|are to|need to)\W+"
    r"|make sure (?:to|that you)\W+)*"
    r"(?:(?:reply|answer|respond|return|output|write|produce|generate|give|provide|format|fill|extract)\b"
    r"|(?:the|your|each|every) (?:final )?(?:output|reply|answer|response|result)s? (?:must|should|shall|has to|needs to|will)\b"
    r"|here(?:'s| is) (?:a|the) json schema to follow\b|(?:the|your) (?:output|response|reply) schema\b)",
    re.I,
)
NO_JSON = re.compile(r"\b(?:never|not|no|don['’]t|without|avoid)\b[^.\n]{0,40}\bjson\b", re.I)
KEY = re.compile(r"[\"'`“](\w+)[\"'`”]\s*:")
CLOSE = SHARED - {"above"}  # ties by which a sentence is about a property
MOST, DEEPEST, MOST_ITEMS = 100, 6, 8  # properties, levels: what is beyond gets the emptiest value that fits


@dataclass
class Source:
    """What the values of one form are taken from."""

    messages: Sequence[dict]
    rules: Rules  # the instructions in force
    reply: Callable[[], str]  # the plain reply
    root: Schema = field(default_factory=dict)
    left: int = MOST  # properties that may still be looked for

    @cached_property
    def said(self) -> list[Said]:
        """What the messages tell: no question and, in the last one and the instructions, no word about the form."""
        form = [m is self.messages[-1] or m["role"] in ("system", "developer") for m in self.messages]
        told = [{**m, "content": _told(text_of(m))} if f else m for f, m in zip(form, self.messages, strict=True)]
        return [one for one in read(told) if not one.sentence.asks and not forbids(self.rules, one.text)]

    @cached_property
    def _told(self) -> str:
        return "\n".join(one.text for one in self.said)

    @cached_property
    def _last(self) -> range:
        """The places of what was said last: one message, or all results of a turn."""
        end = len(self.messages)
        start = end - len(turn_of(self.messages))
        return range(start if self.messages[-1]["role"] == "tool" else end - 1, end)

    @cached_property
    def asked(self) -> str:
        """What the last message tells, if it is the user's, beside its words about the form; or what the functions answered."""
        last = self.messages[-1]
        if last["role"] == "tool":
            return "\n".join(text_of(m) for m in takewhile(lambda m: m["role"] == "tool", reversed(self.messages)))
        return _told(text_of(last)) if last["role"] == "user" else ""

    @cached_property
    def facts(self) -> list[dict] | None:
        """The facts, where facts are asked for."""
        task = extraction_task(self.messages, form=True)
        return fact_values(task) if task else None

    @cached_property
    def called(self) -> dict[str, list]:
        """The different values that the calls of this turn had for each parameter, by its name in words."""
        found: dict[str, list] = {}
        for name, value in (pair for _, given in made(turn_of(self.messages)) for pair in given.items()):
            found.setdefault(spaced(name), [])
            found[spaced(name)] += [value] * (value not in found[spaced(name)])
        return found

    def values(self, schema: Any, path: tuple[str, ...] = (), several: bool = False) -> Iterator[Any]:
        """What the messages give for a schema, the likeliest first, or side by side; each fits."""
        whole = resolved(schema, self.root)
        for option in islice(branches(whole, self.root), MOST_ITEMS):
            self.left -= 1
            if self.left < 0 or len(path) > DEEPEST or forbids(self.rules, " ".join(path)):
                return
            with suppress(Unfillable):  # something else is needed in it, and nothing fits that
                yield from (value for value in self._of_type(option, path, several) if fits(value, whole, self.root))

    def _of_type(self, schema: Schema, path: tuple[str, ...], several: bool) -> Iterator[Any]:
        kind, key = (types(schema) or ["string"])[0], path[-1] if path and not several else ""
        if kind in ("object", "array"):
            yield from self._object(schema, path) if kind == "object" else self._array(schema, path)
        elif kind == "boolean" and KNOWN.fullmatch(key):
            asked = questions(text_of(self.messages[-1]))
            yield bool(asked) and all(find(one, self.said).sure for one in asked)
        elif kind == "string" and REPLY.fullmatch(key) and "enum" not in schema:
            yield self.reply()[: schema.get("maxLength")]
        elif kind != "null":
            found = self._found(schema, path, several)
            yield from (one for one in found if plausible(" ".join(path[-1:]), one, self._told))

    def _object(self, schema: Schema, path: tuple[str, ...]) -> Iterator[dict]:
        """An object with all that is needed in it; none, but for the whole, where nothing of it or not its kind is found."""
        known, needed = schema.get("properties") or {}, schema.get("required") or []
        inside = () if all(map(WRAPPER.fullmatch, path)) else path
        paths = {k: (*(path if "const" in (inner or ()) else inside), spaced(k)) for k, inner in known.items()}
        given = {k: one for k, inner in known.items() for one in islice(self.values(inner, paths[k]), 1)}
        others = schema.get("additionalProperties", True)
        if not path:
            given |= self._placed(known, given)
        keys = [*(k for k in known if k in given or k in needed), *(k for k in needed if k not in known)]
        lacks = any("const" in (known[k] or ()) and k not in given for k in known)
        if not path or (given and not (lacks and not any(WRAPPER.fullmatch(spaced(k)) for k in given))):
            yield {key: given[key] if key in given else emptiest(known.get(key, others), self.root) for key in keys}

    def _placed(self, known: dict[str, Schema], given: dict[str, Any]) -> dict[str, Any]:
        """What the last message surely says of these properties, and what it says of those that nothing is given for."""
        found = placed(self._plain(known), self.asked) if self.asked else {}
        fitting = {name: value for name, (value, sure) in found.items() if sure or name not in given}
        return {name: value for name, value in fitting.items() if fits(value, known[name], self.root)}

    def _plain(self, known: dict[str, Schema]) -> dict[str, Schema]:
        """The schemas of properties without references: of several kinds the first that is not null."""
        with suppress(Unfillable):
            kinds = {name: [*branches(resolved(schema, self.root), self.root)] for name, schema in known.items()}
            return {name: next((one for one in kind if types(one) != ["null"]), {}) for name, kind in kinds.items()}
        return {}

    def _array(self, schema: Schema, path: tuple[str, ...]) -> Iterator[list]:
        """The facts where those are asked for, else values side by side: texts once each, several properties in whole rows."""
        item, most = schema.get("items", True), schema.get("maxItems", MOST_ITEMS)
        forms = [one.get("properties") for one in branches(resolved(item, self.root), self.root)]
        known = next(filter(None, forms), {})
        if self.facts is not None:
            meant, most = meanings(dict.fromkeys(known)), schema.get("maxItems", len(self.facts))
            rows = [[fact.get(meant.get(key)) for key in known] if known else fact["text"] for fact in self.facts]
        elif known and (told := rows_in(self._plain(known), self.asked)):
            rows = [[row[key] for key in known] for row in told]
        elif known:
            rows = zip_longest(*(self.values(inner, (*path, spaced(key)), True) for key, inner in known.items()))
            rows = [row for row in rows if all(fits(*one, self.root) for one in zip(row, known.values(), strict=True))]
        else:
            rows = self.values(item, path, True)
            rows = dict.fromkeys(rows) if "string" in types(resolved(item, self.root)) else rows
        if known:  # what does not fit is left empty
            empty = {key: emptiest(known[key], self.root) for key in known}
            pairs = [zip(known, row, strict=True) for row in rows]
            rows = [{k: one if fits(one, known[k], self.root) else empty[k] for k, one in row} for row in pairs]
        if found := [row for row in rows if fits(row, item, self.root)][:most]:
            yield found + [emptiest(item, self.root)] * (schema.get("minItems", 0) - len(found))

    def _found(self, schema: Schema, path: tuple[str, ...], several: bool) -> Iterator[Any]:
        """Out of the sentences that answer the question for a property; then what else the user names for it."""
        key, owner = path[-1], "" if len(path) < 2 or SELF.fullmatch(path[-2]) or YOU.fullmatch(path[-2]) else path[-2]
        first, *more = asking(schema, key, owner)
        if len(path) == 1 and len(of_calls := self.called.get(key, [])) == 1:
            yield of_calls[0]
        for question in [first, *more]:
            told, sure = find(question, self.said)
            for one in [one for one in told if self._speaks(question, owner, key, one, sure)][:1]:
                yield from (called(key, value) for value in answering(schema, question, one, several))
        last = self._last
        users = [one for one in self.said if one.role == "user" or (one.role == "tool" and one.message in last)]
        listed = {"const", "enum"} & schema.keys() or kind_of(schema) == "boolean"
        free = several or (len(path) < 2 and not ATTRIBUTES.fullmatch(key))
        for one in users if several else reversed(users):
            about = not owner or one.sentence.about != "user" or base(owner) in ties(first, one.sentence)
            if listed or (free and about and one.message in last):
                yield from taken(schema, first, one.text, of_its_kind(first, key.split(" ")[-1], one.text, several))
        if "enum" in schema:
            yield from toned(schema["enum"], [one.sentence for one in users if one.message == users[-1].message])
        counts = [
            name for name, one in named({"parameters": self.root}).items() if kind_of(one) in ("integer", "number")
        ]
        if [spaced(name) for name in counts] == [key]:  # the only number of the results, for the only one of the form
            found = [one for said in users if said.role == "tool" for one in taken(schema, first, said.text)]
            yield from found if len(found) == 1 else ()
        form = schema.get("format")
        if form in FORMATS and json.dumps(self.root).count(f'"format": "{form}"') == 1:  # it can be of nothing else
            found = {text for one in users for text in written(form, one.text)}
            yield from found if len(found) == 1 else ()

    def _speaks(self, question: Question, owner: str, key: str, told: Said, sure: bool) -> bool:
        """Whether a sentence is about the property, and about its owner or, without one, about nobody else."""
        sure = sure or all(ties(question, told.sentence).get(one) in CLOSE for one in question.bases)
        if owner:
            near = range(told.place - bool(REFERS.match(told.text)), told.place + 1)
            near = [one.sentence for one in self.said if one.message == told.message and one.place in near]
            met = any(ties(question, one).get(base(owner.split(" ")[-1])) in CLOSE for one in near)
            return met and (sure or not question.wanted.isdisjoint(v.kind for v in told.sentence.values))
        thing = re.search(r"\b(?:my|our) (\w+)|\ban? (\w+) (?:called|named)\b", told.text, re.I)
        named = thing and not ATTRIBUTES.fullmatch(thing[1] or thing[2])  # the thing has the name
        others = told.sentence.about == "other" and PEOPLE.isdisjoint(question.bases)
        return sure and not others and not (named and (ATTRIBUTES.fullmatch(key) or YOU.fullmatch(key)))


def fill(schema: Schema, source: Source) -> str:
    """JSON text that fits the schema of a `response_format`, which `formats` has found fillable."""
    source.root = schema
    return json.dumps(next(source.values(schema), None) or emptiest(schema, schema), ensure_ascii=False)


def any_object(source: Source, fits: Callable[[str], bool]) -> str:
    """A JSON object: in the form that the prompt shows or names; else the facts, or the reply, under a plain key."""
    asked = text_of(source.messages[-1]) if source.messages[-1]["role"] == "user" else ""
    if source.facts is not None:
        text = extract(extraction_task(source.messages, form=True), fits)
        found = json.loads(text) if text[:1] in ("[", "{") else text.splitlines() if source.facts else []
        found = found if isinstance(found, dict) else {"facts": found}
    elif schema := shown_form(source.messages):
        return fill(schema, source)
    elif _told(asked).strip() and ORDER.search(asked) and not any(map(is_question, sentences(asked))):
        found = {"facts": [turned(one) or as_sentence(one.text) for one in source.said if one.role == "user"]}
    else:
        found = {"summary" if re.search(r"\bsummar", asked, re.I) else "answer": source.reply()}
    return json.dumps(found, ensure_ascii=False)


def _told(text: str) -> str:
    """A text without its orders to write JSON; what follows such an order after a colon is told."""
    found = sentences(re.sub(r"\{[^{}]*\}", " ", _without_objects(text)))
    return "\n".join(one.partition(":")[2] if ORDER.search(one) and not is_question(one) else one for one in found)


def _without_objects(text: str) -> str:
    """A text without the JSON objects that it shows, a schema with all that is in it."""
    at, tries = text.find("{"), 50
    while at >= 0 and (tries := tries - 1):
        try:
            end = json.JSONDecoder().raw_decode(text, at)[1]
            text = text[:at] + " " + text[end:]
        except (ValueError, RecursionError):
            at += 1
        at = text.find("{", at)
    return text


def shown_form(messages: Sequence[dict]) -> Schema | None:
    """The form that the last user message or the instructions show as an object, or whose keys they name."""
    asking = [text_of(m)[:20_000] for m in messages if m["role"] in ("system", "developer") or m is messages[-1]]
    for text in (text for text in reversed(asking) if "json" in text.lower()):
        for start in (at.start() for at in re.finditer(r"\{", text)):
            try:
                shown = json.JSONDecoder().raw_decode(text, start)[0]
            except (ValueError, RecursionError):  # {"dog": <name>}
                shown = dict.fromkeys(KEY.findall(text[start : start + 2_000].partition("}")[0]), "")
            if shown:
                return shown if _is_schema(shown) else _schema_of(shown)
        if named := KEYS.search(text):
            keys = LISTING.split(named["bare"]) if named["bare"] else re.findall(r"[\"'`“](\w+)", named["quoted"])
            return _schema_of({"_".join(key.split()): "" for key in keys})
    return None


def shown_schema(messages: Sequence[dict]) -> Schema | None:
    """The JSON schema that a message shows, where the last one or the instructions want JSON by it."""
    asking = [text_of(m)[:20_000] for m in messages if m["role"] in ("system", "developer") or m is messages[-1]]
    if messages[-1]["role"] != "user" or not any(map(_by_schema, asking)):
        return None
    if any(NO_JSON.search(text) for text in asking[:-1]) and not any(map(_by_schema, asking[:-1])):
        return None
    for text in reversed(asking):
        for start in (at.start() for at in islice(re.finditer(r"\{", text), MOST)):
            with suppress(ValueError, RecursionError):
                if _is_schema(shown := json.JSONDecoder().raw_decode(text, start)[0]):
                    return shown
    return None


@remembered(256)
def _by_schema(text: str) -> bool:
    """Whether a text orders, in its own words, a reply in JSON by a schema."""
    own = own_words(_without_objects(text))
    return any(TO_REPLY.match(one) and BY_SCHEMA.search(one) for one in sentences(own.replace("\n\n", "\n")))


def _is_schema(shown: Any) -> bool:
    """Whether what a prompt shows is a JSON schema that can be filled, and no example."""
    if not isinstance(shown, dict) or shown.get("type") != "object" or not isinstance(shown.get("properties"), dict):
        return False
    with suppress(Unfillable, ValueError, TypeError, AttributeError, re.error):
        return fits(emptiest(shown, shown), shown, shown)
    return False


def _schema_of(shown: Any, depth: int = 1) -> Schema:
    """The schema of an example, by the types of its values; null may stand for each, and for what is deeper."""
    if isinstance(shown, dict) and depth < DEEPEST:
        known = {key: _schema_of(value, depth + 1) for key, value in shown.items()}
        return {"type": "object", "properties": known, "required": list(known), "additionalProperties": False}
    if isinstance(shown, list) and depth < DEEPEST:
        return {"type": "array", "items": _schema_of((shown or [""])[0], depth + 1)}
    kind = "boolean" if isinstance(shown, bool) else "number" if isinstance(shown, (int, float)) else "string"
    return {"type": [kind, "null"]}
