"""A learner's function that talks to the model: facts nobody has told before, and replies that cannot be known beforehand."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any, NamedTuple
from unittest.mock import patch

import httpx2
from hypothesis import strategies as st

import common
from common import MODEL
from mock_model.api.completion import Reply
from mock_model.sentences.transcript import text_of
from mock_model.tasks.reply import NOTED, reply_to

from ..engine.criteria import NotYet, Scene
from ..engine.learner_code import Work
from ..engine.preconditions import let_chance_begin_elsewhere
from ..engine.recording_server import RecordingServer
from . import hints

NAMES = "Biscuit Pepper Olive Juno Basil Clover Tilda Noor Marta Heron Lantern Tundra".split()
THINGS = "flowerpot doormat mailbox bench ladder barrel".split()
DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday".split()
COLOURS = "green purple orange yellow crimson".split()
WORK = "baker nurse carpenter gardener tailor".split()
NUMBERS = [str(number) for number in range(312, 999, 7)]
TOLD = {  # what is told: what is asked, and what can be told
    "My dog is called {}.": ("What is my dog called?", NAMES),
    "My sister's name is {}.": ("What is my sister's name?", NAMES),
    "The project is called {}.": ("What is the project called?", NAMES),
    "The spare key is under the {}.": ("Where is the spare key?", THINGS),
    "Our meeting is on {}.": ("When is our meeting?", DAYS),
    "My favourite colour is {}.": ("What is my favourite colour?", COLOURS),
    "I work as a {}.": ("What do I work as?", WORK),
    "My budget is {} euros.": ("What is my budget?", NUMBERS),
    "My locker number is {}.": ("What is my locker number?", NUMBERS),
}
ASSENT = ("Noted.", "All right.", "I see.", "Good to know.", "Thank you.")
REASONING = "This is what I think before I reply."


ODD = (  # what people write, too; none of it is in the other texts
    "Zoë’s Straße in 京都 is called „Łąkowa“ 🌷, and she says: naïve.",
    "He said \"no\", and then \\n, 100%, {name} and %s: 'yes'.",
    "First line.\n\n   Third line,  with  spaces,\n\tand a tab.",
    "quit",
    "without a capital letter or a full stop",
    " ".join(f"And in room {number} there is a green chair." for number in range(40)),
)


class Fact(NamedTuple):
    """A fact as it is told, the question for it, and the word that only somebody who was told can say."""

    told: str
    asked: str
    word: str


def facts() -> st.SearchStrategy[Fact]:
    """One fact."""
    every = [Fact(told.format(word), asked, word) for told, (asked, words) in TOLD.items() for word in words]
    return st.sampled_from(every)


@st.composite
def said(draw: st.DrawFn, least: int, most: int) -> list[str]:
    """What a user says, turn by turn: a fact, a question for it, a fact, a question … Some of them are said twice."""
    lines: list[str] = []
    for number in range(draw(st.integers(least, most))):
        if number == 0 or (number % 2 == 0 and draw(st.booleans())):
            fact = draw(facts())
        lines.append(fact.asked if number % 2 else fact.told)
    return lines


def simply(body: dict, fits: Any) -> Reply:
    """A reply that is another one in each request, long, and in more than one line."""
    count = len(body["messages"])
    return Reply(f"Nº {count}: »{text_of(body['messages'][-1])[:20]}« …\n\n- {'so it is, ' * 25}\n- it’s {count}.")


def briefly(body: dict, fits: Any) -> Reply:
    """A short reply that is another one in each request."""
    return Reply(f"That is message {len(body['messages'])}.")


class TalkingServer(RecordingServer):
    """The offline model, but assenting in other words each time, and showing its reasoning."""

    def __init__(self, reply_to: Callable[[dict, Any], Reply] | None = None) -> None:
        super().__init__(reply_to=reply_to or in_other_words)
        self.models: list[str] = []  # of each request, the model that it names

    def handle(self, request: httpx2.Request) -> httpx2.Response:
        body = json.loads(request.content) if request.content else {}
        if "messages" in body:
            self.models.append(str(body.get("model")))
        return super().handle(request)


def in_other_words(body: dict, fits: Any) -> Reply:
    """The reply to a request, which still depends on that request alone."""
    reply = replace(reply_to(body, fits), reasoning=REASONING)
    if reply.content != NOTED:
        return reply
    return replace(reply, content=ASSENT[sum(map(ord, text_of(body["messages"][-1]))) % len(ASSENT)])


def expect_model_by_its_name(challenge: Work, name: str, *arguments: Any) -> None:
    """Where MODEL is another model, as with another server, that one is asked."""
    scene, server, other = Scene(), TalkingServer(), "gpt-4o-mini"
    with patch.object(common, "MODEL", other), suppress(NotYet):
        Work(challenge.path, challenge.name).call(name, server.client(), *arguments)
    found = next((model for model in server.models if model != other), None)
    scene.expect(
        found is None,
        f"Where MODEL of common is {other!r}, your request is still for the model {found!r}.",
        why="Who uses another server sets its model in one place. A name that is written out stays behind.",
        hint=hints.NAME_OF_THE_MODEL,
    )


def call_with_client(challenge: Work, scene: Scene, server: TalkingServer, name: str, *arguments: Any) -> Any:
    """Call a learner's function with a client of the server. Another model than MODEL, or a refused list, is explained."""
    let_chance_begin_elsewhere(challenge)
    try:
        returned = challenge.call(name, server.client(), *arguments)
        expect_the_model(scene, server)
        return returned
    except NotYet:
        expect_the_model(scene, server)
        last = server.requests[-1] if server.requests else []
        scene.show("You sent", last)
        scene.expect(
            all(isinstance(message, dict) and isinstance(message.get("content"), (str, list)) for message in last),
            "The server refused the last request: something in it is no message.",
            why="A message is a dict with a role and, as its content, a text. The server takes nothing else.",
            hint=hints.NO_MESSAGE,
        )
        raise


def expect_the_model(scene: Scene, server: TalkingServer) -> None:
    """Each request was for the model MODEL."""
    other = next((model for model in server.models if model != MODEL), None)
    scene.expect(
        other is None,
        f"A request was for the model {other!r}, and not for MODEL, which is {MODEL!r} here.",
        why="Which model answers is set in one place, for all programs: another one may not be there, or cost more.",
        hint=hints.NAME_OF_THE_MODEL,
    )


def spoken(messages: Sequence[Any]) -> list[tuple[str, str]]:
    """Who says what, message by message."""
    return [(str(m.get("role")), str(text_of(m))) if isinstance(m, dict) else ("", str(m)) for m in messages]
