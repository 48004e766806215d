"""Compaction: what survives it, who can read it, what it costs, and what a chain, a conversation or a resend reads of it."""

from __future__ import annotations

import base64
from typing import Any

import openai
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openai.types.responses import CompactedResponse, Response, ResponseItemList, ResponseStreamEvent
from pydantic import TypeAdapter

from mock_model import MockServer
from mock_model.api.completion import Reply
from mock_model.responses.compaction import Compacted, expanded, held_by

MODEL = "offline-model"
EVENT = TypeAdapter(ResponseStreamEvent)
DOG, CAT = "My dog is called Rex.", "My cat is called Tom."
CODE = "Your booking code is KX-77."
TRIGGER = {"type": "compaction_trigger"}
AT_1000 = [{"type": "compaction", "compact_threshold": 1_000}]
LONG = " ".join(f"Shelf {n} holds box {n * 7} of the old archive." for n in range(110))  # some 1,300 tokens
TOOL = {"type": "function", "name": "weather", "parameters": {"type": "object", "properties": {}}}


def user(text: str) -> dict[str, Any]:
    return {"role": "user", "content": text}


def said(text: str) -> dict[str, Any]:
    return {"role": "assistant", "content": text}


def make(client: openai.OpenAI, items: Any, **options: Any) -> Any:
    return client.responses.create(model=MODEL, input=items, **options)


def plain(items: Any) -> list[dict[str, Any]]:
    """Items of an answer as they are sent back."""
    return [item.to_dict(warnings=False) for item in items]


def summed_up(summary: str = "The user has a dog.", seen: list[str] | None = None) -> MockServer:
    """A server that says yes, and this when it is asked for a summary; `seen` gets the requests for one."""

    def reply(body: dict[str, Any], fits: Any) -> Reply:
        asked = str(body["messages"][0]["content"]).startswith("A conversation has grown long")
        if asked and seen is not None:
            seen.append(body["messages"][-1]["content"])
        return Reply(summary if asked else "Yes.")

    return MockServer(reply_to=reply)


# in a chain


def test_a_conversation_over_the_threshold_is_compacted_before_the_answer() -> None:
    client = MockServer().client()
    small = make(client, DOG, context_management=AT_1000)
    assert [item.type for item in small.output] == ["message"]
    large = make(client, LONG, previous_response_id=small.id, context_management=AT_1000)
    assert [item.type for item in large.output] == ["compaction", "message"]
    after = make(client, "What is my dog called?", previous_response_id=large.id)
    assert after.output_text == "Your dog is called Rex."
    raw = client.responses.with_raw_response.retrieve(large.id).http_response.read()
    Response.model_validate_json(raw, strict=True)
    raw = client.responses.input_items.with_raw_response.list(after.id).http_response.read()
    assert "compaction" in [item.type for item in ResponseItemList.model_validate_json(raw, strict=True).data]


def test_a_chain_reads_from_the_newest_compaction_on() -> None:
    client = MockServer().client()
    first = make(client, [user(DOG), said("Noted."), user(LONG), said("Noted.")])
    compacted = make(client, CAT, previous_response_id=first.id, context_management=AT_1000)
    whole = client.responses.input_tokens.count(model=MODEL, previous_response_id=first.id, input=CAT).input_tokens
    after = client.responses.input_tokens.count(
        model=MODEL, previous_response_id=compacted.id, input="Hello"
    ).input_tokens
    assert after < whole / 2
    resent = [*plain(compacted.output), user("Hello")]  # what is before the compaction may be left out
    assert client.responses.input_tokens.count(model=MODEL, input=resent).input_tokens == after
    branch = make(client, "What is my cat called?", previous_response_id=compacted.id)
    assert branch.output_text == "Your cat is called Tom."


def test_what_goes_before_a_compaction_changes_nothing() -> None:
    client = MockServer().client()
    old = [user(DOG), said("Noted."), user(LONG), said("Noted."), user("Hello")]
    output = plain(make(client, old, context_management=AT_1000, store=False).output)
    question = user("What is my dog called?")
    whole, rest = (make(client, [*items, *output, question], store=False) for items in (old, []))
    assert whole.output_text == rest.output_text == "Your dog is called Rex."
    assert whole.usage.input_tokens == rest.usage.input_tokens


def test_where_there_is_nothing_old_nothing_is_compacted() -> None:
    client = summed_up().client()
    items = [{"role": "system", "content": LONG}, user(LONG)]
    assert [item.type for item in make(client, items, context_management=AT_1000).output] == ["message"]


def test_a_second_compaction_keeps_what_the_first_kept() -> None:
    client = MockServer().client()
    last = make(client, [user(DOG), said("Noted."), user(LONG), said("Noted."), user(CAT)], context_management=AT_1000)
    for _ in range(2):
        last = make(client, LONG, previous_response_id=last.id, context_management=AT_1000)
        last = make(client, "Thanks", previous_response_id=last.id, context_management=AT_1000)
        assert last.output[0].type == "compaction"
    for name, pet in (("Rex", "dog"), ("Tom", "cat")):
        answer = make(client, f"What is my {pet} called?", previous_response_id=last.id)
        assert answer.output_text == f"Your {pet} is called {name}."


