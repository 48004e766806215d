"""Calls: which of the offered functions a message needs, with which arguments, and what their results say."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import partial
from itertools import islice, pairwise, product, takewhile

from mock_model.api.functions import callable_functions, made, named, parameters, required, results
from mock_model.api.schemas import fits
from mock_model.finding.asking import Question, questions
from mock_model.finding.matching import SHARED, WORTH, ties
from mock_model.finding.ranking import find
from mock_model.finding.saying import said_again
from mock_model.sentences.kinds import is_verb
from mock_model.sentences.lists import NUMBERS, SMALL, phrases
from mock_model.sentences.reading import content, is_question, read, sentence_of
from mock_model.sentences.transcript import text_of
from mock_model.sentences.voice import as_sentence
from mock_model.sentences.words import sentences, spaced, words
from mock_model.tasks.filling import Source
from mock_model.tasks.taking import asking, kind_of, taken, valued
from mock_model.tasks.wording import rules

heard = partial(phrases, file="tools.txt")
PARTS = re.compile(r"(?<=\w)(?=(?:,? (?:and|then)|[,;]) )")  # where one request may end and another begin
QUOTED = re.compile(r"(?<!\w)[\"“'‘]([^\"“”‘’]+?)[\"”'’](?!\w)")
AFTER = re.compile(r"\b(?:in|for|of|from|to|at|about)(?: the)? ((?:[^\W\d_]+\s?)+)")
BEFORE = {"from": {"from", "between"}, "to": {"to", "into", "until", "till"}}
ENOUGH, ANOTHER = 1.2, 2.0  # that a request shares with a function, and a further part of it with one of its own
MOST = 8  # calls, user messages that are looked back, lines of a result that are told


def calls_for(body: dict) -> tuple[tuple[str, dict], ...]:
    """The calls that the last message needs, or must make: (function name, arguments) each, or nothing."""
    calls = [(name, one) for name, found, missing in _needs(body) if not missing for one in found]
    return tuple(calls[: 1 if body.get("parallel_tool_calls") is False else MOST])


def asks_for(body: dict) -> str | None:
    """The question for the first argument that a needed call lacks, "Which city?", unless the last message asked just that."""
    before = text_of(body["messages"][-2:][0])
    return next((asked for *_, lacks in _needs(body) if lacks and (asked := f"Which {spaced(lacks)}?") != before), None)


def _needs(body: dict) -> list[tuple[str, list[dict], str | None]]:
    """The functions that the last message needs, with the arguments of each call, or with one that is missing."""
    (functions, forced), messages, needs = callable_functions(body), body["messages"], []
    if not functions or messages[-1]["role"] != "user" or not (requests := _requests(messages, functions, forced)):
        return []
    asked, said = text_of(messages[-1]), read(messages[:-1])
    known = [find(question, said) for question in questions(asked)[:MOST]]
    answer = " ".join(said_again(one, said) for one in known if one.sure)
    for text, function, before in requests:
        source = Source(messages, rules(messages), lambda: answer, function.get("parameters") or {})
        calls, missing = _arguments(function, text, None if before else source, forced)
        if missing and text in asked:  # another part of the message may say it
            calls, missing = _arguments(function, asked, source)
        needs.append((function["name"], [before | one for one in calls], None if missing in before else missing))
    if forced or not known or not all(one.told for one in known) or heard("afresh").search(asked):
        return needs
    sure, done = all(one.sure for one in known), list(made(messages))  # is neither done nor asked for once more
    left = [(name, [one for one in calls if (name, one) not in done], lacks) for name, calls, lacks in needs]
    return [need for need in left if need[1] and not (need[2] and sure)]


def _requests(messages: Sequence[dict], functions: list[dict], forced: bool) -> list[tuple[str, dict, dict]]:
    """What the last message asks for: a text, the function for it, and the arguments that an earlier call had."""
    users = [text_of(message) for message in messages if message["role"] == "user"]
    if found := [(*request, {}) for request in islice(_asked(users[-1], functions), MOST)]:
        return found
    follows = heard("follow up").match(users[-1])  # "And in Rome?" after a call, "Paris." after "Which city?"
    for back in range(2, min(len(users), MOST) + 1) if follows or text_of(messages[-2:][0]).endswith("?") else ():
        for text, function in _asked(users[-back], functions):
            done = [call for name, call in made(messages) if name == function["name"]] or _arguments(function, text)[0]
            whole = " for ".join([text.rstrip("?!. "), *users[1 - back :]])
            return [(users[-1], function, done[-1]) if follows else (whole, function, {})]
    return [(users[-1], max(functions, key=lambda one: _shared(one, users[-1])), {})] * forced


def _asked(text: str, functions: list[dict]) -> Iterator[tuple[str, dict]]:
    """The parts of a message that ask for something that a function does, each with the function that fits it best."""
    for sentence in dict.fromkeys(sentences(text)):
        verbs = [is_verb(w.base) for w in words(heard("opening").sub("", sentence)) if w.low != "please"]
        asks = verbs[:1] == [True] or not any(verbs) or is_question(sentence) or heard("wish").match(sentence)
        if not asks or heard("thanks").match(sentence) or Question(sentence).of_assistant:
            continue
        found: list[tuple[str, dict]] = []
        for part in PARTS.split(sentence):
            shared, at = max((_shared(function, part), -n) for n, function in enumerate(functions))
            if shared >= (ANOTHER if found else ENOUGH):
                found.append((part, functions[-at]))
            elif found:
                found[-1] = (found[-1][0] + part, found[-1][1])
        yield from found


def _shared(function: dict, asked: str) -> float:
    """How much a request has in common with a function: 2 for a word of its name, 1 for one of its description."""
    name, described = _telling(function["name"]), _telling(function.get("description") or "")
    described -= name.union(*map(_telling, named(function)))  # "city" speaks for a value, not for the function
    met = (ties(Question(" ".join(sorted(part))), sentence_of(asked)).values() for part in (name, described))
    return sum(weight * WORTH[tie] for weight, found in zip((2, 1), met, strict=True) for tie in found if tie in SHARED)


def _telling(text: str) -> frozenset[str]:
    """The base forms of the words in a name or description that say what it is about."""
    return frozenset(b for b in content(words(spaced(text))) if b.isalpha() and not heard("general").fullmatch(b))


def _arguments(
    function: dict, asked: str, source: Source | None = None, forced: bool = False
) -> tuple[list, str | None]:
    """The arguments of a call for each of several values, and the first required one that nobody said."""
    known, root, strict = parameters(function), function.get("parameters") or {}, forced or function.get("strict")
    listed = "|".join(re.escape(str(v)) for spec in known.values() for v in spec.get("enum") or () if v) or "(?!)"
    rest = re.sub(rf"\b(?:{listed})\b", " ", asked, flags=re.IGNORECASE)  # what is on a list is no name
    options, marked, chosen, given = {}, {}, {}, set()
    for name, spec in known.items():
        found = _offered(spaced(name), spec, asked if spec.get("enum") else rest)
        options[name] = [value for value in found if not strict or fits(value, spec, root)]
        marked[name] = _beside(name, spec, options[name], asked)
    for name in sorted(known, key=lambda name: (not marked[name], name not in required(function))):
        others = {repr(value) for other in known if other != name for value in options[other]}  # share theirs out
        free = [value for value in marked[name] + options[name] if repr(value) not in given]
        chosen[name] = options[name] if others.isdisjoint(map(repr, options[name])) else free[:1]
        given.update(map(repr, chosen[name]))
    for name, least in ((name, known[name]["least"]) for name in required(function) if not chosen[name]):
        left = _said(spaced(name), known[name], asked, source) if source and (forced or least is not None) else ()
        free = (v for v in left if repr(v) not in given and (not strict or fits(v, known[name], root)))
        chosen[name] = list(islice(free, 1)) or [least] * (forced or least is None)  # which may be null
    whole = {name: chosen[name] for name in known if chosen[name]}
    calls = [dict(zip(whole, call, strict=True)) for call in islice(product(*whole.values()), MOST)]
    return calls, next((name for name in required(function) if name not in whole), None)


def _beside(name: str, spec: dict, options: list, asked: str) -> list:
    """The values beside the words of a parameter itself: "from Rome" for origin, "3 nights" for nights."""
    near, pairs = _telling(name) | _telling(spec["description"]), list(pairwise(words(asked)))
    before = near.union(*(BEFORE[end] for end in BEFORE if heard(end).search(spaced(name))))
    beside = [w.low for w, after in pairs if after.base in near] + [w.low for one, w in pairs if one.low in before]
    beside += [str(int(NUMBERS[low])) for low in beside if low in NUMBERS]
    return [value for value in options if str(value).lower().split(" ")[0] in beside]


def _said(name: str, spec: dict, asked: str, source: Source) -> Iterator:
    """What the conversation says for a parameter: what "there" meant last, and what its name or description finds."""
    earlier = [one.text for one in reversed(source.said) if one.role == "user" and one.text not in asked]
    for text in earlier if kind_of(spec) == "string" and heard("earlier").search(asked) else ():
        yield from _offered(name, spec, text)
    yield from source.values(spec, (name,))


def _offered(name: str, schema: dict, text: str) -> list:
    """All values that a request gives for a parameter, in order; of texts also names and what it quotes, searches or sends."""
    asked, kind, found, quoted = asking(schema, name), kind_of(schema), valued(text), QUOTED.findall(text)
    if kind == "array":
        inner = _offered(name.removesuffix("s"), schema["items"] if isinstance(schema.get("items"), dict) else {}, text)
        return [inner] if inner else []
    question = next((one for one in asked if one.wanted), asked[0])
    if kind != "string" or schema.get("enum") or (question.wanted and "name" not in question.wanted):
        return taken(schema, question, text)
    if heard("worded").fullmatch(name) or heard("worded").fullmatch(schema.get("description", "").rstrip(".")):
        return quoted[:1] or [heard("object").sub("", heard("opening").sub("", text)).strip(" ,:.?!") or text]
    names = list(dict.fromkeys(value for kind, value in found if kind in ("name", "address")))
    names = (
        [", ".join(names)] if len(names) == 2 and ", ".join(names) in text else names
    )  # "Paris, France" is one place
    stops = SMALL | {word for _, value in found for word in value.lower().split()}  # "the weather in paris tomorrow"
    after = (" ".join(takewhile(lambda word: word.lower() not in stops, run.split())) for run in AFTER.findall(text))
    return names or quoted or list(islice(filter(None, after), 1))


def from_results(messages: Sequence[dict]) -> str:
    """What the functions said, with what it is for: fields of JSON in words, or lines; of many those that were asked for."""
    asked, said = next((text_of(m) for m in reversed(messages) if m["role"] == "user"), ""), []
    for message, name, given in results(messages):
        first, _, rest = spaced(name).partition(" ")
        about = rest if rest and heard("general").fullmatch(first) else f"result of {spaced(name)}"
        about += " for " * bool(given) + ", ".join(str(value) for value in given.values() if value not in (None, ""))
        lines = [line.strip() for line in text_of(message).splitlines() if line.strip(" []{}")]
        shares = sorted(enumerate(lines), key=lambda line: -len(content(words(asked)) & sentence_of(line[1]).bases))
        told = [line for _, line in sorted(shares[:MOST])]
        if not told or told[0].lower().startswith("error: "):
            said.append(f"There is no {about}" + "".join(line[5:] for line in told[:1]))
        elif not all(": " in line[:42] for line in told) and any(is_verb(word.base) for word in words(told[0])):
            said += told
        else:
            said.append(f"The {about} is: {', '.join(line.replace(': ', ' ', 1).rstrip('.') for line in told)}")
    return " ".join(map(as_sentence, said))
