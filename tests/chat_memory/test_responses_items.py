"""Messages as items of the Responses API and back: nothing is lost on the way but what an item has no place for."""

import json
from copy import deepcopy

import pytest
from hypothesis import given, settings

from chat_memory import count_tokens, items_of, messages_of
from chat_memory.responses.request import responses_request
from mock_model import MockServer

from .histories import ACCEPTED, RARE_KINDS, REPEATABLE, TOOLS

OF_MODEL = {"type": "message", "role": "assistant"}  # llama.cpp needs the type

SEALED = {"type": "reasoning", "id": "rs_1", "summary": [], "encrypted_content": "c2VhbGVk"}
CALL = {"id": "call_1", "type": "function", "function": {"name": "get_weather", "arguments": '{"city": "Nara"}'}}
CALL_ITEM = {
    "type": "function_call",
    "call_id": "call_1",
    "name": "get_weather",
    "arguments": CALL["function"]["arguments"],
}
OUTPUT = {"type": "function_call_output", "call_id": "call_1", "output": "sunny"}
PICTURE = {"type": "image_url", "image_url": {"url": "https://example.org/cat.png", "detail": "low"}}


def plain(message):
    """A message as it comes back: without a name; a single text in place of its part."""
    message = {name: value for name, value in message.items() if name != "name"}
    content = message.get("content")
    if isinstance(content, list):
        texts = [part.get("text") for part in content]
        message["content"] = texts[0] if len(texts) == 1 else content
        if message["role"] == "assistant":
            message["content"] = "".join(texts)
    if message.get("tool_calls"):
        message["content"] = message["content"] or None
    return message


def expected(history):
    """What comes back of a history: calls right after a text are said with it, for items have no seam between the two."""
    messages = []
    for message in map(plain, history):
        before = messages[-1] if messages else {}
        is_text = before.get("role") == "assistant" and not before.get("tool_calls")
        if is_text and message.get("tool_calls") and not message["content"]:
            messages[-1] = {**before, "tool_calls": message["tool_calls"]}
        else:
            messages.append(message)
    return messages


@settings(REPEATABLE)
@given(ACCEPTED)
def test_what_goes_into_items_comes_back_from_them(history):
    given_before = deepcopy(history)
    assert messages_of(items_of(history)) == expected(history)
    assert history == given_before
    json.dumps(items_of(history))


@settings(REPEATABLE)
@given(RARE_KINDS)
def test_every_call_has_its_result_in_items_too_whatever_its_form(history):
    waiting = []
    for item in items_of(history):
        if item.get("type") in ("function_call", "custom_tool_call"):
            waiting.append((item["type"] + "_output", item["call_id"]))
        elif item.get("type", "").endswith("_output"):
            waiting.remove((item["type"], item["call_id"]))
    assert not waiting


@settings(REPEATABLE, max_examples=10)
@given(ACCEPTED)
def test_the_offline_model_bills_items_as_the_messages_are_counted(history):
    history = expected(history)
    client = MockServer().client()
    request = responses_request({"model": "offline-model", "messages": history, "tools": TOOLS})
    response = client.responses.create(**request)
    assert response.usage.input_tokens == count_tokens(history, tools=TOOLS)


def test_the_parts_of_a_question_become_the_parts_that_the_api_knows():
    file = {"type": "file", "file": {"filename": "trip.pdf", "file_data": "data:application/pdf;base64,AAAA"}}
    sound = {"type": "input_audio", "input_audio": {"data": "AAAA", "format": "wav"}}
    [item] = items_of([{"role": "user", "content": [{"type": "text", "text": "See"}, PICTURE, file, sound]}])
    assert item["content"] == [
        {"type": "input_text", "text": "See"},
        {"type": "input_image", "image_url": "https://example.org/cat.png", "detail": "low"},
        {"type": "input_file", "filename": "trip.pdf", "file_data": "data:application/pdf;base64,AAAA"},
        sound,
    ]
    [message] = messages_of([item])
    assert message["content"] == [{"type": "text", "text": "See"}, PICTURE, file, sound]


def test_what_the_model_has_thought_keeps_its_place_among_its_items():
    said = {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "I look."}]}
    items = [{**SEALED, "id": "rs_0"}, said, SEALED, CALL_ITEM, OUTPUT]
    messages = messages_of(items)
    assert [message["role"] for message in messages] == ["assistant", "tool"]
    assert messages[0]["content"] == "I look." and messages[0]["tool_calls"] == [CALL]
    again = items_of(messages)
    assert [item.get("id") or item.get("type", "message") for item in again] == [
        "rs_0", "message", "rs_1", "function_call", "function_call_output",
    ]  # fmt: skip
    assert messages_of(again) == messages


