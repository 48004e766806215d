"""A memory stays within its budget on and on, keeps what was said, and is as it was before after a call that fails."""

import asyncio
import json
import pickle
import re
import threading
from copy import copy, deepcopy
from itertools import cycle, pairwise
from types import SimpleNamespace

import httpx2
import openai
import pytest
import tiktoken

from chat_memory import BudgetError, ChatMemory, IncompleteReply, Usage, count_tokens, message_tokens, sliding_window
from mock_model import MockServer

from .fake_client import FakeAsyncClient, FakeClient, answer
from .wire import WAYS, events, piece, served, streamed, whole

RECAP = {"role": "user", "content": "Please recap our conversation so far."}


def text_tokens(text: str) -> int:
    return len(tiktoken.get_encoding("o200k_base").encode(text, disallowed_special=()))


def is_summary(request: dict) -> bool:
    return request["messages"][0]["content"].startswith("You keep the summary")


def asked(client: FakeClient) -> list[list[dict]]:
    """The messages of the requests that asked a question, not for a summary."""
    return [request["messages"] for request in client.requests if not is_summary(request)]


def summary_requests(client: FakeClient) -> list[list[dict]]:
    return [request["messages"] for request in client.requests if is_summary(request)]


def quoted(request: list[dict]) -> list[dict]:
    """The messages that a request for a summary quotes."""
    return json.loads(request[1]["content"].split("\n\nMessages:\n")[1])


def turn(question: str, reply: str) -> list[dict]:
    return [{"role": "user", "content": question}, {"role": "assistant", "content": reply}]


def chatting(reply: str = "Noted.", summary: str = "They talked.") -> FakeClient:
    """A client with one reply for questions and one for requests for a summary."""
    return FakeClient(lambda messages: summary if is_summary({"messages": messages}) else reply)


def full_memory(client: FakeClient, **options) -> ChatMemory:
    """A memory that has to fold with its next question."""
    memory = ChatMemory(client, "Be brief.", 400, **options)
    for number in range(100):
        memory.ask(f"My number {number} is {number * 7}.")
        size = count_tokens([*memory.messages, {"role": "user", "content": "Which is my last number?"}])
        if size > 400 - 400 // 6:
            return memory
    raise AssertionError("The memory never fills.")


LAST = "Which is my last number?"


def longest_question(size, largest: int) -> str:
    """The longest question, `size` of which is exactly the largest."""
    words = 1
    while size("word " * words) < largest:
        words += 1
    assert size("word " * words) == largest
    return "word " * words


# What is sent


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
    assert not any("max_completion_tokens" in request for request in client.requests if is_summary(request))


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


class Saved:
    """A saved conversation, as a store gives it; it keeps what is appended."""

    id = "trip"

    def __init__(self, *turns, summary="", settings=None):
        self.turns, self.appended = list(turns), []
        self.state = SimpleNamespace(
            settings=settings or {}, summary=summary, folded=0, recent=self.turns, position=(1, len(turns))
        )

    def load(self):
        return self.state

    def append(self, turn, **state):
        self.appended.append(turn)
        return 1, len(self.turns) + len(self.appended)


CALL = {"id": "c", "type": "function", "function": {"name": "look", "arguments": "{}"}}
TOOL_TURN = [
    {"role": "user", "content": [{"type": "text", "text": "Is it sunny?"}]},
    {"role": "assistant", "content": None, "tool_calls": [CALL]},
    {"role": "tool", "tool_call_id": "c", "content": "sun"},
    {"role": "assistant", "content": "Yes."},
]


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
        with pytest.raises(TypeError, match=r"conversation 'trip'.*ChatMemory\.resume.*open a new one"):
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


# What is refused


def test_a_question_that_is_too_long_says_so_and_changes_nothing():
    client = chatting()
    memory = full_memory(client)
    before, requests = memory.messages, len(client.requests)
    with pytest.raises(BudgetError) as error:
        memory.ask("word " * 400)
    assert str(error.value).startswith("The newest question needs 405 tokens, the instructions 7, room for a summary ")
    needs = sum(error.value.needs.values())
    assert needs + error.value.reply_tokens > error.value.budget == 400
    assert "but the budget is 400 (of which 66 are kept for the reply)" in str(error.value)
    assert memory.messages == before and len(client.requests) == requests
    memory.ask(LAST)


