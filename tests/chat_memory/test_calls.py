"""Calls and reasoning as servers send them, whole and in pieces: what is sent back holds all of it, and can be sent."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openai.types.chat.chat_completion_chunk import ChoiceDeltaToolCall

from chat_memory.replies.calls import Calls
from chat_memory.replies.reasoning import Reasoning

from .histories import REPEATABLE


def streamed(*pieces):
    """What comes of pieces, each of them one entry of a delta's calls."""
    return shown(taken(*pieces))


def taken(*pieces):
    calls = Calls()
    for piece in pieces:
        calls.take([piece], whole=False)
    return calls


def shown(calls):
    return [(made["id"], made["function"]["name"], made["function"]["arguments"]) for made in calls.made()]


def piece(index=None, id=None, name=None, arguments=None):
    function = {"name": name, "arguments": arguments}
    found = {"index": index, "id": id, "function": {key: value for key, value in function.items() if value is not None}}
    return {key: value for key, value in found.items() if value is not None}


def test_pieces_go_to_the_call_with_their_index():
    assert streamed(
        piece(0, "a", "f", ""), piece(0, arguments='{"x'), piece(0, arguments='": 1}'), piece(1, "b", "g", "{}")
    ) == [("a", "f", '{"x": 1}'), ("b", "g", "{}")]


def test_objects_of_the_openai_package_are_read():
    first = ChoiceDeltaToolCall.model_validate(piece(0, "a", "f", "") | {"type": "function"})
    second = ChoiceDeltaToolCall.model_validate(piece(0, arguments="{}"))
    assert streamed(first, second) == [("a", "f", "{}")]


@pytest.mark.parametrize(
    "pieces",
    [
        [piece(0, "a", "f", "{}"), piece(0, "b", "g", "{}")],  # one index for all
        [piece(0, "a", "f", ""), piece(0, None, None, "{}"), piece(0, "b", "g", ""), piece(0, None, None, "{}")],
        [piece(None, "a", "f", "{}"), piece(None, "b", "g", "{}")],  # no index
        [piece(None, "a", "f"), piece(None, None, None, "{}"), piece(None, "b", "g"), piece(None, None, None, "{}")],
        [
            piece(None, "a", "f", "{"),
            piece(None, "b", "g", "{"),
            piece(None, "a", None, "}"),
            piece(None, "b", None, "}"),
        ],
        [
            piece(0, "a", "f", "{"),
            piece(0, "a", "f", "}"),
            piece(1, "b", "g", "{"),
            piece(1, "b", "g", "}"),
        ],  # said again
        [piece(0, "a", "f", "{}"), piece(2, "b", "g", "{}")],  # an index left out
        [
            piece(0, "a", "f", "{"),
            piece(0, "x", None, "}"),
            piece(0, "b", "g", "{}"),
        ],  # an id of its own for each piece
        [piece(None, "a", "f", "{"), piece(None, "x", None, "}"), piece(None, "b", "g", "{}")],
    ],
)
def test_a_new_call_is_seen_however_a_server_begins_it(pieces):
    assert streamed(*pieces) == [("a", "f", "{}"), ("b", "g", "{}")]


def test_calls_without_ids_get_one_each_and_of_two_with_one_id_the_second():
    calls = Calls()
    calls.take(
        [piece(0, "a", "f", "{}"), piece(1, "a", "f", "{}"), piece(2, None, "g", "{}"), piece(3, "", "g", "{}")],
        whole=True,
    )
    first, *others = [made["id"] for made in calls.made()]
    assert first == "a" and len({first, *others}) == 4 and all(1 <= len(id) <= 40 for id in others)
    assert [made["id"] for made in calls.made()] == [first, *others]  # each time the same


def test_two_calls_without_index_and_id_are_two():
    assert [made[1:] for made in streamed(piece(0, None, "f", '{"a": 1}'), piece(0, None, "f", '{"a": 2}'))] == [
        ("f", '{"a": 1}'),
        ("f", '{"a": 2}'),
    ]


@pytest.mark.parametrize("index", [0, None])
@pytest.mark.parametrize("id", ["", None])
def test_two_calls_without_arguments_index_and_id_are_two(index, id):
    pieces = [piece(index, id, "f", ""), piece(index, id, None, ""), piece(index, id, "g", "")]
    assert [made[1:] for made in streamed(*pieces)] == [("f", "{}"), ("g", "{}")]


def test_a_type_that_is_empty_is_none():
    begun = piece(0, "a", "f", "{") | {"type": "function"}
    assert taken(begun, piece(0, "", "", "}") | {"type": ""}).made()[0]["type"] == "function"
    calls = Calls()
    calls.take([piece(0, "a", "f", "{}") | {"type": ""}], whole=True)
    assert calls.made()[0]["type"] == "function"


@pytest.mark.parametrize(
    ("custom", "sent"),
    [
        ({"name": "sql", "input": "SELECT 1"}, {"name": "sql", "input": "SELECT 1"}),
        ({"name": "sql"}, {"name": "sql", "input": ""}),
        ({"name": None, "input": None}, {"name": "unknown", "input": ""}),
    ],
)
@pytest.mark.parametrize("kind", ["custom", ""])
def test_a_custom_call_can_be_sent_back_whatever_it_lacks(custom, sent, kind):
    calls = Calls()
    calls.take([{"id": "a", "type": kind, "custom": custom}], whole=True)
    assert calls.made() == calls.made() == [{"id": "a", "type": "custom", "custom": sent}]