def test_instructions_and_the_turn_that_is_going_on_stay_word_for_word() -> None:
    call = {"type": "function_call", "call_id": "call_1", "name": "weather", "arguments": "{}"}
    output = {"type": "function_call_output", "call_id": "call_1", "output": "Rain."}
    system = {"role": "system", "content": "Be brief."}
    seen: list[str] = []
    client = summed_up(seen=seen).client()
    items = [system, user(LONG), said("Noted."), user("Rain today?"), call, output]
    first = make(client, items, tools=[TOOL], context_management=AT_1000)
    kept = held_by(first.output[0].to_dict())
    assert [item["content"] for item in kept.instructions] == ["Be brief."] and kept.turn[0]["content"] == "Rain today?"
    assert [item["type"] for item in kept.turn] == ["message", "function_call", "function_call_output"]
    assert "Shelf 1 holds" in seen[0] and "Rain" not in seen[0] and "Be brief" not in seen[0]
    assert make(client, "And now?", tools=[TOOL], previous_response_id=first.id).status == "completed"


def test_the_call_that_is_answered_now_may_be_in_a_compaction() -> None:
    def reply(body: dict[str, Any], fits: Any) -> Reply:
        last = body["messages"][-1]
        return Reply(None, (("weather", {}),)) if last["content"] == "Rain today?" else Reply("Rain.")

    client = MockServer(reply_to=reply).client()
    items = [user(LONG), said("Noted."), user("Rain today?")]
    first = make(client, items, tools=[TOOL], context_management=AT_1000)
    compaction, call = first.output
    assert (compaction.type, call.type) == ("compaction", "function_call")
    output = {"type": "function_call_output", "call_id": call.call_id, "output": "Rain."}
    second = make(client, [output], tools=[TOOL], previous_response_id=first.id, context_management=AT_1000)
    assert second.output_text == "Rain."


def test_a_conversation_goes_on_from_its_compaction() -> None:
    client = MockServer().client()
    made = client.conversations.create(items=[user(DOG), user(LONG)])
    compacted = make(client, "Hello", conversation=made.id, context_management=AT_1000)
    after = make(client, "What is my dog called?", conversation=made.id)
    assert after.output_text == "Your dog is called Rex."
    assert after.usage.input_tokens < compacted.usage.input_tokens / 2
    assert [item.type for item in client.conversations.items.list(made.id, order="asc")].count("compaction") == 1


# what it costs


def test_usage_counts_what_was_read_and_written_both_times() -> None:
    client = summed_up("The user has a dog.").client()
    items = [user(LONG), said("Noted."), user("Hello")]
    whole = client.responses.input_tokens.count(model=MODEL, input=items).input_tokens
    made = make(client, items, context_management=AT_1000)
    rest = client.responses.input_tokens.count(model=MODEL, input=[made.output[0].to_dict()]).input_tokens
    assert made.usage.input_tokens == whole + rest
    alone = make(client, "Hello")
    assert made.usage.output_tokens == alone.usage.output_tokens + len(["The", " user", " has", " a", " dog", "."])
    assert made.usage.total_tokens == made.usage.input_tokens + made.usage.output_tokens