def test_the_error_speaks_of_a_summary_where_there_is_one():
    memory = full_memory(chatting())
    memory.ask(LAST)
    with pytest.raises(BudgetError, match=r"the instructions 7, the summary \d\d and priming the reply 3, but"):
        memory.ask("word " * 400)


def test_the_longest_question_of_a_new_memory_is_one_that_fills_the_budget():
    client = FakeClient()
    memory = ChatMemory(client, "Be brief.", 400, reply_tokens=50)
    longest = "word " * 400
    while count_tokens([*memory.messages, {"role": "user", "content": longest}]) > 350:
        longest = longest.removesuffix("word ")
    with pytest.raises(BudgetError) as error:
        memory.ask(longest + "word ")
    assert error.value.needed == 401
    memory.ask(longest)
    assert count_tokens(asked(client)[0]) == 350


def test_the_budget_that_the_error_names_works():
    with pytest.raises(BudgetError) as error:
        ChatMemory(FakeClient(), "Be brief.", 400).ask("word " * 500)
    ChatMemory(FakeClient(), "Be brief.", error.value.needed).ask("word " * 500)


SIZES = [{}, {"reply_tokens": 0}, {"summary_tokens": 50}, {"system": "Be brief. " * 99, "model": "gpt-4"}]


def works(budget, ask=lambda memory: None, **sizes):
    try:
        ask(ChatMemory(chatting(), max_tokens=budget, **sizes))
    except ValueError:  # BudgetError is one
        return False
    return True


@pytest.mark.parametrize("sizes", SIZES)
def test_the_least_budget_is_the_least_and_every_larger_one_works(sizes):
    with pytest.raises(ValueError, match="max_tokens must be at least") as error:
        ChatMemory(None, max_tokens=1, **sizes)
    least = int(re.search(r"at least ([\d,]+)", str(error.value))[1].replace(",", ""))
    assert not any(works(budget, **sizes) for budget in range(least - 70, least))
    assert all(works(budget, **sizes) for budget in range(least, least + 130))


@pytest.mark.parametrize("sizes", SIZES[:3])
@pytest.mark.parametrize(("turns", "words"), [(0, 375), (1, 385), (4, 400), (9, 1001)])
def test_the_budget_that_the_error_names_is_the_least_and_every_larger_one_works(sizes, turns, words):
    def talk(memory):
        for _ in range(turns):
            memory.ask("And you?")
        return memory.ask("word " * words)

    with pytest.raises(BudgetError) as error:
        talk(ChatMemory(chatting(), max_tokens=380, **sizes))
    needed = error.value.needed
    assert not any(works(budget, talk, **sizes) for budget in range(needed - 35, needed))
    assert all(works(budget, talk, **sizes) for budget in range(needed, needed + 65))


def test_what_grows_with_the_budget_is_told_and_then_the_numbers_add_up():
    memory = full_memory(chatting())
    with pytest.raises(BudgetError) as error:
        memory.ask("word " * 500)
    needed, (reply, summary) = (
        error.value.needed,
        map(int, re.findall(r"(\d+) for (?:the reply|a summary)", str(error.value))),
    )
    assert f"Of {needed} tokens, {reply} for the reply and {summary} for a summary would be kept free." in str(
        error.value
    )
    needs = error.value.needs
    assert reply + summary + sum(needs.values()) - needs["room for a summary"] == needed
    assert str(pickle.loads(pickle.dumps(error.value))) == str(error.value)


def test_a_question_that_just_fits_is_asked_without_a_summary():
    client = chatting()
    memory = ChatMemory(client, "Be brief.", 400, reply_tokens=50)
    memory.ask("Hello")
    before = memory.messages
    longest = longest_question(lambda text: count_tokens([*before, {"role": "user", "content": text}]), 350)
    memory.ask(longest)
    assert asked(client)[-1] == [*before, {"role": "user", "content": longest}]
    assert summary_requests(client) == []


def test_the_longest_question_of_a_full_memory_leaves_room_for_the_largest_summary():
    client = chatting()
    memory = full_memory(client, summary_tokens=30, reply_tokens=50)
    least = [{"role": "system", "content": "Be brief."}, RECAP, {"role": "assistant", "content": ""}]
    longest = longest_question(lambda text: count_tokens([*least, {"role": "user", "content": text}]) + 30, 350)
    with pytest.raises(BudgetError) as error:
        memory.ask(longest + "word ")
    assert error.value.needed == 401
    memory.ask(longest)
    assert memory.summary == "They talked." and len(memory.messages) == 1 + 2 + 2


