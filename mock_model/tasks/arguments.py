"""Arguments: values for the parameters of a function, from the request and, where it leaves one open, from what was said."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from itertools import islice, pairwise, product, takewhile

from mock_model.api.functions import parameters, required
from mock_model.api.schemas import fits
from mock_model.sentences.lists import NUMBERS, SMALL, phrases
from mock_model.sentences.reading import content
from mock_model.sentences.words import spaced, words
from mock_model.tasks.filling import Source
from mock_model.tasks.taking import asking, kind_of, taken, valued

heard = partial(phrases, file="tools.txt")
QUOTED = re.compile(r"[\"“]([^\"“”]+)[\"”]|(?<!\w)['‘]([^'‘’]+)['’](?!\w)")
AFTER = re.compile(r"\b(?:in|for|of|from|to|at|about)(?: the)? ((?:[^\W\d_]+\s?)+)")
BEFORE = {"from": {"from", "between"}, "to": {"to", "into", "until", "till"}}
MOST = 8  # calls, user messages that are looked back, lines of a result that are told


def arguments(function: dict, asked: str, source: Source | None = None, forced: bool = False) -> tuple[list[dict], str | None]:
    """The arguments of a call for each of several values, and the first required one that nobody said."""
    known, root, strict = parameters(function), function.get("parameters") or {}, forced or function.get("strict")
    listed = "|".join(re.escape(str(v)) for spec in known.values() for v in spec.get("enum") or () if v) or "(?!)"
    rest = re.sub(rf"\b(?:{listed})\b", " ", asked, flags=re.IGNORECASE)  # what is on a list is no name
    found = {name: offered(spaced(name), spec, asked if spec.get("enum") else rest) for name, spec in known.items()}
    options = {n: [value for value in found[n] if not strict or fits(value, known[n], root)] for n in known}
    marked, chosen, given = {n: _beside(n, known[n], options[n], asked) for n in known}, {}, set()
    for name in sorted(known, key=lambda name: (not marked[name], name not in required(function))):
        others = {repr(value) for other in known if other != name for value in options[other]}  # share theirs out
        free = [value for value in marked[name] + options[name] if repr(value) not in given]
        chosen[name] = options[name] if others.isdisjoint(map(repr, options[name])) else free[:1]
        given.update(map(repr, chosen[name]))
    for name, least in ((name, known[name]["least"]) for name in required(function) if not chosen[name]):
        left = _said(name, known[name], asked, source) if source and (forced or least is not None) else ()  # else it may be null
        free = (v for v in left if repr(v) not in given and (not strict or fits(v, known[name], root)))
        chosen[name] = list(islice(free, 1)) or [least] * (forced or least is None)
    whole = {name: chosen[name] for name in known if chosen[name]}
    calls = [dict(zip(whole, call, strict=True)) for call in islice(product(*whole.values()), MOST)]
    return calls, next((name for name in required(function) if name not in whole), None)


def _beside(name: str, spec: dict, options: list, asked: str) -> list:
    """The values beside the words of a parameter itself: "from Rome" for origin, "3 nights" for nights."""
    near, pairs = telling(name) | telling(spec["description"]), list(pairwise(words(asked)))
    before = near.union(*(BEFORE[end] for end in BEFORE if heard(end).search(spaced(name))))
    beside = [w.low for w, after in pairs if after.base in near] + [w.low for one, w in pairs if one.low in before]
    beside += [str(int(NUMBERS[low])) for low in beside if low in NUMBERS]
    return [value for value in options if str(value).lower().split(" ")[0] in beside]


def telling(text: str) -> frozenset[str]:
    """The base forms of the words in a name or description that say what it is about."""
    return frozenset(b for b in content(words(spaced(text))) if b.isalpha() and not heard("general").fullmatch(b))


def _said(name: str, spec: dict, asked: str, source: Source) -> Iterator:
    """What the conversation says for a parameter: what "there" meant last, and what its name or description finds."""
    if kind_of(spec) == "string" and heard("earlier").search(asked):
        earlier = [one for one in reversed(source.said) if one.role == "user" and one.text not in asked]
        yield from (value for one in earlier for value in offered(spaced(name), spec, one.text))
    yield from source.values(spec, (spaced(name),))


def offered(name: str, schema: dict, text: str) -> list:
    """All values that a request gives for one parameter, in order; of texts also names and what it quotes, searches or sends."""
    asked, kind, found = asking(schema, name), kind_of(schema), valued(text)
    if kind == "array":
        items = schema["items"] if isinstance(schema.get("items"), dict) else {}
        inner = offered(name.removesuffix("s"), items, text)
        return [inner] if inner else []
    question = next((one for one in asked if one.wanted), asked[0])
    if kind != "string" or schema.get("enum") or (question.wanted and "name" not in question.wanted):
        return taken(schema, question, text)
    quoted = [one or two for one, two in QUOTED.findall(text)]
    if heard("worded").fullmatch(name) or heard("worded").fullmatch(schema.get("description", "").rstrip(".")):
        return quoted[:1] or [heard("object").sub("", heard("opening").sub("", text)).strip(" ,:.?!") or text]
    names = list(dict.fromkeys(value for kind, value in found if kind in ("name", "address")))
    if len(names) == 2 and ", ".join(names) in text:
        return [", ".join(names)]  # "Paris, France" is one place
    stops = SMALL | {word for _, value in found for word in value.lower().split()}  # "the weather in paris tomorrow"
    after = (" ".join(takewhile(lambda word: word.lower() not in stops, run.split())) for run in AFTER.findall(text))
    return names or quoted or list(islice(filter(None, after), 1))