def test_reasoning_belongs_to_the_answer_that_comes_next():
    answers = [{"role": "assistant", "content": "One."}, SEALED, {"role": "assistant", "content": "Two."}]
    first, second = messages_of(answers)
    assert "reasoning_items" not in first and second["reasoning_items"] == [SEALED]
    assert messages_of([SEALED]) == []


@pytest.mark.parametrize(
    "thought", [{"reasoning_items": [{"type": "reasoning", "id": "rs_1", "summary": []}]}, {"reasoning_content": "Hm."}]
)
def test_reasoning_that_no_server_could_read_is_not_sent(thought):
    """The one is known by its id to a server that has stored it; the other is text."""
    assert items_of([{"role": "assistant", "content": "Hi.", **thought}]) == [{**OF_MODEL, "content": "Hi."}]


def test_a_refusal_and_a_spoken_reply_are_said():
    refused = {"role": "assistant", "content": None, "refusal": "I will not."}
    assert items_of([refused]) == [{**OF_MODEL, "content": [{"type": "refusal", "refusal": "I will not."}]}]
    assert messages_of(items_of([refused])) == [refused]
    spoken = {"role": "assistant", "content": None, "audio": {"id": "audio_7", "transcript": "Deer."}}
    assert items_of([spoken]) == [{**OF_MODEL, "content": "[spoken: Deer.]"}]


def test_a_result_that_is_no_text_is_named():
    output = [
        {"type": "input_text", "text": "Here:"},
        {"type": "input_image", "image_url": "cat.png", "detail": "auto"},
    ]
    [result] = messages_of([{"type": "function_call_output", "call_id": "call_1", "output": output}])
    assert result == {"role": "tool", "tool_call_id": "call_1", "content": "Here:\n[picture cat.png]"}


@pytest.mark.parametrize(
    ("items", "problem"),
    [
        ([{"type": "compaction", "id": "cmp_1", "encrypted_content": "x"}], r"items\[0\].*only the server can read it"),
        ([OUTPUT, {"type": "item_reference", "id": "msg_1"}], r"items\[1\] is of the type 'item_reference'"),
        ([{"type": "web_search_call", "id": "ws_1"}], "the server's own. Leave it out"),
        (["Hi"], r"items\[0\] must be an item of the Responses API, got str"),
        ("Hi", "items must be a list of items"),
        ([{"content": "Hi"}], r"items\[0\] needs a 'role'"),
    ],
)
def test_what_no_message_can_say_is_refused_with_its_place(items, problem):
    with pytest.raises((TypeError, ValueError), match=problem):
        messages_of(items)


@pytest.mark.parametrize(
    ("items", "problem"),
    [
        ([{"type": "function_call", "name": "f"}], r"items\[0\] needs a 'call_id'"),
        (
            [{"type": "function_call", "call_id": "c", "name": "f", "arguments": {"a": 1}}],
            r"items\[0\]\['arguments'\] must",
        ),
        ([{"type": "function_call_output"}], r"items\[0\] needs a 'call_id'"),
        ([OUTPUT, {**OUTPUT, "output": 5}], r"items\[1\]\['output'\] must be text"),
        (
            [{"role": "user", "content": [{"type": "input_text"}]}],
            r"items\[0\]\['content'\]\[0\]\['text'\] must be a text",
        ),
        ([{"role": "user", "content": 5}], r"items\[0\]\['content'\] must be"),
        ([{"role": "assistant", "content": ["x"]}], r"items\[0\]\['content'\]\[0\] must be a part"),
        ([{"role": "assistant", "content": [{"type": "output_text"}]}], r"items\[0\]\['content'\]\[0\]"),
        ([{"role": "assistant", "content": [{"type": "refusal"}]}], r"items\[0\]\['content'\]\[0\] needs a 'refusal'"),
        ([{"type": "message", "content": "Hi"}], r"items\[0\] needs a 'role'"),
        ([{"role": "nobody", "content": "Hi"}], r"items\[0\] has the role 'nobody'"),
    ],
)
def test_an_item_that_is_none_is_refused_with_its_place(items, problem):
    with pytest.raises((TypeError, ValueError), match=problem):
        messages_of(items)


def calling(**call):
    return {"role": "assistant", "content": None, "tool_calls": [call]}