@pytest.mark.parametrize(("text", "error"), [("", ValueError), (" \n", ValueError), (None, TypeError), (42, TypeError)])
def test_a_question_is_a_text(text, error):
    client = FakeClient()
    memory = ChatMemory(client)
    with pytest.raises(error, match="question"):
        memory.ask(text)
    with pytest.raises(error, match="question"):
        list(memory.stream(text))
    assert memory.messages == client.requests == []


@pytest.mark.parametrize(
    ("sizes", "error", "says"),
    [
        ({"max_tokens": 0}, ValueError, "max_tokens must be at least"),
        ({"max_tokens": 3e3}, TypeError, "max_tokens must be a whole number"),
        ({"keep_recent": -1}, ValueError, "keep_recent must be at least 0, got -1"),
        ({"keep_recent": 1.5}, TypeError, "keep_recent must be a whole number"),
        ({"reply_tokens": -1}, ValueError, "reply_tokens must be at least 0"),
        ({"reply_tokens": 3000}, ValueError, "max_tokens must be at least"),
        ({"summary_tokens": 0}, ValueError, "summary_tokens must be at least 1"),
        ({"summary_tokens": 3000}, ValueError, "max_tokens must be at least"),
        ({"summary_tokens": True}, TypeError, "summary_tokens must be a whole number"),
        ({"system": "word " * 3000}, ValueError, "max_tokens must be at least"),
        ({"max_tokens": "3000"}, TypeError, "max_tokens must be a whole number, got '3000'"),
        ({"system": None}, TypeError, "system must be a text, got NoneType"),
        ({"system": ["Be brief."]}, TypeError, "system must be a text, got list"),
        ({"model": None}, TypeError, "model must be the name of a model.* got None.* not set"),
        ({"model": ""}, ValueError, "model is '', no name of a model"),
        ({"model": 6}, TypeError, "model must be the name of a model"),
        ({"options": "fast"}, TypeError, "options must be a dict"),
        ({"options": {1: 2}}, TypeError, "options must be a dict"),
        ({"conversation": "postgresql://me:secret@host/chats"}, TypeError, "conversation must be a .* got str"),
        ({"facts": ["Ana lives in Porto."]}, TypeError, "facts must be a .*UserFacts, got list"),
    ],
)
def test_what_cannot_be_used_is_refused_by_name(sizes, error, says):
    client = FakeClient()
    with pytest.raises(error, match=says) as raised:
        ChatMemory(client, **sizes)
    assert client.requests == [] and "secret" not in str(raised.value)


@pytest.mark.parametrize("conversation", [None, "trip"])
def test_what_is_no_conversation_cannot_be_resumed(conversation):
    with pytest.raises(TypeError, match="conversation must be"):
        ChatMemory.resume(FakeClient(), conversation)


@pytest.mark.parametrize(
    "sizes",
    [
        {},
        {"system": "You are a helpful assistant. " * 20},
        {"summary_tokens": 1, "reply_tokens": 0},
        {"summary_tokens": 90, "keep_recent": 0},
        {"reply_tokens": 500},
    ],
)
def test_with_the_least_budget_a_short_question_can_always_be_asked(sizes):
    with pytest.raises(ValueError, match="max_tokens must be at least") as error:
        ChatMemory(FakeClient(), max_tokens=1, **sizes)
    least = int(re.search(r"at least ([\d,]+)", str(error.value))[1].replace(",", ""))
    with pytest.raises(ValueError, match=f"must be at least {least:,}, got {least - 1:,}"):
        ChatMemory(FakeClient(), max_tokens=least - 1, **sizes)
    replies = cycle(["Yes.", "word " * 90, '"' * 99, "🇯🇵" * 40])
    client = FakeClient(lambda messages: next(replies))
    memory = ChatMemory(client, max_tokens=least, **sizes)
    for _ in range(60):
        memory.ask("And you?")
        assert memory.summary_error is None or "first letter" in str(memory.summary_error)
    assert all(count_tokens(request["messages"]) <= least for request in client.requests)


# Failures


KINDS = ["429", "quota", "500", "503", "timeout", "connection", "drop", "empty", "length"]
REFUSED = (openai.APIError, httpx2.HTTPError, IncompleteReply)


def offline_memory(asynchronous: bool = False) -> tuple[MockServer, ChatMemory]:
    server = MockServer()
    client = server.async_client() if asynchronous else server.client()
    return server, ChatMemory(client, "Be brief.", 500, model="offline-model")


