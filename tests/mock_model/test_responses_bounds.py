"""The memory of a server has a bound: what is older than so many others is forgotten, with all that leads to it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import openai
import pytest

from mock_model import MockServer
from mock_model.responses import conversations, kept

MODEL = "offline-model"


@pytest.fixture(autouse=True)
def small_bounds() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(kept, "MOST", 5)
        patch.setattr(kept, "SEEDS", 20)
        patch.setattr(conversations, "MOST", 3)
        patch.setattr(conversations, "LONGEST", 6)
        patch.setattr(conversations, "LEFT", 4)
        yield


def ask(client: openai.OpenAI, given: Any, **options: Any) -> Any:
    return client.responses.create(**{"model": MODEL, "input": given, **options})


def message(text: str) -> dict[str, str]:
    return {"role": "user", "content": text}


def test_the_newest_responses_are_kept_and_the_oldest_is_forgotten() -> None:
    client = MockServer().client()
    made = [ask(client, f"Number {n}.").id for n in range(6)]
    with pytest.raises(openai.NotFoundError):
        client.responses.retrieve(made[0])
    with pytest.raises(openai.BadRequestError, match="Previous response"):
        ask(client, "And?", previous_response_id=made[0])
    assert [client.responses.retrieve(id).id for id in made[1:]] == made[1:]


def test_a_chain_goes_on_beyond_the_bound() -> None:
    client = MockServer().client()
    last = ask(client, "My dog is called Pixel.").id
    for _ in range(8):
        last = ask(client, "Good.", previous_response_id=last).id
    assert "Pixel" in ask(client, "What is my dog called?", previous_response_id=last).output_text


def test_no_two_kept_responses_share_an_id_however_many_there_were() -> None:
    client = MockServer().client()
    made = [ask(client, "Hello" if n % 3 else f"Number {n}.").id for n in range(60)]
    assert len(set(made[-5:])) == 5
    assert all(client.responses.retrieve(id).id == id for id in made[-5:])


@pytest.mark.parametrize("background", [False, True])
def test_what_is_forgotten_or_deleted_leaves_nothing(background: bool) -> None:
    server = MockServer()
    client, found = server.client(), server._serving.kept
    for n in range(50):
        made = ask(client, f"Number {n}.", background=background)
        if n % 3 == 0:
            client.responses.delete(made.id)
        elif n % 3 == 1 and background:
            client.responses.cancel(made.id)
    assert len(found._turns) == 5 and len(found._given) == 20
    assert {owner for owners in found._owners.values() for owner in owners} == found._turns.keys()


def test_what_has_expired_leaves_nothing() -> None:
    now = 0.0
    server = MockServer(clock=lambda: now)
    made = ask(server.client(), "Hello")
    now = kept.RETENTION + 1.0
    with pytest.raises(openai.NotFoundError):
        server.client().responses.retrieve(made.id)
    assert not server._serving.kept._turns and not server._serving.kept._owners


def test_the_conversations_used_last_are_kept() -> None:
    client = MockServer().client()
    ids = [client.conversations.create(items=[message(f"Number {n}.")]).id for n in range(3)]
    ask(client, "Hello", conversation=ids[0])  # used: not the next to go
    ids.append(client.conversations.create().id)
    with pytest.raises(openai.NotFoundError):
        client.conversations.retrieve(ids[1])
    assert [client.conversations.retrieve(ids[n]).id for n in (0, 2, 3)] == [ids[0], ids[2], ids[3]]


def test_the_items_left_behind_are_bounded_too() -> None:
    server = MockServer()
    client = server.client()
    for n in range(10):
        client.conversations.delete(client.conversations.create(items=[message(f"{n}, {m}") for m in range(3)]).id)
    assert len(server._serving.conversations._left) == 4


def test_a_conversation_that_is_full_says_so_and_stays_as_it_is() -> None:
    client = MockServer().client()
    id = client.conversations.create(items=[message(f"Number {n}.") for n in range(5)]).id
    with pytest.raises(openai.BadRequestError, match=r"has 5 items; it can hold 6, so 2 more are too many"):
        client.conversations.items.create(id, items=[message("Six."), message("Seven.")])
    with pytest.raises(openai.BadRequestError, match=r"has 5 items; it can hold 6, so 2 more are too many"):
        ask(client, "Six?", conversation=id)
    assert len(client.conversations.items.list(id).data) == 5
