"""What a memory sends and keeps: within its budget on and on, the recent turns word for word, the rest as a summary."""

import json
import pickle
from copy import copy, deepcopy
from itertools import pairwise

import pytest

from chat_memory import BudgetError, ChatMemory, count_tokens, message_tokens, sliding_window
from mock_model import MockServer

from .fake_client import FakeClient
from .talks import (
    CALL,
    LAST,
    RECAP,
    TOOL_TURN,
    Saved,
    asked,
    chatting,
    full_memory,
    is_summary,
    longest_question,
    quoted,
    summary_requests,
    text_tokens,
    turn,
)
from .wire import WAYS


def test_a_question_is_sent_after_the_instructions_and_all_turns():
    client = FakeClient(lambda messages: f"Reply {len(messages)}.")
    memory = ChatMemory(client, "Be brief.", model="gpt-4o")
    assert memory.ask("Hello") == "Reply 2."
    assert memory.ask("And again") == "Reply 4."
    system = {"role": "system", "content": "Be brief."}
    assert asked(client)[1] == [system, *turn("Hello", "Reply 2."), {"role": "user", "content": "And again"}]
    assert memory.messages == [system, *turn("Hello", "Reply 2."), *turn("And again", "Reply 4.")]
    assert memory.summary == ""
    assert {request["model"] for request in client.requests} == {"gpt-4o"}


def test_without_instructions_there_is_no_system_message():
    client = FakeClient()
    ChatMemory(client).ask("Hello")
    assert asked(client) == [[{"role": "user", "content": "Hello"}]]


def test_the_summary_is_the_answer_to_a_request_for_a_recap():
    client = chatting()
    memory = full_memory(client, keep_recent=1)
    before = memory.messages
    memory.ask(LAST)
    recap = [RECAP, {"role": "assistant", "content": "They talked."}]
    assert asked(client)[-1] == [before[0], *recap, *before[-2:], {"role": "user", "content": LAST}]
    assert memory.messages == [before[0], *recap, *before[-2:], *turn(LAST, "Noted.")]
    assert memory.summary == "They talked."


@pytest.mark.parametrize("keep_recent", [0, 1, 3])
def test_the_recent_turns_stay_word_for_word_and_the_others_go_into_the_summary(keep_recent):
    client = chatting()
    memory = full_memory(client, keep_recent=keep_recent)
    said = memory.messages[1:]
    memory.ask(LAST)
    old = len(said) - 2 * keep_recent
    assert asked(client)[-1][3:-1] == said[old:]
    assert [message for request in summary_requests(client) for message in quoted(request)] == said[:old]


