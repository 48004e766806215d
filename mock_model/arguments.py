"""Arguments: the values that a request gives for the parameters of a function, read by their type and name.

Nothing is invented: what the request does not say is missing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import islice, product

from mock_model import lexicon as lx
from mock_model.language import Word, join, lemma, words
from mock_model.phrases import is_name
from mock_model.values import TIMES, values

MOST_CALLS = 8
GENERAL = frozenset(  # words that say nothing about what a function is for
    w.lemma
    for w in words(
        "get fetch return returns give gives find look up current currently information data value values user given"
        " tool function list show tell use call api a the new by name one default string number optional required set"
    )
)
WISH = re.compile(r"^\W*(?:please\b|(?:i|we)(?:(?:'d| would) like| want| need)\b|let me know\b|let's\b|can we\b)", re.I)
POLITE = re.compile(
    r"^\W*(?:(?:please|now|then|and|so|ok|okay|hi|hello|hey|great|also|(?:could|can|would|will) you)\b[\s,:!.]*)+",
    re.I,
)
OBJECT_OF = re.compile(  # what stands before the object of a request: "search the docs for", "remind me to"
    r"(?:to )?(?:(?:search|look|find|google)\b(?:.*?\b(?:for|about|up)\b)?"
    r"|(?:set|create|add|make) an? \w+ (?:to|for|about|that|saying)\b|remind me (?:to|of|about|that)\b"
    r"|(?:send|translate|save|write(?: down)?|add|remember|calculate|compute|note)\b(?: (?:me|that|a note))*)",
    re.I,
)
EARLIER = re.compile(r"\b(?:there|here|it|that|home|my (?:city|town|place))\b", re.I)
FROM = re.compile(r"from|origin|source|start|depart|sender|check_?in")
TO = re.compile(r"(?:^|_)to(?:_|$)|dest|target|end|arriv|recipient|until|check_?out")
TIMED = re.compile(r"date|day|time|when|month|year|deadline|check_?(?:in|out)|until|due")
CODED = re.compile(r"(?:^|_)(?:id|code|number|order|ticket|key|ref|sku|phone|zip)(?:$|_)")
WORDED = re.compile(
    r"query|text|question|expression|search|input|prompt|message|content|body|note|title|subject|description|topic|keyword"
)


def arguments(function: dict, asked: str, users: Sequence[str] = ()) -> tuple[list[dict], str | None]:
    """The arguments of each call, and the first required one that the request does not give.

    Several values for one parameter ("Paris and Rome") give a call each; parameters that could take the same value
    share them out. users are the texts of all user messages, for "there" and "at home".
    """
    known = parameters(function)
    rest = _without(asked, [str(e) for spec in known.values() for e in spec.get("enum") or ()], function["name"])
    options = {name: _options(name, spec, asked if "enum" in spec else rest, users) for name, spec in known.items()}
    chosen: dict[str, list] = {}
    taken: set[str] = set()
    for name in sorted(
        options, key=lambda n: (not _hinted(n, known[n], options[n], asked), n not in required(function))
    ):
        mine = {str(v) for v in options[name]}
        rivals = any(mine & {str(v) for v in options[other]} for other in options if other != name)
        free = [v for v in options[name] if not rivals or str(v) not in taken]
        best = (_hinted(name, known[name], free, asked) or free)[:1] if rivals else free
        if best:
            chosen[name] = best
            taken |= {str(v) for v in best}
        elif name in required(function) and "null" in (known[name].get("type") or ()):
            chosen[name] = [None]
    missing = next((name for name in required(function) if name not in chosen), None)
    names = [name for name in known if name in chosen]
    calls = islice(product(*(chosen[name] for name in names)), MOST_CALLS)
    return [dict(zip(names, given, strict=True)) for given in calls], missing


def offered(name: str, spec: dict, asked: str) -> list:
    """All values that a text gives for one parameter, in their order."""
    return _options(name, spec, asked, ())


def parameters(function: dict) -> dict[str, dict]:
    """The parameters of a function, each with its schema."""
    listed = (function.get("parameters") or {}).get("properties")
    return {n: s for n, s in listed.items() if isinstance(s, dict)} if isinstance(listed, dict) else {}


def required(function: dict) -> list[str]:
    """The names of the parameters that must be given."""
    listed = (function.get("parameters") or {}).get("required")
    return [name for name in listed if isinstance(name, str)] if isinstance(listed, list) else []


def kind_of(spec: dict) -> str:
    """The type of a parameter: "string" for ["string", "null"] and where none is said."""
    kind = spec.get("type", "string")
    return next((k for k in kind if k != "null"), "string") if isinstance(kind, list) else str(kind)


@lru_cache(maxsize=256)
def telling_words(text: str) -> frozenset[str]:
    """The lemmas of the words in a name or description that say what a function is for."""
    parts = re.sub(r"(?<=[a-z])(?=[A-Z])|[_-]", " ", text)
    return frozenset(
        w.lemma for w in words(parts) if w.low not in lx.SMALL and w.lemma not in GENERAL and w.text[0].isalpha()
    )


def _without(asked: str, listed: Sequence[str], name: str) -> str:
    """A request without the values of lists, and without a first word that only names the function."""
    first = words(asked)[:1]
    if first and first[0].lemma in telling_words(name) and not OBJECT_OF.match(asked):
        asked = asked[len(first[0].text) :]
    for value in listed:
        asked = re.sub(rf"\b{re.escape(value)}\b", " ", asked, flags=re.I)
    return asked


def _hinted(name: str, spec: dict, options: Sequence, asked: str) -> list:
    """Those values that stand beside a word of the parameter: "from Rome" for origin, "3 nights" for nights."""
    near = {lemma(part) for part in re.split(r"[_\W]+", name.lower()) if part} - lx.PREPOSITIONS
    near |= telling_words(str(spec.get("description") or ""))
    before = near | ({"from", "between"} if FROM.search(name) else set())
    before |= {"to", "into", "until", "till"} if TO.search(name) else set()
    spoken, texts, numbers = words(asked), set(), set()
    for n, word in enumerate(spoken):
        follows = n and {spoken[n - 1].low, spoken[n - 1].lemma} & before
        if follows or (n + 1 < len(spoken) and spoken[n + 1].lemma in near):
            texts.add(word.text.lower())
            numbers.add(_as_number(word))
    firsts = [(option, "".join(str(option).lower().split()[:1])) for option in options]
    return [o for o, first in firsts if first in texts or (isinstance(o, (int, float)) and o in numbers)]


# ---- by type ----


def _options(name: str, spec: dict, asked: str, users: Sequence[str]) -> list:
    """The values that a request gives for one parameter, in their order."""
    kind, low = kind_of(spec), name.lower()
    if spec.get("enum"):
        at = {str(e): _place(str(e), asked) for e in spec["enum"]}
        return sorted((e for e in spec["enum"] if at[str(e)] is not None), key=lambda e: at[str(e)])
    if kind == "array":
        items = spec.get("items")
        found = _options(name.rstrip("s"), items if isinstance(items, dict) else {}, asked, users)
        return [found] if found else []
    if kind in ("integer", "number"):
        return [int(n) if kind == "integer" or n.is_integer() else n for n in _numbers(asked, years="year" in low)]
    if kind == "boolean":
        return _truth(low, asked)
    if kind != "string":
        return []
    found = _strings(low, asked)
    if not found and EARLIER.search(asked):  # "the weather there": what an earlier message names
        found = next((o for said in reversed(users[:-1]) if (o := _strings(low, said))), [])[:1]
    return found


def _place(value: str, asked: str) -> int | None:
    """Where in a request a value of a list is named."""
    wanted = [w.lemma for w in words(re.sub(r"[_-]", " ", value))]
    spoken = [w.lemma for w in words(asked)]
    return next((n for n in range(len(spoken)) if wanted and spoken[n : n + len(wanted)] == wanted), None)


def _as_number(word: Word) -> float | None:
    if word.low in lx.NUMBER_WORDS:
        return None if word.low in ("no", "single", "once", "twice") else float(lx.NUMBER_WORDS[word.low])
    digits = re.fullmatch(r"[$€£¥#+]?\s?(\d[\d,]*(?:\.\d+)?)(k?)[%°a-z]*", word.low)
    return float(digits[1].replace(",", "")) * (1000 if digits[2] else 1) if digits else None


def _numbers(asked: str, years: bool) -> list[float]:
    """The numbers of a request, without those in dates and times."""
    spoken = tuple(words(asked))
    kinds = TIMES - {"year"} if years else TIMES
    timed = {n for v in values(spoken) if v.kind in kinds for n in range(v.start, v.end)}
    found: list[float] = []
    for n, word in enumerate(spoken):
        number = _as_number(word)
        before = spoken[n - 1].low if n else ""
        if number is not None and n not in timed and not (word.low == "one" and before in ("which", "this", "that")):
            found.append(-number if before == "minus" or (before == "-" and word.glued) else number)
    return found


def _truth(name: str, asked: str) -> list[bool]:
    """True where the request names the thing, False where it names it with "no" or "without"."""
    spoken = words(asked)
    wanted = {lemma(p) for p in re.split(r"[_\W]+", name)} - {"is", "be", "has", "have", "include", "with", "want"}
    place = next((n for n, w in enumerate(spoken) if w.lemma in wanted), None)
    if place is None:
        return []
    return [not any(w.low in ("no", "not", "without", "never") for w in spoken[max(0, place - 3) : place])]


def _strings(name: str, asked: str) -> list[str]:
    """The texts that a request gives for a parameter of this name."""
    quoted = [a or b for a, b in re.findall(r"[\"“]([^\"”]+)[\"”]|(?<!\w)['‘]([^'’]+)['’](?!\w)", asked)]
    if TIMED.search(name):
        return _times(name, asked)
    if re.search("email|recipient", name) or (name == "to" and "@" in asked):
        return re.findall(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+", asked) or _names(asked)
    if re.search(r"url|link", name):
        return re.findall(r"https?://[^\s<>\"']+", asked)
    if CODED.search(name):
        return quoted or [w.text for w in words(asked) if re.search(r"\d", w.text)]
    if WORDED.search(name):
        return quoted[:1] or _object(asked)
    names = _names(asked)
    kind = [w.text for w in words(asked) if any(lemma(p) in lx.KIND_OF.get(w.low, ()) for p in name.split("_"))]
    return quoted or (names if any(k in n for k in kind for n in names) else kind or names) or _after_preposition(asked)


def _times(name: str, asked: str) -> list[str]:
    """Dates for a date, clock times for a time, both together for a "when"."""
    spoken = tuple(words(asked))
    found = [v for v in values(spoken) if v.kind in TIMES | {"ordinal"}]
    clocks = [v for v in found if v.kind == "clock"]
    if re.search(r"datetime|when", name) and found:
        return [join(spoken[found[0].start : found[-1].end])]
    if "time" in name and "date" not in name and clocks:
        found = clocks
    elif "time" not in name:
        found = [v for v in found if v.kind != "clock"]
    return [join(spoken[v.start : v.end]) for v in found]


def _names(asked: str) -> list[str]:
    """The names in a request, the words of one name together: ["New York", "Rome"]."""
    spoken = words(asked)
    found: list[list[str]] = []
    before = -2
    for n, word in enumerate(spoken):
        if is_name(word, n == 0) and word.low not in lx.SMALL and not re.search(r"\d", word.text):
            if before != n - 1:
                found.append([])
            found[-1].append(re.sub(r"['’]s$", "", word.text))
            before = n
    names = list(dict.fromkeys(" ".join(part) for part in found))
    together = ", ".join(names)  # "Paris, France" is one place
    return [together] if len(names) == 2 and together in asked else names


def _after_preposition(asked: str) -> list[str]:
    """What follows "in", "for", "of" …, where no name has a capital: "the weather in paris"."""
    spoken = tuple(words(asked))
    timed = {n for v in values(spoken) for n in range(v.start, v.end)}
    stops = [n for n, w in enumerate(spoken) if not w.text.isalpha() or w.low in lx.SMALL | {"home"} or n in timed]
    for n, word in enumerate(spoken):
        if word.low in ("in", "for", "of", "from", "to", "at", "about"):
            end = next((stop for stop in stops if stop > n), len(spoken))
            if end > n + 1:
                return [join(spoken[n + 1 : end])]
    return []


def _object(asked: str) -> list[str]:
    """What a request is about: "hotels in Rome" in "Please search the web for hotels in Rome."."""
    bare = POLITE.sub("", WISH.sub("", asked, count=1), count=1).strip(" .?!")
    verb = OBJECT_OF.match(bare)
    rest = bare[verb.end() :].strip(" :") if verb else bare
    return [rest or bare] if bare else []
