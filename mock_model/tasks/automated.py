"""Automated messages: a program's word that a reply was refused, or that another agent takes over; the question before stands."""

from __future__ import annotations

import re
from collections.abc import Sequence

from mock_model.api.functions import required, results, turn_of
from mock_model.sentences.kinds import is_verb
from mock_model.sentences.lists import phrases
from mock_model.sentences.reading import FIRST, is_question, sentence_of
from mock_model.sentences.transcript import text_of
from mock_model.sentences.words import sentences, spaced, words

FILE = "tools.txt"
STRONG = ("system", "developer")
DESCRIBED = re.compile(r"(['\"])([\w -]{1,60})\1\s*:\s*(['\"])(.{1,300}?)\3(?=\s*[,}])")  # a name, and what it is for
AUTOMATED = re.compile(
    r"\w[^\n]{1,200}:\s.*(?:\bfix the errors and try again\.?|</[\w:.-]+>)", re.I | re.S
)  # no person writes so
LEAST = 3  # words that tell something
MOST = 3  # times that a function is called with the same arguments because it says so


def question_again(body: dict) -> list[dict]:
    """The messages without those at their end by which a program says that a reply was refused, or who takes over.

    A reply that was refused goes with it. Nothing is left out where no user's message would remain, and nothing that
    tells or asks something: only a reply in a form can be refused, and only what waits for an answer taken over.
    """
    said = list(body["messages"])
    while said and said[-1]["role"] == "user" and any(m["role"] == "user" for m in said[:-1]):
        text = text_of(said[-1]).strip()
        if phrases("taken over", FILE).fullmatch(text) and _waits(said[:-1], body):
            said.pop()
        elif _is_refusal(text, said[:-1], body):
            said.pop()
            notes = len(said)
            while notes and said[notes - 1]["role"] in STRONG:
                notes -= 1
            if notes and said[notes - 1]["role"] == "assistant" and not said[notes - 1].get("tool_calls"):
                del said[notes - 1]
        else:
            break
    return said


def _waits(before: Sequence[dict], body: dict) -> bool:
    """Whether a question waits, or one was handed on, so that somebody may take it over."""
    if before[-1]["role"] == "user":
        return any(
            is_question(one) or any(is_verb(w.base) for w in words(one)[:1]) for one in sentences(text_of(before[-1]))
        )
    functions = [tool["function"] for tool in body.get("tools") or () if tool["type"] == "function"]
    return any(map(hands_on, functions)) or any(hands_to(name) for _, name, _ in results(before))


def _is_refusal(text: str, before: Sequence[dict], body: dict) -> bool:
    """Whether a text is a program's word that the reply before it was refused, and tells and asks nothing."""
    whole = AUTOMATED.fullmatch(text) and before[-1]["role"] in ("assistant", *STRONG)
    return bool(phrases("reply refused", FILE).match(text) and (whole or _in_form(before, body))) and not _speaks(text)


def _in_form(before: Sequence[dict], body: dict) -> bool:
    """Whether the reply that is said to be refused was one in a form, which a program can check."""
    reply = next((text_of(m) for m in reversed(before) if m["role"] == "assistant"), "")
    form = (body.get("response_format") or {"type": "text"})["type"] != "text"
    return form or bool(body.get("tools")) or bool(re.match(r"\s*(?:```\w*\s*)?[\[{]", reply))


def _speaks(text: str) -> bool:
    """Whether a user speaks in what may be a program's word: asks something, or tells of himself."""
    return any(
        is_question(one) or not (FIRST - {"user", "user's"}).isdisjoint(sentence_of(one).low) for one in sentences(text)
    )


def hands_on(function: dict) -> bool:
    """Whether calling a function hands the conversation to another agent or to a person: "transfer_to_billing"."""
    return not required(function) and bool(phrases("handing on", FILE).fullmatch(spaced(function["name"])))


def hands_to(name: str) -> bool:
    """Whether a function of this name hands on to whoever its argument names: "handoff"."""
    return bool(phrases("hands to", FILE).fullmatch(spaced(name)))


def asks_on(function: dict) -> bool:
    """Whether a function is another agent: it hands on, or all that it needs is what that one is asked."""
    needed = required(function)
    return hands_on(function) or (len(needed) == 1 and bool(phrases("whole", FILE).fullmatch(spaced(needed[0]))))


def explained(functions: Sequence[dict], messages: Sequence[dict]) -> list[dict]:
    """The functions, those that hand on with what the instructions say of where they lead, and without what all of them say."""
    strong = [one for m in messages if m["role"] in STRONG for one in sentences(text_of(m))]
    only = sum(map(hands_on, functions)) == 1
    return [_explained(function, strong, only) if hands_on(function) else function for function in functions]


def _explained(function: dict, instructions: Sequence[str], only: bool) -> dict:
    handed = phrases("handed", FILE)
    to = handed.sub(" ", spaced(function["name"])).lower().split()
    meant = [s for s in instructions if (to and all(word in s.lower() for word in to)) or (only and handed.match(s))]
    return {
        **function,
        "description": " ".join(handed.sub(" ", one) for one in (function.get("description") or "", *meant)),
    }


def destinations(function: dict) -> dict[str, str]:
    """Those to whom a function can hand on, where its description names each with what it is for: {'meter': 'Measures …'}."""
    if not hands_to(function["name"]):
        return {}
    return {name: about for _, name, _, about in DESCRIBED.findall(function.get("description") or "")}


def taken_over(messages: Sequence[dict], functions: Sequence[dict]) -> list[dict]:
    """The messages up to the question, where all that was called since handed it to whoever is asked now."""
    offered = {function["name"] for function in functions}
    turn = list(results(messages))
    names = {name for _, name, _ in turn}
    if turn and names.isdisjoint(offered) and all(map(hands_to, names)):
        return list(messages[: len(messages) - len(turn_of(messages))])
    return list(messages)


def not_handed_on(functions: Sequence[dict], messages: Sequence[dict]) -> list[dict]:
    """The functions without one by which the turn was handed on already, to whoever is asked now: "handoff(to_agent)"."""
    done = {name for _, name, _ in results(messages) if hands_to(name)}
    return [function for function in functions if function["name"] not in done]


def acts(function: dict) -> bool:
    """Whether a function does something rather than tells something: its name begins with "set", "book", "send" …"""
    return bool(phrases("acting", FILE).match(spaced(function["name"]))) and not hands_on(function)


def _only_asks(text: str) -> bool:
    """Whether a result asks for the same call again and tells nothing: an error, or "Busy. Try again."."""
    again = phrases("call again", FILE)
    told = [one for one in sentences(text) if not again.search(one)]
    return bool(again.search(text)) and (
        bool(phrases("failed", FILE).match(text)) or all(len(one.split()) < LEAST for one in told)
    )


def called_again(messages: Sequence[dict]) -> list[tuple[str, dict]]:
    """The calls of the turn whose last result asks for the same call again, unless that was so too often."""
    answered = [((name, given), text_of(message)) for message, name, given in results(messages)]
    last = [
        (call, text) for n, (call, text) in enumerate(answered) if all(call != other for other, _ in answered[n + 1 :])
    ]
    asking = [call for call, text in last if not acts({"name": call[0]}) and _only_asks(text)]
    return [call for call in asking if sum(call == other for other, _ in answered) < MOST]