def test_a_full_memory_is_cut_to_the_lower_mark():
    client = chatting()
    memory = full_memory(client, keep_recent=100)
    said = memory.messages[1:]
    memory.ask(LAST)
    request = asked(client)[-1]
    lower, one_turn = 0.6 * (400 - 400 // 6), sum(message_tokens(message) for message in said[-2:])
    # As many turns as fit below it, with room for a summary of 40 tokens whatever the length of this one is.
    assert lower - one_turn < count_tokens(request) + 40 - text_tokens("They talked.") <= lower
    assert request[3:-1] == said[len(said) - len(request[3:-1]) :]


def test_most_requests_only_append_to_the_one_before():
    client = chatting()
    memory = ChatMemory(client, "Be brief.", 600)
    for number in range(100):
        memory.ask(f"My number {number} is {number * 7}.")
    requests = asked(client)
    appended = sum(later[: len(earlier)] == earlier for earlier, later in pairwise(requests))
    assert appended >= 80


@pytest.mark.parametrize(("more", "kept"), [("", True), ("word ", False)])
def test_the_newest_turn_stays_wherever_it_fits(more, kept):
    client = chatting()
    memory = ChatMemory(client, "Be brief.", 400, reply_tokens=0, summary_tokens=40)
    for number in range(5):
        memory.ask(f"My number {number} is {number * 7}.")
    client.reply = chatting("word " * 230).reply  # more than 60 % of the budget
    memory.ask("Say a long word.")
    system, *_, asked_last, said_last = memory.messages
    least = [system, RECAP, {"role": "assistant", "content": ""}, asked_last, said_last]
    longest = longest_question(lambda text: count_tokens([*least, {"role": "user", "content": text}]) + 40, 400)
    memory.ask(longest + more)
    assert asked(client)[-1][3:-1] == ([asked_last, said_last] if kept else [])


def test_a_reply_that_is_larger_than_the_budget_is_folded_in_pieces():
    client = chatting(" ".join(f"Word {number}." for number in range(2000)))
    memory = ChatMemory(client, "Be brief.", 500)
    memory.ask("Hello")
    client.reply = chatting("Noted.").reply
    memory.ask("Hi")
    assert len(summary_requests(client)) > 10
    assert all(count_tokens(request["messages"]) <= 500 for request in client.requests)
    said = "".join(message["content"] for request in summary_requests(client) for message in quoted(request))
    assert all(f"Word {number}." in said for number in range(2000))
    assert [message["content"] for message in memory.messages[3:]] == ["Hi", "Noted."]


def test_a_request_for_a_summary_leaves_room_for_the_reply_too():
    client = chatting("word " * 50, summary="word " * 90)
    memory = ChatMemory(client, "Be brief.", 520, reply_tokens=200)
    for _ in range(20):
        memory.ask("Go on.")
    assert max(count_tokens(request) for request in asked(client)) <= 320
    assert max(count_tokens(request) for request in summary_requests(client)) <= 320


@pytest.mark.parametrize("reply", ["x" * 5000, "Word. " * 2000, "🇯🇵" * 200, '"' * 900])
def test_a_summary_keeps_to_its_cap(reply):
    memory = full_memory(chatting(summary=reply), summary_tokens=30)
    memory.ask(LAST)
    assert 0 < text_tokens(memory.summary) <= 30


def test_options_are_sent_with_each_question():
    client = chatting()
    options = {"temperature": 0.5, "max_completion_tokens": 66}
    memory = full_memory(client, options=options)
    options["temperature"] = 1  # the caller's dict: the memory has its own
    memory.ask(LAST)
    questions = [request for request in client.requests if not is_summary(request)]
    assert all((request["temperature"], request["max_completion_tokens"]) == (0.5, 66) for request in questions)


def test_the_model_is_the_same_for_questions_and_summaries_and_its_tokens_are_counted():
    client = chatting(summary="私は春に日本へ行きます。" * 20)
    memory = full_memory(client, model="gpt-4", summary_tokens=30)
    memory.ask(LAST)
    assert {request["model"] for request in client.requests} == {"gpt-4"}
    assert 0 < message_tokens({"role": "assistant", "content": memory.summary}, "gpt-4") - 4 <= 30


def test_options_are_not_sent_with_a_request_for_a_summary():
    client = chatting()
    full_memory(client, options={"max_completion_tokens": 9}).ask(LAST)
    assert summary_requests(client)
    assert all(request["max_completion_tokens"] > 9 for request in client.requests if is_summary(request))


@pytest.mark.parametrize("name", ["model", "messages", "stream", "stream_options", "tools", "functions"])
def test_what_the_memory_sets_itself_is_no_option(name):
    with pytest.raises(ValueError, match=f"options cannot hold {name}: this memory sets"):
        ChatMemory(FakeClient(), options={name: {}, "temperature": 1})


def test_a_sixth_of_the_budget_is_for_the_reply_and_a_tenth_for_the_summary():
    client = chatting("word " * 80, summary="word " * 1000)
    memory = ChatMemory(client, max_tokens=600)
    for _ in range(9):
        memory.ask("Go on.")
    assert text_tokens(memory.summary) == 60
    with pytest.raises(BudgetError, match=r"the budget is 600 \(of which 100 are kept for the reply\)"):
        memory.ask("word " * 600)


def spoil(value):
    """Change everything inside a list or a dict."""
    for key, inner in list(value.items() if isinstance(value, dict) else enumerate(value)):
        if isinstance(inner, (dict, list)):
            spoil(inner)
        else:
            value[key] = "spoiled"


def test_messages_are_a_copy_through_and_through():
    memory = ChatMemory(FakeClient(), "Be brief.", conversation=Saved(deepcopy(TOOL_TURN)))
    memory.ask("Hello")
    before = deepcopy(memory.messages)
    assert before[1:5] == TOOL_TURN
    spoil(memory.messages)
    memory.messages.clear()
    assert memory.messages == before


def test_what_goes_in_is_copied_too():
    saved, options = Saved(deepcopy(TOOL_TURN)), {"metadata": {"user": "ana"}}
    client = FakeClient()
    memory = ChatMemory(client, conversation=saved, options=options)
    spoil(saved.turns)
    options["metadata"]["user"] = "spoiled"
    memory.ask("Hello")
    assert client.requests[0]["messages"][:-1] == TOOL_TURN and client.requests[0]["metadata"] == {"user": "ana"}


@pytest.mark.parametrize("copied", [deepcopy, copy])
def test_a_copy_is_a_memory_of_its_own(copied):
    client = chatting()
    memory = full_memory(client, options={"temperature": 0.5})
    before, used = memory.messages, deepcopy(memory.usage)
    other = copied(memory)
    assert (other.messages, other.summary, other.usage) == (before, "", used)
    other.ask(LAST)
    assert other.summary and client.requests[-1]["temperature"] == 0.5
    assert (memory.messages, memory.summary, memory.usage) == (before, "", used)
    memory.ask("Hello")
    assert other.messages[-2:] == turn(LAST, "Noted.") and memory.messages[-2:] == turn("Hello", "Noted.")


def test_a_copy_among_other_things_and_of_a_class_of_ones_own():
    class Named(ChatMemory):
        names = None

    memory = Named(FakeClient())
    memory.names = ["Ana"]
    one, same = deepcopy([memory, memory])
    assert one is same and isinstance(one, Named) and one.names == ["Ana"]
    one.names.append("Bo")
    assert memory.names == ["Ana"]


def test_what_saves_its_turns_cannot_be_copied_and_nothing_can_be_pickled():
    memory = ChatMemory(FakeClient(), conversation=Saved())
    for copied in (deepcopy, copy):
        with pytest.raises(TypeError, match=r"conversation 'trip'.*ChatMemory\.resume.*branch\(store\.open\(id\)\)"):
            copied(memory)
    with pytest.raises(TypeError, match=r"cannot be pickled.*ChatMemory\.resume"):
        pickle.dumps(ChatMemory(FakeClient()))


HALVES = [("a \ud83d.", "a \ufffd."), ("a \ud83c\udf38.", "a 🌸.")]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(("text", "sent"), HALVES)
def test_half_an_emoji_is_sent_and_kept_as_a_sign_that_can_be_sent(way, text, sent):
    server = MockServer()
    client = server.async_client() if way.endswith("async") else server.client()
    memory = ChatMemory(client, f"Be brief, {text}", model="offline-model")
    reply = WAYS[way](memory, f"My dog is {text}")
    assert memory.messages == [{"role": "system", "content": f"Be brief, {sent}"}, *turn(f"My dog is {sent}", reply)]


@pytest.mark.parametrize(("text", "sent"), HALVES)
def test_a_saved_conversation_with_half_an_emoji_goes_on(text, sent):
    call = deepcopy(CALL)
    call["function"]["arguments"] = text
    said = [{"role": "user", "content": text}, {"role": "assistant", "content": None, "tool_calls": [call]}]
    result = {"role": "tool", "tool_call_id": "c", "content": [{"type": "text", "text": text}]}
    saved = Saved([*said, result, {"role": "assistant", "content": text}], summary=text)
    client = FakeClient()
    memory = ChatMemory(client, conversation=saved)
    memory.ask("Hello")
    everything = json.dumps(client.requests[0]["messages"], ensure_ascii=False)
    assert everything.count(sent) == 5 and everything.encode() and memory.summary == sent


OTHER_PARTS = [
    ({"type": "image_url", "image_url": {"url": "cat.png"}}, "[picture cat.png]"),
    ({"type": "image_url", "image_url": {"url": "data:image/png;base64," + "A" * 9_000}}, "[picture image/png]"),
    ({"type": "input_audio", "input_audio": {"data": "UklGR", "format": "wav"}}, "[sound wav]"),
    ({"type": "file", "file": {"filename": "trip.pdf"}}, "[file trip.pdf]"),
    ({"type": "refusal", "refusal": "No."}, "No."),
    ({"type": "hologram", "hologram": {"of": "a cat"}}, "[hologram]"),
    ({"type": "image_url", "image_url": "\ud83d.png"}, "[picture \ufffd.png]"),
]


@pytest.mark.parametrize(("part", "words"), OTHER_PARTS, ids=lambda value: f"{value!a:.30}")
def test_a_saved_message_with_what_is_no_text_is_sent_in_words_and_stays_as_it_was(part, words):
    saved = Saved(TOOL_TURN, [{"role": "user", "content": [{"type": "text", "text": "Look:"}, part]}])
    before, client = deepcopy(part), FakeClient()
    memory = ChatMemory(client, conversation=saved)
    memory.ask("What is it?")
    sent = client.requests[0]["messages"][-2]["content"]
    assert [each.get("text", each.get("refusal")) for each in sent] == ["Look:", words] and part == before
    json.dumps(sent, ensure_ascii=False).encode()


@pytest.mark.parametrize("content", [[7], ["Hi"], [{"kind": "text"}], {"text": "Hi"}, 7])
def test_a_saved_message_that_cannot_be_counted_is_named_by_its_place_with_the_way_out(content):
    with pytest.raises((TypeError, ValueError), match=r"messages\[4\]\['content'\]") as error:
        ChatMemory(FakeClient(), conversation=Saved(TOOL_TURN, [{"role": "user", "content": content}]))
    assert "append them to a new conversation" in error.value.__notes__[0]


def test_rare_messages_of_a_saved_conversation_are_sent_and_then_named_in_the_summary():
    old = {"role": "assistant", "content": None, "function_call": {"name": "look_up", "arguments": "Nara"}}
    spoken = {"role": "assistant", "content": None, "audio": {"id": "a", "transcript": "It has deer."}}
    rare = [
        {"role": "user", "content": "Nara?"},
        old,
        {"role": "function", "name": "look_up", "content": "deer"},
        spoken,
    ]
    client = chatting()
    memory = ChatMemory(client, max_tokens=400, keep_recent=0, conversation=Saved(rare))
    memory.ask("Hello")
    assert asked(client)[0][:-1] == rare
    while not summary_requests(client):
        memory.ask("Hello")
    assert [message["content"] for message in quoted(summary_requests(client)[0])][:4] == [
        "Nara?",
        "[calls look_up(Nara)]",
        "deer",
        "[spoken: It has deer.]",
    ]


# The offline model, from end to end


def test_what_was_said_early_is_known_after_forty_turns_and_a_sliding_window_has_lost_it():
    server = MockServer()
    memory = ChatMemory(server.client(), "Be brief.", 500, model="offline-model")
    memory.ask("My dog is called Rex.")
    for number in range(40):
        memory.ask(f"Thanks! Let us look at page {number} of the travel guide.")
    question = "What is my dog called?"
    everything = [*turn("My dog is called Rex.", "Noted.")]
    for number in range(40):
        everything += turn(f"Thanks! Let us look at page {number} of the travel guide.", "Noted.")
    window = [*sliding_window(everything, 6), {"role": "user", "content": question}]
    answered = server.client().chat.completions.create(model="offline-model", messages=window)
    assert "Rex" not in answered.choices[0].message.content
    assert "Rex" in memory.ask(question)
    assert not any("Rex" in message["content"] for message in memory.messages[4:-2])