@pytest.mark.parametrize("way", WAYS)
def test_every_way_to_ask_gives_the_same(way):
    _, memory = offline_memory(way.endswith("async"))
    _, plain = offline_memory()
    for number in range(40):
        question = f"My number {number} is {number * 7}."
        assert WAYS[way](memory, question) == plain.ask(question)
    assert memory.messages == plain.messages
    assert memory.summary == plain.summary != ""
    assert memory.usage == plain.usage


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("way", WAYS)
def test_a_call_that_fails_changes_nothing_and_can_be_asked_again(way, kind):
    server, memory = offline_memory(way.endswith("async"))
    WAYS[way](memory, "My dog is called Rex.")
    before = memory.messages
    server.fail_next(kind)
    with pytest.raises(REFUSED):
        WAYS[way](memory, "What is my dog called?")
    assert memory.messages == before
    assert "Rex" in WAYS[way](memory, "What is my dog called?")
    assert memory.messages[: len(before)] == before and len(memory.messages) == len(before) + 2


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("way", WAYS)
def test_a_summary_that_fails_costs_nothing_but_time(way, kind):
    server, memory = offline_memory(way.endswith("async"))
    question = "My number 7 is 49, and my number 8 is 64, if I remember well."
    while count_tokens([*memory.messages, {"role": "user", "content": question}]) <= 500 - 500 // 6:
        WAYS[way](memory, question)
    before = memory.messages
    server.fail_next(kind)
    WAYS[way](memory, question)
    assert isinstance(memory.summary_error, REFUSED)
    assert memory.messages[: len(before)] == before and memory.summary == ""
    WAYS[way](memory, question)
    assert memory.summary_error is None and memory.summary
    assert len(memory.messages) < len(before)


def test_while_the_summary_fails_the_newest_turns_that_fit_are_sent():
    def fail(messages):
        if is_summary({"messages": messages}):
            raise ConnectionError("no route to host")
        return "Noted."

    client = FakeClient(fail)
    memory = full_memory(client)
    for number in range(5):
        before = memory.messages
        memory.ask(f"My other number {number} is {number * 7}.")
        request = asked(client)[-1]
        dropped = len(before) + 1 - len(request)
        assert request == [before[0], *before[1 + dropped :], request[-1]]
        assert dropped and dropped % 2 == 0
        assert count_tokens(request) <= 334 < count_tokens([*request, *before[dropped - 1 : dropped + 1]])
        assert isinstance(memory.summary_error, ConnectionError)


def test_after_a_summary_the_answer_may_fail_and_nothing_is_folded():
    client = chatting()
    memory = full_memory(client)
    before = memory.messages
    client.reply = chatting("").reply
    with pytest.raises(IncompleteReply):
        memory.ask(LAST)
    assert summary_requests(client)
    assert (memory.messages, memory.summary) == (before, "")


@pytest.mark.parametrize("interruption", [KeyboardInterrupt, SystemExit])
@pytest.mark.parametrize("in_summary", [True, False])
def test_an_interruption_leaves_the_memory_as_it_was(interruption, in_summary):
    def interrupt(messages):
        if is_summary({"messages": messages}) == in_summary:
            raise interruption
        return "They talked."

    client = chatting()
    memory = full_memory(client)
    before, client.reply = memory.messages, interrupt
    for ask in (memory.ask, lambda text: list(memory.stream(text))):
        with pytest.raises(interruption):
            ask(LAST)
        assert (memory.messages, memory.summary) == (before, "")


@pytest.mark.parametrize("in_summary", [True, False])
def test_a_cancelled_task_leaves_the_memory_as_it_was(in_summary):
    filled = full_memory(chatting())
    memory = filled if in_summary else ChatMemory(None)
    before = memory.messages

    async def cancel():
        started = asyncio.Event()

        async def never(**request):
            assert is_summary(request) == in_summary
            started.set()
            await asyncio.Event().wait()

        client = FakeAsyncClient()
        client.chat.completions.create = never
        memory._client = client
        for ask in (memory.ask_async, lambda text: streamed(memory, text)):
            started.clear()
            task = asyncio.create_task(ask(LAST))
            await started.wait()
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            assert (memory.messages, memory.summary) == (before, "")

    asyncio.run(cancel())