@pytest.mark.parametrize(
    ("message", "problem"),
    [
        (calling(id="x", type="function"), r"messages\[0\]\['tool_calls'\]\[0\] needs a 'function'"),
        (calling(type="function", function={"name": "f"}), r"messages\[0\]\['tool_calls'\]\[0\] needs a 'id'"),
        (calling(id="x", function={"name": "f", "arguments": {"a": 1}}), r"\['arguments'\] must be a text, got dict"),
        ({"role": "assistant", "tool_calls": 5}, r"messages\[0\]\['tool_calls'\] must be a list"),
        (
            {"role": "assistant", "content": "h", "reasoning_items": ["x"]},
            r"messages\[0\]\['reasoning_items'\] must be",
        ),
        ({"role": "user", "content": ["x"]}, r"messages\[0\]\['content'\]\[0\] must be a part"),
        ({"role": "nobody", "content": "x"}, r"messages\[0\] has the role 'nobody'"),
        ({"role": "tool", "content": "x"}, r"messages\[0\] is a result and needs a 'tool_call_id'"),
    ],
)
def test_a_message_that_is_none_is_refused_with_its_place(message, problem):
    with pytest.raises((TypeError, ValueError), match=problem):
        items_of([message])


def test_a_text_after_a_call_keeps_its_place():
    items = [{"role": "user", "content": "Nara?"}, CALL_ITEM, {**OF_MODEL, "content": "I look."}, OUTPUT]
    assert items_of(messages_of(items)) == items


def test_what_is_no_message_is_refused_with_its_place():
    with pytest.raises(ValueError, match=r"messages\[1\] needs a role"):
        items_of([{"role": "user", "content": "Hi"}, {"content": "Hi"}])


def test_a_kept_conversation_is_read_from_the_objects_of_the_openai_package():
    client = MockServer().client()
    first = client.responses.create(model="offline-model", input="My cat is Tama.", instructions="Be brief.")
    last = client.responses.create(model="offline-model", input="What is my cat?", previous_response_id=first.id)
    kept = [*client.responses.input_items.list(last.id, order="asc"), *last.output]
    messages = messages_of(kept)
    assert messages[-1] == {"role": "assistant", "content": last.output_text}
    assert {"role": "user", "content": "What is my cat?"} in messages


# Requests


@pytest.mark.parametrize(
    ("chat", "responses"),
    [
        ({"max_completion_tokens": 500}, {"max_output_tokens": 500}),
        ({"max_tokens": 500}, {"max_output_tokens": 500}),
        ({"reasoning_effort": "low"}, {"reasoning": {"effort": "low"}}),
        (
            {"reasoning_effort": "low", "reasoning": {"summary": "auto"}},
            {"reasoning": {"effort": "low", "summary": "auto"}},
        ),
        ({"verbosity": "low", "text": {"format": {"type": "text"}}}, None),
        ({"response_format": {"type": "json_object"}}, {"text": {"format": {"type": "json_object"}}}),
        (
            {"response_format": {"type": "json_schema", "json_schema": {"name": "a", "schema": {}, "strict": True}}},
            {"text": {"format": {"type": "json_schema", "name": "a", "schema": {}, "strict": True}}},
        ),
        ({"tool_choice": "none"}, {"tool_choice": "none"}),
        (
            {"tool_choice": {"type": "function", "function": {"name": "a"}}},
            {"tool_choice": {"type": "function", "name": "a"}},
        ),
        (
            {
                "tool_choice": {
                    "type": "allowed_tools",
                    "allowed_tools": {"mode": "auto", "tools": [{"type": "function", "function": {"name": "a"}}]},
                }
            },
            {"tool_choice": {"type": "allowed_tools", "mode": "auto", "tools": [{"type": "function", "name": "a"}]}},
        ),
        (
            {"tools": [{"type": "function", "function": {"name": "a"}}]},
            {"tools": [{"type": "function", "name": "a", "parameters": None, "strict": False}]},
        ),
        (
            {
                "tools": [
                    {
                        "type": "custom",
                        "custom": {
                            "name": "a",
                            "format": {"type": "grammar", "grammar": {"syntax": "lark", "definition": "s: 1"}},
                        },
                    }
                ]
            },
            {
                "tools": [
                    {
                        "type": "custom",
                        "name": "a",
                        "format": {"type": "grammar", "syntax": "lark", "definition": "s: 1"},
                    }
                ]
            },
        ),
        ({"temperature": 0.2, "metadata": {"a": "b"}}, {"temperature": 0.2, "metadata": {"a": "b"}}),
        ({"stream_options": {"include_usage": True}}, {}),
    ],
)
def test_each_parameter_of_a_chat_has_its_name_in_a_response(chat, responses):
    if responses is None:
        responses = {"text": {"verbosity": "low", "format": {"type": "text"}}}
    request = responses_request({"model": "m", "messages": [{"role": "user", "content": "Hi"}], **chat})
    assert request == {"model": "m", "input": [{"role": "user", "content": "Hi"}], **responses}