@pytest.mark.parametrize(
    ("arguments", "text"),
    [({"a": [1, "日"]}, '{"a": [1, "日"]}'), (None, "{}"), ("", "{}"), (" ", "{}"), ("{", "{"), ([1], "[1]")],
)
def test_arguments_are_text(arguments, text):
    calls = Calls()
    calls.take([{"id": "a", "function": {"name": "f", "arguments": arguments}}], whole=True)
    assert shown(calls) == [("a", "f", text)]


@pytest.mark.parametrize(
    ("name", "sent"), [("functions.f", "functions_f"), ("", "unknown"), (None, "unknown"), ("f" * 70, "f" * 64)]
)
def test_a_name_that_is_none_can_be_sent_back_all_the_same(name, sent):
    calls = Calls()
    calls.take([{"id": "a", "function": {"name": name, "arguments": "{}"}}], whole=True)
    assert shown(calls) == [("a", sent, "{}")]


def test_what_a_server_adds_goes_back_with_the_call():
    extra = {"extra_content": {"google": {"thought_signature": "c2ln"}}}
    for whole in (True, False):
        calls = Calls()
        calls.take([piece(0, "a", "f", "{}") | extra], whole=whole)
        function = {"name": "f", "arguments": "{}"}
        assert calls.made() == [{"id": "a", "type": "function", "function": function} | extra]


@pytest.mark.parametrize("calls", [None, [], "", 7, ["f"], [None], [7]])
def test_what_holds_no_call_makes_none(calls):
    made = Calls()
    made.take(calls, whole=True)
    assert not made and made.made() == []


CALLS = st.lists(
    st.tuples(st.sampled_from(["f", "g"]), st.dictionaries(st.text(max_size=3), st.text(max_size=5), max_size=2)),
    max_size=4,
)


@settings(REPEATABLE, max_examples=40)
@given(CALLS, st.randoms(use_true_random=False), st.sampled_from(["index", "id", "both", "zero"]))
def test_calls_cut_anywhere_are_the_calls_that_were_made(calls, random, told_by):
    pieces, wanted = [], []
    for number, (name, arguments) in enumerate(calls):
        text, id = json.dumps(arguments), f"call_{number}"
        wanted.append((id, name, text))
        index = {"index": number, "both": number, "zero": 0}.get(told_by)
        pieces.append(piece(index, id, name, ""))
        while text:
            cut = random.randint(1, len(text))
            pieces.append(piece(index, id if told_by in ("id", "both") else None, None, text[:cut]))
            text = text[cut:]
    assert streamed(*pieces) == wanted


def thought(*said):
    reasoning = Reasoning()
    for fields in said:
        reasoning.take(fields)
    return reasoning.to_send()


def test_reasoning_is_kept_under_the_name_that_the_server_gave_it():
    assert thought(
        {"reasoning_content": "They want "}, {"reasoning_content": "a month."}, {"reasoning_content": None}
    ) == {"reasoning_content": "They want a month."}
    assert thought({"reasoning": "So."}) == {"reasoning": "So."}
    assert thought({"reasoning": {"text": "So."}}) == {"reasoning": {"text": "So."}}
    assert thought({"reasoning_content": ""}) == {"reasoning_content": ""}
    assert thought({}, {"content": "Hi"}) == {}


def block(thinking=None, signature=None):
    return {"type": "thinking", "thinking": thinking, "signature": signature}


def test_blocks_of_thinking_are_put_together_up_to_their_signature():
    hidden = {"type": "redacted_thinking", "data": "x"}
    came = [[block("They ", "")], [block("want.", "")], [block("", "s")], [hidden], [block("So.")], [block(None, "t")]]
    blocks = [block("They want.", "s"), hidden, block("So.", "t")]
    assert thought(*({"thinking_blocks": each} for each in came)) == {"thinking_blocks": blocks}
    assert thought({"thinking_blocks": blocks}) == {"thinking_blocks": blocks}
    unsigned = [block("One."), block("Two.")]
    assert thought({"thinking_blocks": unsigned}, {"thinking_blocks": []}) == {"thinking_blocks": unsigned}
    assert thought({"thinking_blocks": ["odd"]}, {"thinking_blocks": [7]}) == {"thinking_blocks": ["odd", 7]}


def test_reasoning_in_parts_is_put_together_by_index_and_kind():
    text = {"type": "reasoning.text", "index": 0}
    parts = [
        {"reasoning_details": [text | {"text": "They "}]},
        {"reasoning_details": [text | {"text": "want.", "signature": "s"}]},
        {"reasoning_details": [{"type": "reasoning.encrypted", "index": 1, "data": "x"}]},
        {"reasoning_details": [{"type": "reasoning.text", "text": "alone"}]},
    ]
    assert thought(*parts)["reasoning_details"] == [
        text | {"text": "They want.", "signature": "s"},
        {"type": "reasoning.encrypted", "index": 1, "data": "x"},
        {"type": "reasoning.text", "text": "alone"},
    ]
