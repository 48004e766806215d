"""Two counts of the same messages, the learner's and the server's, and what a difference between them tells."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from copy import deepcopy
from functools import cache
from numbers import Integral
from reprlib import repr as shortened
from unittest.mock import patch

import httpx2
import openai

from chat_memory import tokens as finished
from common import OFFLINE_MODEL
from mock_model import MockServer
from mock_model.api import tokens as of_the_server
from mock_model.api.completion import Reply

from ..engine.criteria import Message, Scene
from ..engine.finished_functions import Finished
from ..engine.learner_code import Work
from ..engine.preconditions import beforehand
from . import hints
from .counted_conversations import is_in_parts, parts, said


@cache
def client() -> openai.OpenAI:
    """A client of a server that counts, and does not think about its replies."""
    return MockServer(reply_to=lambda body, fits: Reply("Noted.")).client()


def servers(messages: list[Message]) -> int:
    """What the server reports as usage.prompt_tokens."""
    return client().chat.completions.create(model=OFFLINE_MODEL, messages=messages).usage.prompt_tokens


TOKENS = Finished(
    finished,
    hints.COUNTED_FOR_YOU,
    server=of_the_server,
)


def counted(challenge: Work, messages: list[Message]) -> object:
    """What the learner's function returns."""
    return TOKENS.call(challenge, "count_tokens", messages)


def yours(challenge: Work, messages: list[Message], scene: Scene | None = None) -> int:
    """What the learner's function counts."""
    scene = scene or Scene()
    with beforehand():
        count = counted(challenge, deepcopy(messages))
        expect_a_number(scene, count)
    return int(count)


def expect_a_number(scene: Scene, count: object) -> None:
    """A whole number has come back."""
    scene.expect(
        count is not None,
        "A number was expected, but None came back.",
        why="A budget is kept with this number.",
        hint=hints.NO_RETURN,
    )
    scene.expect(
        not (isinstance(count, float) and count.is_integer()),
        f"A whole number (int) was expected, but {count!r} came back, a float.",
        why="Tokens are pieces, so their number is an int, as the server's is: 18, not 18.0.",
        hint=hints.A_FLOAT,
    )
    scene.expect(
        not isinstance(count, (list, tuple)),
        f"A whole number (int) was expected, but a {type(count).__name__} came back: {shortened(count)}.",
        why="A budget is kept with one number for the whole request.",
        hint=hints.SEVERAL_NUMBERS,
    )
    scene.expect(
        isinstance(count, Integral) and not isinstance(count, bool),
        f"A whole number (int) was expected, but {shortened(count)} came back, of the type {type(count).__name__}.",
        why="The server counts pieces of text out of a fixed list, and there is no half of one.",
        hint=hints.NO_WHOLE_NUMBER,
    )


def expect_equal(
    given: list[Message], came: int, expected: int, what: str, *, why: str, hint: str | Sequence[str]
) -> None:
    """The two counts of what was given are the same."""
    scene = Scene()
    scene.show("You were given", given)
    scene.expect(came == expected, what, why=why, hint=hint)


def for_text(challenge: Work, text: str) -> tuple[int, int]:
    """What a text costs, without what is around it, in the learner's count and in the server's: Hello costs 1."""
    this, hello = [said(text)], [said("Hello")]
    return yours(challenge, this) - yours(challenge, hello) + 1, servers(this) - servers(hello) + 1


def hint_for_texts(counts: dict[str, tuple[int, int]]) -> tuple[str, ...]:
    """The hints for what is wrong with the counts of these texts, of which each is what came and what was expected."""
    if all(abs(came - len(text) / 4) <= 1 or abs(came - len(text)) <= 5 for text, (came, _) in counts.items()):
        return hints.CHARACTERS
    if all(came == len(text.split()) for text, (came, _) in counts.items()):
        return hints.WORDS
    return hints.ALWAYS_ONE if all(came == 1 for came, _ in counts.values()) else hints.BY_ITSELF


def hint_for_names(challenge: Work, added: Sequence[tuple[list[Message], int, int]]) -> str:
    """The question that leads to what is wrong with a count of names: messages, what the name added, what was expected."""
    if any(came for _, came, _ in added):
        over = {came - expected for _, came, expected in added}
        return hints.NAME_OF_THE_FIRST_MODEL if over == {-2} else hints.COST_OF_A_NAME
    if yours(challenge, [said("Hello", name="Ana")]) != yours(challenge, [said("Hello")]):
        return hints.SAME_NAME_TWICE
    return hints.NAME_LEFT_OUT


def hint_for_parts(messages: list[Message], came: int, expected: int) -> str:
    """The question that leads to what is wrong with a count of parts."""
    changed = {
        hints.EQUAL_PARTS: lambda content: list({part["text"]: part for part in content}.values()),
        hints.BLANK_PARTS: lambda content: [part for part in content if part["text"].strip()],
        hints.TYPE_OF_A_PART: lambda content: [piece for part in content for piece in parts(part["text"], "text")],
        hints.JOINED_PARTS: lambda content: "".join(part["text"] for part in content),
        hints.PARTS_WITH_SOMETHING_BETWEEN: lambda content: " ".join(part["text"] for part in content),
        hints.FIRST_PART_ONLY: lambda content: content[:1],
    }
    for hint, change in changed.items():
        if came == servers([m | {"content": change(m["content"])} if is_in_parts(m) else m for m in messages]):
            return hint
    return hints.PARTS_LEFT_OUT if came < expected else hints.MORE_THAN_THE_PARTS


@contextmanager
def requests_noted() -> Iterator[list[httpx2.Request]]:
    """Note every request that any client sends, awaited or not, and let it through."""
    sent: list[httpx2.Request] = []
    send, send_async = httpx2.Client.send, httpx2.AsyncClient.send

    def noting(client: httpx2.Client, request: httpx2.Request, **options: object) -> httpx2.Response:
        sent.append(request)
        return send(client, request, **options)

    async def noting_async(client: httpx2.AsyncClient, request: httpx2.Request, **options: object) -> httpx2.Response:
        sent.append(request)
        return await send_async(client, request, **options)

    with patch.object(httpx2.Client, "send", noting), patch.object(httpx2.AsyncClient, "send", noting_async):
        yield sent
