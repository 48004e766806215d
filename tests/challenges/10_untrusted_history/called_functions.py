"""Functions that make requests of what strangers wrote: called by hand, and what the offline model replies to their results."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache, lru_cache
from pathlib import Path
from typing import Any
from unittest.mock import patch

import openai

from chat_memory.safety import filenames, instructions, quoting, redaction
from common import OFFLINE_MODEL
from mock_model import MockServer

from ..engine.criteria import Lines, Message, NotYet, Scene
from ..engine.learner_code import Work
from ..engine.told_once import shortened, told_once
from . import hints

MOST_LINES = 8  # of a text that is shown
KINDS = {str: "a text", list: "a list of messages", (str, Path): "a path"}


@contextmanager
def by_hand() -> Iterator[None]:
    """Do without the finished functions of chat_memory.safety, by whatever name they are called."""
    used: list[NotYet] = []

    def refused(*_: object, **__: object) -> None:
        why = "Here you find out what a defence rests on, and what it misses. In your own programs, use the finished ones."
        used.append(NotYet("Your code leaves the work to chat_memory.safety.", (), why, hints.FINISHED))
        raise used[0]

    try:
        with (
            patch.object(quoting, "_closes_or_hides", refused),
            patch.object(instructions, "_orders", refused),
            patch.object(filenames, "sha256", refused),
            patch.object(redaction.Kind, "removed", refused),
        ):
            yield
    finally:
        if used:  # even where the learner's code caught it
            raise used[0] from None


def call(challenge: Work, scene: Scene, name: str, *arguments: Any, kind: type | tuple[type, ...]) -> Any:
    """What a learner's function returns, which must be of this type."""
    function = challenge.get(name)
    with by_hand():
        result = challenge.run(function, name, *arguments)
    if kind is list:
        scene.show("You returned", result)
    with told_once(challenge, name):
        scene.expect(
            isinstance(result, kind),
            f"{name} should return {KINDS.get(kind)}, but it returned {type(result).__name__}.",
            why="Your caller goes on with it.",
            hint=hints.RETURNED_NOTHING,
        )
        odd = [repr(m) for m in result if not is_message(m)] if kind is list else []
        scene.expect(
            not odd,
            f"Something in the list is no message: {shortened(odd[0], 100) if odd else ''}",
            why="What you return is sent to the model as it is.",
            hint=hints.NO_MESSAGE_IN_THE_LIST,
        )
    return result


def is_message(item: object) -> bool:
    return isinstance(item, dict) and isinstance(item.get("role"), str) and isinstance(item.get("content"), (str, list))


@cache
def one_client() -> openai.OpenAI:
    """A client for all that is asked here: to make one takes longer than a request."""
    return MockServer().client()


@lru_cache(maxsize=5_000)
def reply_to(request: str) -> str:
    """The reply to a request, as JSON, which depends on it alone: many files that are checked at once make the same."""
    answer = one_client().chat.completions.create(model=OFFLINE_MODEL, messages=json.loads(request))
    return answer.choices[0].message.content or ""


class Model:
    """The offline model, asked with what a learner's functions returned."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene

    def reply(self, request: list[Message]) -> str:
        hint = hints.NO_MESSAGE
        with self.scene.sent_by_us(why="What you return is sent to the model as it is.", hint=hint):
            try:
                return reply_to(json.dumps(request))
            except TypeError:  # what is in it is no JSON: the client says so in its way
                answer = one_client().chat.completions.create(model=OFFLINE_MODEL, messages=request)
        return answer.choices[0].message.content or ""


def said(role: str, text: str) -> Message:
    return {"role": role, "content": text}


def talk(*texts: str) -> list[Message]:
    """Messages of user and assistant in turns."""
    return [said(("user", "assistant")[i % 2], text) for i, text in enumerate(texts)]


def lines(text: str, mark: str = "") -> Lines:
    """A text, to be shown line by line, without empty ones: of a long text the part with the mark of an order."""
    found = [line for line in text.split("\n") if line.strip()]
    if len(found) <= MOST_LINES + 2:
        return Lines(found)
    at = next((i for i, line in enumerate(found) if mark in line), 0)
    start = max(0, min(at - MOST_LINES // 2, len(found) - MOST_LINES))
    part = found[start : start + MOST_LINES]
    return Lines(["…"] * (start > 0) + part + ["…"] * (start + MOST_LINES < len(found)))


def another_run(challenge: Work) -> Work:
    """The learner's file in a program of its own."""
    return Work(challenge.path, challenge.name)


SYSTEMS = ("You are a helpful assistant.", "You are a patient guide. Be polite.")
GIVEN = "You were given these messages"
REPLY = "The model replied"