@pytest.mark.parametrize("taken", [0, 1, 3])
def test_a_stream_that_is_given_up_is_not_kept(taken):
    _, memory = offline_memory()
    memory.ask("My dog is called Rex.")
    before = memory.messages
    pieces = memory.stream("What is my dog called?")
    for _ in range(taken):
        next(pieces)
    pieces.close()
    assert memory.messages == before
    pieces = memory.stream("What is my dog called?")
    next(pieces)
    with pytest.raises(LookupError):
        pieces.throw(LookupError("the page was closed"))
    assert memory.messages == before
    assert "Rex" in "".join(memory.stream("What is my dog called?"))


def test_an_async_stream_that_is_given_up_is_not_kept():
    _, memory = offline_memory(asynchronous=True)

    async def give_up():
        pieces = memory.stream_async("What is my dog called?")
        await anext(pieces)
        await pieces.aclose()
        pieces = memory.stream_async("What is my dog called?")
        await anext(pieces)
        with pytest.raises(LookupError):
            await pieces.athrow(LookupError("the page was closed"))

    asyncio.run(give_up())
    assert memory.messages == [{"role": "system", "content": "Be brief."}]


def test_of_two_streams_the_one_that_ends_later_is_not_kept():
    _, memory = offline_memory()
    slow, fast = memory.stream("My dog is called Rex."), memory.stream("My cat is called Tom.")
    next(slow)
    "".join(fast)
    with pytest.raises(RuntimeError, match="Two questions were asked at once"):
        list(slow)
    assert [message["content"] for message in memory.messages if message["role"] == "user"] == ["My cat is called Tom."]


def test_of_two_tasks_at_once_one_is_kept():
    async def both():
        client = FakeAsyncClient()

        async def slowly(**request):
            await asyncio.sleep(0)
            return answer(f"You said: {request['messages'][-1]['content']}")

        client.chat.completions.create = slowly
        memory = ChatMemory(client)
        results = await asyncio.gather(memory.ask_async("one"), memory.ask_async("two"), return_exceptions=True)
        return memory, results

    memory, results = asyncio.run(both())
    (error,) = [result for result in results if isinstance(result, Exception)]
    assert isinstance(error, RuntimeError) and "Ask again" in str(error)
    (reply,) = [result for result in results if isinstance(result, str)]
    assert memory.messages == turn(reply.removeprefix("You said: "), reply)


