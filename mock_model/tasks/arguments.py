"""Arguments: values for the parameters of a function, from the request and, where it leaves one open, from found sentences."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import partial
from itertools import islice, pairwise, product, takewhile

from mock_model.api.functions import parameters, required
from mock_model.api.schemas import fits, types
from mock_model.finding.asking import Question, questions
from mock_model.finding.ranking import find
from mock_model.finding.saying import said_again
from mock_model.sentences.lists import NUMBERS, SMALL, phrases, sections
from mock_model.sentences.reading import Said, content
from mock_model.sentences.values import TIMES, numbers, values
from mock_model.sentences.words import join, spaced, words

heard = partial(phrases, file="tools.txt")
GENERAL = frozenset(word for line in sections("tools.txt")["general"] for word in line)  # "get", "current", "user"
CLAUSE = re.compile(r"(?:(?:the|an?) )?(.*?)(?:[,.;:(\n]|\be\.g\b|$)", re.IGNORECASE)  # of a description, the first
QUOTED = re.compile(r"[\"“]([^\"“”]+)[\"”]|(?<!\w)['‘]([^'‘’]+)['’](?!\w)")
AFTER = re.compile(r"\b(?:in|for|of|from|to|at|about)(?: the)? ((?:[^\W\d_]+\s?)+)")
BEFORE = {"from": {"from", "between"}, "to": {"to", "into", "until", "till"}}
MOST = 8  # calls, user messages that are looked back, lines of a result that are told


def arguments(function: dict, asked: str, said: Sequence[Said] = (), forced: bool = False) -> tuple[list, str | None]:
    """The arguments of a call for each of several values, and the first required one that nobody said."""
    known, root, strict = parameters(function), function.get("parameters") or {}, forced or function.get("strict")
    listed = "|".join(re.escape(str(v)) for spec in known.values() for v in spec.get("enum") or () if v) or "(?!)"
    rest = re.sub(rf"\b(?:{listed})\b", " ", asked, flags=re.IGNORECASE)  # what is on a list is no name
    found = {name: offered(name, spec, asked if spec.get("enum") else rest) for name, spec in known.items()}
    options = {n: [value for value in found[n] if not strict or fits(value, known[n], root)] for n in known}
    marked, chosen, taken, pairs = {}, {name: [] for name in known}, set(), list(pairwise(words(asked)))
    for name, spec in known.items():  # values beside its own words: "from Rome" for origin, "3 nights" for nights
        near = telling(name) | telling(spec["description"])
        before = near.union(*(BEFORE[end] for end in BEFORE if heard(end).search(spaced(name))))
        beside = [w.low for w, after in pairs if after.base in near] + [w.low for one, w in pairs if one.low in before]
        beside += [str(int(NUMBERS[low])) for low in beside if low in NUMBERS]
        marked[name] = [value for value in options[name] if str(value).lower().split(" ")[0] in beside]
    for name in sorted(known, key=lambda name: (not marked[name], name not in required(function))):
        others = {repr(value) for other in known if other != name for value in options[other]}  # share theirs out
        free = [value for value in marked[name] + options[name] if repr(value) not in taken]
        chosen[name] = options[name] if others.isdisjoint(map(repr, options[name])) else free[:1]
        taken.update(map(repr, chosen[name]))
    for name, least in ((name, known[name]["least"]) for name in required(function) if not chosen[name]):
        left = _found(name, known[name], asked, said) if forced or least is not None else ()  # else it may be null
        free = (v for v in left if repr(v) not in taken and (not strict or fits(v, known[name], root)))
        chosen[name] = list(islice(free, 1)) or [least] * (forced or least is None)
    given = {name: found for name, found in chosen.items() if found}
    calls = [dict(zip(given, call, strict=True)) for call in islice(product(*given.values()), MOST)]
    return calls, next((name for name in required(function) if name not in given), None)


def telling(text: str) -> frozenset[str]:
    """The base forms of the words in a name or description that say what it is about."""
    return frozenset(word for word in content(words(spaced(text))) if word.isalpha() and word not in GENERAL)


def _found(name: str, spec: dict, asked: str, said: Sequence[Said]) -> Iterator:
    """What the conversation says for a parameter: what "there" meant last, what answers the request, what its name finds."""
    if types(spec) == ["string"] and heard("earlier").search(asked):
        yield from (value for one in reversed(said) if one.role == "user" for value in offered(name, spec, one.text))
    if heard("told").fullmatch(spaced(name)):
        yield from (said_again(found, said) for one in questions(asked) if (found := find(one, said)).sure)
    for text in filter(None, (spaced(name), CLAUSE.match(spec["description"])[1])):
        found = find(question := Question(f"What {spaced(name).split(' ')[-1]} is my {text}?"), said)
        for one in found.told if found.sure else ():
            yield from (value for value in offered(name, spec, one.text) if str(value).lower() not in question.low)


def offered(name: str, schema: dict, text: str) -> list:
    """All values that a text gives for one parameter, in their order."""
    kind, about = next((kind for kind in types(schema) if kind != "null"), "string"), spaced(name)
    bases = f" {' '.join(word.base for word in words(text))} "
    if schema.get("enum"):
        at = {str(e): bases.find(f" {' '.join(word.base for word in words(spaced(str(e))))} ") for e in schema["enum"]}
        return sorted((e for e in schema["enum"] if at[str(e)] >= 0), key=lambda e: at[str(e)])
    if kind == "array":
        items = schema["items"] if isinstance(schema.get("items"), dict) else {}
        return [found] if (found := offered(about.removesuffix("s"), items, text)) else []
    if kind in ("integer", "number"):
        found = [n for kind, n in numbers(words(text)) if kind not in TIMES or (kind == "year" and kind in about)]
        return [int(n) if n == int(n) or schema["type"] == "integer" else n for n in found]
    if kind == "boolean":  # "without breakfast" names it too
        named = [bases.split(f" {one} ")[0] for one in sorted(telling(about)) or [about] if f" {one} " in bases]
        return [{"no", "not", "without", "never"}.isdisjoint(before.split()[-3:]) for before in named[:1]]
    return _texts(about, schema, text) if kind == "string" else []


def _texts(about: str, schema: dict, text: str) -> list[str]:
    """The texts that a message gives for a parameter: of the kind that its name, format or description wants, else names."""
    spoken, quoted = words(text), [one or two for one, two in QUOTED.findall(text)]
    found = [(v.kind, re.sub(r"['’]s$", "", join(spoken[v.start : v.end]))) for v in values(spoken)]
    for sign in (about, str(schema.get("format")), CLAUSE.match(str(schema.get("description")))[1]):
        if heard("worded").fullmatch(sign):
            return quoted[:1] or [heard("object").sub("", heard("opening").sub("", text)).strip(" ,:.?!") or text]
        if wanted := Question(f"what {sign}, what {sign.split(' ')[-1]}").wanted:
            break
    if wanted & TIMES:
        wanted = {"clock"} if about.endswith("time") and "clock" in dict(found) else TIMES - {"clock"}
    if wanted and "name" not in wanted:
        return [value for kind, value in found if kind in wanted]
    names = list(dict.fromkeys(value for kind, value in found if kind in ("name", "address")))
    if len(names) == 2 and ", ".join(names) in text:
        return [", ".join(names)]  # "Paris, France" is one place
    stops = SMALL | {word for _, value in found for word in value.lower().split()}  # "the weather in paris tomorrow"
    after = (" ".join(takewhile(lambda word: word.lower() not in stops, run.split())) for run in AFTER.findall(text))
    return names or quoted or list(islice(filter(None, after), 1))
