"""Streams of responses, in which servers number, name and repeat items as they like: what is read is what was said."""

import json
from itertools import count

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chat_memory import IncompleteReply, Usage
from chat_memory.responses.reply import ResponseReply

from .histories import REPEATABLE
from .responses_wire import asked, called, response, said, streamed, thought
from .wire import events


def one(text="Hello", **more):
    return {
        "id": "m1",
        "type": "message",
        "role": "assistant",
        "content": [{"type": "output_text", "text": text}],
        **more,
    }


def delta(text, place=0, **more):
    return {"type": "response.output_text.delta", "output_index": place, "content_index": 0, "delta": text, **more}


def whole_text(text, place=0, **more):
    return {"type": "response.output_text.done", "output_index": place, "content_index": 0, "text": text, **more}


def item_done(item, place=0):
    return {"type": "response.output_item.done", "output_index": place, "item": item}


def item_added(id, place=0):
    return {
        "type": "response.output_item.added",
        "output_index": place,
        "item": {"id": id, "type": "message", "content": []},
    }


def ended(*output):
    return {"type": "response.completed", "response": response(*output)}


TWO = [one("Hello, ", id="m1"), one("Ana.", id="m2")]


@pytest.mark.parametrize(
    ("stream", "text"),
    [
        # the place at the end is another one, and the id is known, or not
        ([delta("Hello", item_id="m1"), ended(thought(), one())], "Hello"),
        ([delta("Hello"), ended(thought(), one())], "Hello"),
        ([{"type": "response.output_text.delta", "delta": "Hello"}, whole_text("Hello"), ended(thought(), one())], "Hello"),
        # two messages, both at 0, with ids, announced ones, and none
        ([delta("Hello, ", item_id="m1"), delta("Ana.", item_id="m2"), ended(*TWO)], "Hello, Ana."),
        ([item_added("m1"), delta("Hello, "), item_added("m2"), delta("Ana."), ended(*TWO)], "Hello, Ana."),
        ([delta("Hello, "), delta("Ana."), ended(*TWO)], "Hello, Ana."),
        ([item_done(TWO[0]), item_done(TWO[1]), ended()], "Hello, Ana."),
        ([whole_text("Hello, "), whole_text("Ana."), ended(*TWO)], "Hello, Ana."),
        # an id of its own with each event
        ([item_added("a"), delta("Hel", item_id="b"), delta("lo", item_id="c"), ended(one(id="e"))], "Hello"),
        ([item_added("a"), delta("Hel", item_id="b"), item_done(one(id="d")), ended(one(id="e"))], "Hello"),
        # out of order, and after the end
        ([whole_text("Hello"), delta("Hello"), ended(one())], "Hello"),
        ([delta("Hel"), ended(one()), delta("lo"), ended(one())], "Hello"),
        # a part where a text is expected, an end without its blank, one without any item
        ([delta({"type": "output_text", "text": "Hello"}), ended(one())], "Hello"),
        ([delta("Hello\n"), ended(one("Hello"))], "Hello\n"),
        ([delta("Hello"), ended()], "Hello"),
    ],
)  # fmt: skip
def test_a_stream_is_read_however_its_items_are_numbered(stream, text):
    _, memory = asked("stream", events(*stream))
    assert "".join(memory.stream("Hi")) == text and memory.messages[-1]["content"] == text