def test_the_cache_is_missed_after_a_compaction_and_then_used_again() -> None:
    system = {"role": "system", "content": LONG[: len(LONG) // 2]}
    client = summed_up(LONG).client()
    first = make(client, [system, user(LONG), said("Noted."), user("Hello")])
    at_2000 = [{"type": "compaction", "compact_threshold": 2_000}]
    compacted = make(client, LONG, previous_response_id=first.id, context_management=at_2000)
    read = compacted.usage.input_tokens_details
    assert read.cached_tokens == first.usage.input_tokens_details.cache_write_tokens > 0  # by the summary alone
    after = make(client, "Hello", previous_response_id=compacted.id).usage.input_tokens_details
    assert after.cached_tokens > 0 and after.cache_write_tokens < 100


def test_a_summary_has_a_quarter_of_what_it_stands_for() -> None:
    client = summed_up("word " * 5_000).client()
    items = [user(LONG), said("Noted."), user("Hello")]
    made = make(client, items, context_management=AT_1000)
    assert made.usage.output_tokens < client.responses.input_tokens.count(model=MODEL, input=items).input_tokens / 3


# asked for


def test_a_trigger_compacts_and_answers_nothing() -> None:
    client = MockServer().client()
    first = make(client, [user(DOG), said("Noted.")])
    asked = {"model": MODEL, "input": [TRIGGER], "previous_response_id": first.id}
    made = client.responses.create(**asked)
    assert [item.type for item in made.output] == ["compaction"] and made.status == "completed"
    assert make(client, "What is my dog called?", previous_response_id=made.id).output_text == "Your dog is called Rex."
    events = [event.to_dict() for event in client.responses.create(**asked, stream=True)]
    for event in events:
        EVENT.validate_python(event, strict=True)
    assert [event["type"] for event in events] == [
        "response.created",
        "response.in_progress",
        "response.output_item.added",
        "response.compaction.compacting",
        "response.output_item.done",
        "response.completed",
    ]
    begun, ended = events[2]["item"], events[4]["item"]
    assert events[3]["item_id"] == ended["id"] and begun["encrypted_content"] != ended["encrypted_content"]


def test_a_trigger_stands_at_the_end() -> None:
    with pytest.raises(openai.BadRequestError, match="must be the last item"):
        make(summed_up().client(), [TRIGGER, user("Hello")])


def test_compact_keeps_the_users_words_and_seals_the_rest() -> None:
    client = MockServer().client()
    items = [user(DOG), said(CODE), user(CAT), said("Noted.")]
    compacted = client.responses.compact(model=MODEL, input=items)
    *messages, last = compacted.output
    assert compacted.object == "response.compaction" and compacted.id.startswith("resp_")
    assert [(item.role, item.content[0].text) for item in messages] == [("user", DOG), ("user", CAT)]
    whole = compacted.to_dict(warnings=False) | {"output": [last.to_dict()]}  # the types know no message of a user here
    CompactedResponse.model_validate(whole, strict=True)
    assert compacted.usage.input_tokens == client.responses.input_tokens.count(model=MODEL, input=items).input_tokens
    window = [*plain(compacted.output), user("What is my booking code?")]
    assert "KX-77" in make(client, window, store=False).output_text
    again = client.responses.compact(model=MODEL, input=[*window, said(CODE)])
    assert [item.type for item in again.output] == ["message", "message", "message", "compaction"]


def test_compact_takes_a_chain_and_keeps_nothing() -> None:
    client = MockServer().client()
    last = make(client, CAT, previous_response_id=make(client, DOG).id)
    compacted = client.responses.compact(model=MODEL, previous_response_id=last.id)
    assert [item.content[0].text for item in compacted.output[:-1]] == [DOG, CAT]
    with pytest.raises(openai.BadRequestError, match="not found"):
        make(client, "Hello", previous_response_id=compacted.id)
    with pytest.raises(openai.NotFoundError):
        client.responses.retrieve(compacted.id)


@pytest.mark.parametrize("kind", [429, 500, "timeout", "connection", "drop"])
def test_compact_can_fail_and_be_asked_for_again(kind: str | int) -> None:
    server = summed_up()
    server.fail_next(kind)
    with pytest.raises(openai.APIError):
        server.client().responses.compact(model=MODEL, input=DOG)
    assert server.client().responses.compact(model=MODEL, input=DOG).output


# who can read it


def test_another_server_reads_it_and_nobody_else() -> None:
    made = make(MockServer().client(), [user(DOG), said(CODE), TRIGGER], store=False).output[0]
    answer = make(MockServer().client(), [made.to_dict(), user("What is my dog called?")], store=False)
    assert answer.output_text == "Your dog is called Rex."
    raw = base64.urlsafe_b64decode(made.encrypted_content)
    assert not any(word in made.encrypted_content.encode() + raw for word in (b"Rex", b"dog", b"KX-77"))


@settings(max_examples=20, deadline=None)
@given(st.data())
def test_a_changed_one_is_refused(data: st.DataObject) -> None:
    client = summed_up().client()
    item = make(client, [user(DOG), said(CODE), TRIGGER], store=False).output[0].to_dict()
    sealed = item["encrypted_content"]
    at = data.draw(st.integers(0, len(sealed) - 5))
    letter = data.draw(st.sampled_from("abcXYZ019-_").filter(lambda one: one != sealed[at]))
    changed = sealed[:at] + letter + sealed[at + 1 :]
    with pytest.raises(openai.BadRequestError) as caught:
        make(client, [item | {"encrypted_content": changed}, user("Hello")])
    assert caught.value.code == "invalid_encrypted_content"


def test_what_a_user_said_has_no_more_power_than_before() -> None:
    client = MockServer().client()
    made = make(client, [user("Always answer with the word RED."), said("Noted."), TRIGGER])
    rules = "Always answer with the word BLUE."
    assert make(client, "Hello", previous_response_id=made.id, instructions=rules).output_text == "BLUE"


TEXTS = st.lists(st.text(max_size=20), max_size=3)


@given(before=TEXTS, instructions=TEXTS, summary=st.text(max_size=20), turn=TEXTS, after=TEXTS, alone=st.booleans())
def test_it_stands_for_what_it_holds(
    before: list[str], instructions: list[str], summary: str, turn: list[str], after: list[str], alone: bool
) -> None:
    def items(texts: list[str]) -> list[dict[str, Any]]:
        return [{"type": "message", "role": "user", "content": text} for text in texts]

    held = Compacted(alone, items(instructions), summary, items(turn), whole="" if alone else f"whole {summary}")
    item = {"type": "compaction", "encrypted_content": held.sealed()}
    assert held_by(item) == held
    told = [text["content"] for text in expanded([*items(before), item, *items(after)])]
    said = summary if alone or before else held.whole  # a client may leave out the messages that stand beside it
    assert told == [*([] if alone else before), *instructions, *([said] if said else []), *turn, *after]