def test_of_two_threads_at_once_one_is_kept():
    barrier, errors = threading.Barrier(2), []

    def meet(messages):
        barrier.wait(timeout=5)
        return f"You said: {messages[-1]['content']}"

    memory = ChatMemory(FakeClient(meet))

    def ask(text):
        try:
            memory.ask(text)
        except RuntimeError as error:
            errors.append(error)

    threads = [threading.Thread(target=ask, args=(text,)) for text in ("one", "two")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(errors) == 1
    question, reply = memory.messages
    assert reply["content"] == f"You said: {question['content']}"


# Servers of every kind


USAGE = {"prompt_tokens": 70, "completion_tokens": 30, "total_tokens": 100}
HELLO_USAGE = Usage(requests=1, prompt_tokens=8, completion_tokens=2)  # counted here: "Hello", and "Hi there"


@pytest.mark.parametrize(
    ("chunks", "usage"),
    [
        pytest.param([piece("Hi"), piece(" there", "stop")], HELLO_USAGE, id="no usage"),
        pytest.param(
            [piece("Hi"), piece(" there"), piece(None, "stop", usage=USAGE)], Usage(1, 70, 30), id="with choices"
        ),
        pytest.param(
            [piece("Hi", usage={**USAGE, "prompt_tokens": 1}), piece(" there", "stop", usage=USAGE)],
            Usage(1, 70, 30),
            id="in each chunk: the last holds",
        ),
        pytest.param(
            [piece("Hi there"), piece("", "stop"), {**piece(), "choices": [], "usage": USAGE}],
            Usage(1, 70, 30),
            id="in a chunk of its own",
        ),
    ],
)
def test_usage_in_a_stream_comes_in_many_ways_or_not_at_all(chunks, usage):
    memory = ChatMemory(served(events(*chunks)))
    assert "".join(memory.stream("Hello")) == "Hi there"
    assert memory.usage == usage
    assert memory.messages == turn("Hello", "Hi there")


def test_usage_is_counted_where_the_server_says_nothing():
    memory = ChatMemory(served(whole("Hi there")))
    memory.ask("Hello")
    assert memory.usage == HELLO_USAGE


@pytest.mark.parametrize("usage", [{}, {"total_tokens": 10}, {"prompt_tokens": None, "completion_tokens": None}])
def test_usage_without_its_numbers_is_no_usage(usage):
    memory = ChatMemory(served(whole("Hi there", usage=usage)))
    assert memory.ask("Hello") == "Hi there"
    assert memory.usage == HELLO_USAGE


def test_usage_adds_up_what_was_cached_as_well():
    details = {"prompt_tokens_details": {"cached_tokens": 60, "cache_write_tokens": 5}}
    nothing = {"prompt_tokens_details": None}
    usages = [USAGE | details, USAGE | nothing, USAGE | {"prompt_tokens_details": {"cached_tokens": None}}]
    memory = ChatMemory(served(*(whole("Hi", usage=usage) for usage in usages)))
    for _ in usages:
        memory.ask("Hello")
    assert memory.usage == Usage(3, 210, 90, 60, 5)


def test_usage_counts_summaries_too_and_equals_what_the_offline_server_says():
    server, reported = MockServer(), []
    client = server.client()

    def create(**request):
        reported.append(client.chat.completions.create(**request))
        return reported[-1]

    fake = FakeClient()
    fake.chat.completions.create = create
    memory = full_memory(fake, model="offline-model")
    memory.ask(LAST)
    usages = [reply.usage for reply in reported]
    assert memory.summary
    assert memory.usage == Usage(
        len(usages),
        sum(usage.prompt_tokens for usage in usages),
        sum(usage.completion_tokens for usage in usages),
        sum(usage.prompt_tokens_details.cached_tokens for usage in usages),
        sum(usage.prompt_tokens_details.cache_write_tokens for usage in usages),
    )


def test_a_chunk_without_text_is_passed_over():
    """Azure sends what its content filter says in chunks whose choices have no delta."""
    no_delta, null_delta = piece(), piece()
    del no_delta["choices"][0]["delta"]
    null_delta["choices"][0]["delta"] = None
    memory = ChatMemory(served(events(no_delta, piece("Hi"), null_delta, piece(" there", "stop"))))
    assert list(memory.stream("Hello")) == ["Hi", " there"]


@pytest.mark.parametrize(
    ("body", "says", "text"),
    [
        (events(piece("Hi")), "broke off", "Hi"),  # no finish_reason
        (events(), "broke off", ""),  # an empty stream, as llama-cpp-python sends it for a request that is too large
        (events(piece("", "stop")), "empty", ""),
        (events(piece("Hi"), piece(None, "length")), "cut off", "Hi"),
        (events(piece("Hi"), piece(None, "content_filter")), "content filter", "Hi"),
        (events(piece(None, "tool_calls")), "calls a function", ""),
    ],
)
def test_a_stream_without_an_end_or_without_text_is_incomplete(body, says, text):
    memory = ChatMemory(served(body))
    pieces = []
    with pytest.raises(IncompleteReply, match=says) as error:
        pieces.extend(memory.stream("Hello"))
    assert error.value.text == text
    assert memory.messages == []


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (whole("Hi", None), "broke off"),
        (whole(None), "empty"),
        (whole("  "), "empty"),
        (whole("Hi", "length"), "cut off"),
        ({**whole("Hi"), "choices": []}, "holds no reply"),
        ({**whole("Hi"), "choices": None}, "holds no reply"),
    ],
)
def test_an_answer_without_an_end_or_without_text_is_incomplete(body, says):
    memory = ChatMemory(served(body, whole("Hi")))
    with pytest.raises(IncompleteReply, match=says):
        memory.ask("Hello")
    assert memory.messages == []
    assert memory.ask("Hello") == "Hi"


def test_a_stream_asks_for_usage():
    requests = []
    client = served(events(piece("Hi", "stop")))
    create = client.chat.completions.create
    client.chat.completions.create = lambda **request: (requests.append(request), create(**request))[1]
    list(ChatMemory(client, options={"temperature": 0.5}).stream("Hello"))
    assert requests[0]["stream"] is True
    assert requests[0]["stream_options"] == {"include_usage": True}
    assert requests[0]["temperature"] == 0.5


@pytest.mark.parametrize("halves", [["\ud83c", "\udf38"], ["\ud83c"]])
def test_half_a_character_in_a_reply_does_not_end_the_conversation(halves):
    """Servers that cut strings by UTF-16 send an emoji as two halves; a half cannot be sent again."""
    memory = ChatMemory(served(events(*(piece(f"Hi {half}") for half in halves), piece("", "stop")), whole("Hello")))
    list(memory.stream("Hello"))
    assert memory.ask("Hello again") == "Hello"


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