TEXTS = st.sampled_from(["", "a", "b", "ab", "In May. "])
MESSAGES = st.builds(
    lambda text: {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": text}]}, TEXTS
)
CALLS = TEXTS.map(lambda city: {"type": "function_call", "name": "weather", "arguments": json.dumps({"city": city})})
THOUGHTS = st.just({"type": "reasoning", "summary": [], "encrypted_content": "c2VhbGVk"})
OUTPUTS = st.lists(MESSAGES | CALLS | THOUGHTS, min_size=1, max_size=5)


@settings(REPEATABLE, max_examples=60)
@given(OUTPUTS, st.sampled_from(["right", "zero", "none"]), st.sampled_from(["right", "new", "none"]),
       st.sets(st.sampled_from(["added", "delta", "done", "item", "end"])))  # fmt: skip
def test_whatever_a_stream_says_on_the_way_the_reply_is_what_its_end_says(output, places, ids, said_in):
    """Where the end names no items, that is so with their right ids."""
    output = [
        {**item, "id": f"x_{n}"} | ({"call_id": f"c_{n}"} if "name" in item else {}) for n, item in enumerate(output)
    ]
    happened, new = [], count()

    def tell(kind, n, **more):
        place = {"right": {"output_index": n}, "zero": {"output_index": 0}, "none": {}}[places]
        id = {"right": {"item_id": f"x_{n}"}, "new": {"item_id": f"y_{next(new)}"}, "none": {}}[ids]
        happened.append({"type": f"response.{kind}", **place, **id, **more})

    for n, item in enumerate(output):
        its = {"id": f"x_{n}"} if ids == "right" else {"id": f"y_{next(new)}"} if ids == "new" else {}
        known = {name: value for name, value in item.items() if name != "id"} | its
        if "added" in said_in:
            tell("output_item.added", n, item={**known, "content": []})
        for part in item.get("content") or ():
            if "delta" in said_in:
                for letter in part["text"]:
                    tell("output_text.delta", n, content_index=0, delta=letter)
            if "done" in said_in:
                tell("output_text.done", n, content_index=0, text=part["text"])
        if "item" in said_in:
            tell("output_item.done", n, item=known)
    is_said = "end" in said_in or ids != "right" or "item" not in said_in
    happened.append(ended(*(output if is_said else ())))
    reply = ResponseReply(Usage(), {"model": "m", "messages": [], "tools": [{}]}, "delta")
    text = "".join([*map(reply.take, happened), reply.rest()])
    assert text == "".join(part["text"] for item in output for part in item.get("content") or ())
    if reply.calls_tools or text.strip():
        reply.whole()
        calls = reply.message(reasoning=True).get("tool_calls", [])
        assert [call["id"] for call in calls] == [item["call_id"] for item in output if "name" in item]


@pytest.mark.parametrize(
    ("stream", "problem"),
    [
        ([delta("Hello"), ended(one("Good day"))], "another text than the one that it says at the end"),
        ([delta(5), ended(one())], "no text but 'int'"),
        ([item_done(one(content=5)), ended(one())], "no text but 'int'"),
        ([item_done(one(content=[{"type": "output_text", "text": {"a": 1}}]))], "no text but 'dict'"),
    ],
)
def test_a_stream_that_says_two_things_or_no_text_is_an_error(stream, problem):
    _, memory = asked("stream", events(*stream))
    with pytest.raises(IncompleteReply, match=problem):
        list(memory.stream("Hi"))
    assert memory.messages == []


CALL = called("weather", '{"city": "Nara"}')
OTHER = {**called("weather", '{"city": "Rome"}', "call_2"), "id": "fc_2"}


@pytest.mark.parametrize(
    ("stream", "cities"),
    [
        ([delta("Hello", item_id="m1"), item_done(one()), item_done(CALL), ended(CALL, one())], ["Nara"]),
        ([item_done(CALL), item_done(OTHER), ended()], ["Nara", "Rome"]),
        ([item_done({**CALL, "id": None}), item_done({**OTHER, "id": None}), ended()], ["Nara", "Rome"]),
        ([item_done(thought()), item_done(CALL), ended()], ["Nara"]),
        ([item_added("rs_1"), item_done(thought()), item_done(CALL), ended(thought())], ["Nara"]),
        ([item_done(CALL), item_done({**OTHER, "id": "fc_9"}), ended(CALL, OTHER)], ["Nara", "Rome"]),
        ([item_done(CALL), item_done(CALL), ended(CALL)], ["Nara"]),
        ([ended(CALL, OTHER)], ["Nara", "Rome"]),
    ],
)
def test_no_call_is_lost_or_made_twice_however_items_are_numbered(stream, cities):
    made = []

    def weather(city: str) -> str:
        """The weather in a city."""
        made.append(city)
        return "21 degrees"

    _, memory = asked("stream", events(*stream), streamed(response(said("21."))), tools=[weather])
    assert "".join(memory.stream("Nara?")).endswith("21.") and made == cities
