"""What is expected of every long talk: that the model is asked, by its name, and has read what is no longer sent."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from common import MODEL

from ..engine.criteria import Message, NotYet, NoUse, Scene
from . import hints
from .summary_server import TalkServer
from .told_facts import spoken

OWN_ERRORS = (NameError, AttributeError, TypeError, LookupError)  # of the code itself, whatever the server did
MESSAGE_KEYS = {"role", "content", "name"}  # of plain messages in a request


def only(scene: Scene, *titles: str) -> Scene:
    """What a scene shows under these titles, the newest of each: more would bury what is said about it."""
    newest = {shown.title: shown for shown in scene.shown if shown.title in titles}
    return Scene(list(newest.values()))


def was_raised_for(problem: NotYet) -> bool:
    """Whether an error that came out of a learner's code is about a call that failed, not about the code itself."""
    return isinstance(problem.__cause__, Exception) and not isinstance(problem.__cause__, OWN_ERRORS)


@contextmanager
def beside_the_point() -> Iterator[None]:
    """What is wrong here is to be mended first, but says nothing about the criterion that is judged."""
    try:
        yield
    except NotYet as problem:
        problem.judged = False
        raise
    except NoUse as stop:
        stop.problem.judged = False
        raise


def expect_asked(scene: Scene, asked: object, text: str, sent: Sequence[Sequence[Message]]) -> None:
    """Expect that the model was asked, by a request that ends with the question as it is."""
    ends = [said for request in sent for role, said in spoken(request[-1:]) if role == "user"]
    other = next((end for end in ends if re.findall(r"\w+", end) == re.findall(r"\w+", text)), "")
    scene.expect(
        asked,
        f"The question was {text!r:.80}, and it was sent as {other!r:.80}."
        if other
        else "The model was never asked: no request ends with the question.",
        why="The model should read what the user has written, blanks and line ends too: in code, say, they matter."
        if other
        else "The model answers the last message of a request. Everything else is what it may look up.",
        hint=hints.QUESTION_CHANGED if other else hints.NOT_ASKED,
    )


def expect_model(scene: Scene, server: TalkServer, first: int, end: int) -> None:
    """Expect that the requests from number `first` on, up to `end`, name MODEL."""
    for model, asks in zip(server.models[first:end], server.asks[first:end], strict=True):
        scene.expect(
            model == MODEL,
            f"A request{'' if asks else ' for a summary'} names the model {model!r}. MODEL of common is {MODEL!r} here.",
            why="Which model answers is set in one place. The server of somebody who uses another one does not have yours.",
            hint=hints.MODEL_OF_A_QUESTION if asks else hints.MODEL_OF_A_SUMMARY,
        )


def expect_model_in_each_turn(talk: Any, asked: str) -> None:
    """Expect that every request of a talk names MODEL, also what was sent behind its last turn. `asked`: what is shown."""
    first = 0
    for turn in talk.turns:
        expect_model(only(turn.scene, asked), talk.server, first, first + len(turn.sent))
        first += len(turn.sent)
    expect_model(only(talk.scene, asked), talk.server, first, len(talk.server.models))


def expect_messages(scene: Scene, messages: Any, what: str) -> None:
    """Expect a list of plain messages: dicts with a role and a text, and nothing else."""
    scene.expect(
        isinstance(messages, list),
        f"{what} should be a list of messages, but it is {type(messages).__name__}.",
        why="A list of messages is what the model can be sent.",
        hint=hints.NO_LIST,
    )
    odd = [
        m
        for m in messages
        if not (isinstance(m, dict) and set(m) == {"role", "content"} and isinstance(m["content"], str))
    ]
    scene.expect(
        not odd,
        f"Every message should be a dict with a role and a text, but {what} has {odd[:1]!r:.200}.",
        why="The model's own message object holds more than was said (its reasoning, empty fields), "
        "and what is kept is sent, and paid for, again and again.",
        hint=hints.MESSAGE_OBJECT,
    )


def expect_note_of_the_model(scene: Scene, written: Sequence[str | None], sent: Sequence[Message]) -> None:
    """Expect that something of what the model wrote for a summary, if it did, is sent."""
    numbers = re.findall(r"note (\d{5})", " ".join(text or "" for text in written))
    scene.expect(
        not numbers or any(number in str(sent) for number in numbers),
        f"The model wrote a summary, with note {', '.join(numbers)} in it. What was sent with the question has nothing of it.",
        why="What stands for the old turns should come from somebody who has read them. Code that picks what it knows finds only "
        "that.",
        hint=hints.NOT_THE_MODELS_SUMMARY,
    )


def expect_all_read(scene: Scene, old: Sequence[tuple[str, str]], requests: Sequence[Sequence[Message]]) -> None:
    """Expect that what is no longer sent is in the requests for a summary, whatever signs stand between its words."""
    read = "\n".join(text for request in requests for _, text in spoken(request))
    between = r"(?:\\[nrt]|\W)+"
    unread = [(role, text) for role, text in old if not re.search(between.join(re.findall(r"\w+", text)), read)]
    role, text = unread[0] if unread else ("", "")
    scene.expect(
        not unread,
        f"Of {len(old)} messages that are no longer sent, the model did not get {len(unread)} for the summary. The first of them "
        f"was said by the {role}: {text!r:.80}",
        why="What nobody has read is in no summary. It is lost for ever.",
        hint=hints.UNREAD,
    )
