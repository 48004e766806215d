"""Arguments: the values of a function's parameters in a request, and in what was said before it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from itertools import islice, pairwise, product, takewhile

from mock_model.api.functions import parameters, required
from mock_model.api.schemas import fits
from mock_model.sentences.lists import CURRENCIES, NUMBERS, SMALL, phrases
from mock_model.sentences.reading import content
from mock_model.sentences.words import spaced, words
from mock_model.tasks.filling import Source
from mock_model.tasks.placing import placed
from mock_model.tasks.plausible import plausible
from mock_model.tasks.taking import asking, kind_of, taken, valued

heard = partial(phrases, file="tools.txt")
QUOTED = re.compile(r"(?<!\w)[\"“'‘]([^\"“”‘’]+?)[\"”'’](?!\w)")
AFTER = re.compile(r"\b(?:in|for|of|from|to|at|about|(?<!turn )(?<!switch )on(?! the))(?: the)? ((?:[^\W\d_]+\s?)+)")
ALSO = re.compile(
    r"(?:(?:, (?:and )?| and )(?:the )?[^\W\d_]+(?= and |\s*(?:[,.?!]|\Z)))+"
)  # further values of one kind
FILE = re.compile(r"(?<![\w@/])(?:~?[\w.-]*[/\\])+[\w./\\-]*\w|(?<![\w@.])\w[\w-]*\.[A-Za-z]\w{0,5}\b")
CURRENCY = re.compile(rf"\b(?:{'|'.join(map(re.escape, sorted(CURRENCIES)))}|(?-i:[A-Z]{{3}}))\b", re.I)
BEFORE = {"from": {"from", "between"}, "to": {"to", "into", "until", "till"}}
MOST = 8  # calls


def arguments(
    function: dict, asked: str, source: Source | None = None, forced: bool = False
) -> tuple[list, str | None]:
    """The arguments of a call for each of several values, and the first required one that nobody said."""
    known, root, strict = parameters(function), function.get("parameters") or {}, forced or function.get("strict")
    listed = "|".join(re.escape(str(v)) for spec in known.values() for v in spec.get("enum") or () if v) or "(?!)"
    rest = re.sub(rf"\b(?:{listed})\b", " ", asked, flags=re.IGNORECASE)  # what is on a list is no name
    options, marked, chosen, given = {}, {}, {}, set()
    for name, spec in known.items():
        facts = (
            source and source.facts is not None and kind_of(spec) == "array"
        )  # which are not the words of the request
        found = [] if facts else _offered(spaced(name), spec, asked if spec.get("enum") else rest)
        found = [value for value in found if {"enum", "const"} & spec.keys() or plausible(spaced(name), value, asked)]
        options[name] = [value for value in found if not strict or fits(value, spec["whole"], root)]
        marked[name] = _beside(name, spec, options[name], asked)
    at = placed(known, asked)
    surely = {name: value for name, (value, sure) in at.items() if sure and not isinstance(value, str)}
    for name, values in options.items():  # a number that surely belongs elsewhere
        elsewhere = [value for other, value in surely.items() if other != name and value != surely.get(name)]
        options[name] = [value for value in values if value not in elsewhere]
        marked[name] = [value for value in marked[name] if value in options[name]]
    for name, (value, sure) in at.items():
        if (sure or not options[name]) and (not strict or fits(value, known[name]["whole"], root)):
            options[name] = options[name] if value in options[name] else [value]
            marked[name] = marked[name] or [value]
    may_lack = [n for n in known if not marked[n] and (n not in required(function) or known[n]["least"] is None)]
    claimed = {repr(value) for name in known if name not in may_lack for value in options[name]}
    options |= {name: [value for value in options[name] if repr(value) not in claimed] for name in may_lack}
    for name in sorted(known, key=lambda name: (not marked[name], name not in required(function))):
        others = {repr(value) for other in known if other != name for value in options[other]}  # share theirs out
        free = [value for value in marked[name] + options[name] if repr(value) not in given]
        chosen[name] = options[name] if others.isdisjoint(map(repr, options[name])) else free[:1]
        given.update(map(repr, chosen[name]))
    looked = required(function) or known if forced else required(function)  # a form whose parts have all a default
    after_results = forced and source is not None and source.messages[-1]["role"] == "tool"
    answered = placed(known, source.asked) if after_results else {}
    for name in [name for name in answered if not chosen[name] and name in looked]:
        chosen[name] = [answered[name][0]] if fits(answered[name][0], known[name]["whole"], root) else []
    for name, least in ((name, known[name]["least"]) for name in looked if not chosen[name]):
        left = _said(spaced(name), known[name], asked, source) if source and (forced or least is not None) else ()
        free = (v for v in left if repr(v) not in given and (not strict or fits(v, known[name]["whole"], root)))
        must = name in required(function) and (forced or least is None)  # which may be null
        chosen[name] = list(islice(free, 1)) or [least] * must
    whole = {name: chosen[name] for name in known if chosen[name]}
    calls = [dict(zip(whole, call, strict=True)) for call in islice(product(*whole.values()), MOST)]
    return calls, next((name for name in required(function) if name not in whole), None)


def _beside(name: str, spec: dict, options: list, asked: str) -> list:
    """The values beside the words of a parameter itself: "from Rome" for origin, "3 nights" for nights."""
    near, pairs = telling(name) | telling(spec["description"]), list(pairwise(words(asked)))
    before = near.union(*(BEFORE[end] for end in BEFORE if heard(end).search(spaced(name))))
    beside = [w.low for w, after in pairs if after.base in near] + [w.low for one, w in pairs if one.low in before]
    beside += [str(int(NUMBERS[low])) for low in beside if low in NUMBERS]
    led = "|".join(map(re.escape, before)) or "(?!)"  # "from account DE-11"
    return [
        value
        for value in options
        if str(value).lower().split(" ")[0] in beside
        or re.search(rf"\b(?:{led})(?: \w+)? {re.escape(str(value))}(?!\w)", asked, re.I)
    ]


def _said(name: str, spec: dict, asked: str, source: Source) -> Iterator:
    """What was said for a parameter: a field of a result that has its name, what "there" meant last, what is found."""
    fields = [one.text.partition(": ") for one in reversed(source.said) if one.role == "tool"]
    for key, _, value in fields:
        if value and telling(name) and telling(name) <= telling(key):
            yield from [value] if kind_of(spec) == "string" else taken(spec, asking(spec, name)[0], value)
    earlier = [one.text for one in reversed(source.said) if one.role == "user" and one.text not in asked]
    for text in earlier if kind_of(spec) == "string" and heard("earlier").search(asked) else ():
        yield from _offered(name, spec, text)
    yield from source.values(spec["whole"], (name,))


def _offered(name: str, schema: dict, text: str) -> list:
    """All values that a request gives for a parameter, in order; of texts also names and what it quotes, searches or sends."""
    asked, kind, found, quoted = asking(schema, name), kind_of(schema), valued(text), QUOTED.findall(text)
    if kind == "array":
        inner = _offered(name.removesuffix("s"), schema["items"] if isinstance(schema.get("items"), dict) else {}, text)
        return [inner] if inner else []
    if kind == "string" and not schema.get("enum") and (shown := _of_form(name, schema, text)):
        return shown
    question = next((one for one in asked if one.wanted), asked[0])
    if kind != "string" or schema.get("enum") or (question.wanted and "name" not in question.wanted):
        return taken(schema, question, text)
    if heard("worded").fullmatch(name) or heard("worded").fullmatch(schema.get("description", "").rstrip(".")):
        plain = heard("object").sub("", heard("opening").sub("", text)).strip(" ,:.?!") or text
        return quoted[:1] or [plain + "?" * (text.rstrip().endswith("?") and bool(heard("whole").fullmatch(name)))]
    shown = [value for kind, value in found if kind in ("name", "address")]
    names = list(dict.fromkeys(next((quote for quote in quoted if one in quote), one) for one in shown))
    if len(names) == 2 and ", ".join(names) in text:  # "Paris, France" is one place
        names = [", ".join(names)]
    return names or quoted or _after(text, found)


def _of_form(name: str, schema: dict, text: str) -> list[str]:
    """What has the form that a parameter wants: a grammar, that of a file or a currency, a code after its own name."""
    code = rf"(?<=\b{re.escape(name.split(' ')[-1])} )[\w-]*\d[\w-]*"
    forms = (
        (True, schema.get("grammar")),
        (heard("file").search(name), FILE),
        (heard("currency").search(name), CURRENCY),
        (True, code),
    )
    return list(
        dict.fromkeys(one[0] for wanted, form in forms if wanted and form for one in re.finditer(form, text) if one[0])
    )


def _after(text: str, found: list[tuple[str, str]]) -> list[str]:
    """What follows a preposition in small letters: "the weather in paris and rome tomorrow"."""
    stops = SMALL | {word for _, value in found for word in value.lower().split()}
    for run in AFTER.finditer(text):
        if first := " ".join(takewhile(lambda word: word.lower() not in stops, run[1].split())):
            more = ALSO.match(text, run.start(1) + len(first))
            return [
                first,
                *(word for word in re.findall(r"[^\W\d_]+", more[0] if more else "") if word.lower() not in stops),
            ]
    return []


def telling(text: str) -> frozenset[str]:
    """The base forms of the words in a name or description that say what it is about."""
    return frozenset(b for b in content(words(spaced(text))) if b.isalpha() and not heard("general").fullmatch(b))
