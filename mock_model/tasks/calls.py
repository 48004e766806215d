"""Calls: which of the offered functions a message needs, and what their results say."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from mock_model.api.functions import callable_functions, made, named, results
from mock_model.finding.asking import Question, questions
from mock_model.finding.matching import SHARED, WORTH, ties
from mock_model.finding.ranking import find
from mock_model.finding.saying import said_again
from mock_model.sentences.kinds import is_verb
from mock_model.sentences.reading import content, is_question, read, sentence_of
from mock_model.sentences.transcript import text_of
from mock_model.sentences.voice import as_sentence
from mock_model.sentences.words import sentences, spaced, words
from mock_model.tasks.arguments import MOST, arguments, heard, telling
from mock_model.tasks.filling import Source
from mock_model.tasks.wording import rules

PARTS = re.compile(r"(?<=\w)(?=(?:,? (?:and|then)|[,;]) )")  # where one request may end and another begin
ENOUGH, ANOTHER = 1.2, 2.0  # that a request shares with a function, and a further part of it with one of its own


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
    answers = (said_again(found, said) for one in questions(asked) if (found := find(one, said)).sure)
    for text, function, before in requests:
        source = Source(messages, rules(messages), lambda: next(answers, ""), function.get("parameters") or {})
        calls, missing = arguments(function, text, None if before else source, forced)
        if missing and text in asked:  # another part of the message may say it
            calls, missing = arguments(function, asked, source)
        needs.append((function["name"], [before | one for one in calls], None if missing in before else missing))
    known = [find(question, said) for question in questions(asked)[:MOST] if not forced]
    if not known or not all(one.told for one in known) or heard("afresh").search(asked):
        return needs
    sure, done = all(one.sure for one in known), list(made(messages))  # is neither done nor asked for once more
    left = [(name, [one for one in calls if (name, one) not in done], lacks) for name, calls, lacks in needs]
    return [need for need in left if need[1] and not (need[2] and sure)]


def _requests(messages: Sequence[dict], functions: list[dict], forced: bool) -> list[tuple[str, dict, dict]]:
    """What the last message asks for: a text, the function for it, and the arguments that an earlier call had."""
    users = [text_of(message) for message in messages if message["role"] == "user"]
    if found := [(*request, {}) for request in list(_asked(users[-1], functions))[:MOST]]:
        return found
    follows = heard("follow up").match(users[-1])  # "And in Rome?" after a call, "Paris." after "Which city?"
    for back in range(2, min(len(users), MOST) + 1) if follows or text_of(messages[-2:][0]).endswith("?") else ():
        for text, function in _asked(users[-back], functions):
            done = [call for name, call in made(messages) if name == function["name"]] or arguments(function, text)[0]
            whole = " for ".join([text.rstrip("?!. "), *users[1 - back :]])
            return [(users[-1], function, done[-1]) if follows else (whole, function, {})]
    return [(users[-1], max(functions, key=lambda one: _shared(one, users[-1])), {})] * forced


def _asked(text: str, functions: list[dict]) -> Iterator[tuple[str, dict]]:
    """The parts of a message that ask for something that a function does, each with the function that fits it best."""
    for sentence in dict.fromkeys(sentences(text)):
        verbs, found = [is_verb(w.base) for w in words(heard("opening").sub("", sentence)) if w.low != "please"], []
        asks = verbs[:1] == [True] or not any(verbs) or is_question(sentence) or heard("wish").match(sentence)
        if not asks or heard("thanks").match(sentence) or Question(sentence).of_assistant:
            continue
        for part in PARTS.split(sentence):
            shared, at = max((_shared(function, part), -n) for n, function in enumerate(functions))
            if shared >= (ANOTHER if found else ENOUGH):
                found.append((part, functions[-at]))
            elif found:
                found[-1] = (found[-1][0] + part, found[-1][1])
        yield from found


def _shared(function: dict, asked: str) -> float:
    """How much a request has in common with a function: 2 for a word of its name, 1 for one of its description."""
    name, described = telling(function["name"]), telling(function.get("description") or "")
    described -= name.union(*map(telling, named(function)))  # "city" speaks for a value, not for the function
    met = (ties(Question(" ".join(sorted(part))), sentence_of(asked)).values() for part in (name, described))
    return sum(weight * WORTH[tie] for weight, found in zip((2, 1), met, strict=True) for tie in found if tie in SHARED)


def from_results(messages: Sequence[dict]) -> str:
    """What the functions said, with what it is for: fields of JSON in words, or lines; of many those that were asked for."""
    asked, said = next((text_of(m) for m in reversed(messages) if m["role"] == "user"), ""), []
    for message, name, given in results(messages):
        first, _, rest = spaced(name).partition(" ")
        about = rest if rest and heard("general").fullmatch(first) else f"result of {spaced(name)}"
        about += " for " * bool(given) + ", ".join(str(value) for value in given.values() if value not in (None, ""))
        lines = [line.strip() for line in text_of(message).splitlines() if line.strip(" []{}")]
        shares = [len(content(words(asked)) & sentence_of(line).bases) for line in lines]
        told = [lines[n] for n in sorted(sorted(range(len(lines)), key=lambda n: -shares[n])[:MOST])]
        more = [f"and {len(lines) - MOST} more lines"] * (len(lines) > MOST)
        if told in ([], ["unknown"]) or told[0].lower().startswith("error: "):
            said.append(f"There is no {about}" + "".join(line[5:] for line in told[:1] if ": " in line))
        elif not all(": " in line[:42] for line in told) and any(is_verb(word.base) for word in words(told[0])):
            said += told + more
        else:
            said.append(f"The {about} is: {', '.join(line.replace(': ', ' ', 1).rstrip('.') for line in told + more)}")
    return " ".join(map(as_sentence, said))
