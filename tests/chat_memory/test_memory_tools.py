"""A memory that calls tools: the loop runs to the answer in every way to ask, and the turn is kept whole or not at all."""

import asyncio
import copy
import threading
from contextvars import ContextVar
from dataclasses import dataclass
from itertools import pairwise
from types import SimpleNamespace

import pytest

from chat_memory import BudgetError, ChatMemory, IncompleteReply, count_tokens
from chat_memory.errors import ConflictError, StoreError
from chat_memory.store import ConversationStore
from chat_memory.tools import Called, Result, Text, Tool

from .fake_client import FakeAsyncClient, FakeClient
from .tool_client import WAYS, ToolClient, call, calling, check_messages, talk, told

EACH_WAY = pytest.mark.parametrize("way", WAYS)
AT_ONCE = pytest.mark.parametrize("at_once", [False, True])
QUESTION = {"role": "user", "content": "How is Rome?"}
LARGE = "word " * 3000


def weather(city: str) -> str:
    """The weather in a city."""
    if city == "Atlantis":
        raise LookupError("no such city")
    return f"{city}: 21 degrees"


def page(name: str) -> str:
    """A page of the web."""
    return LARGE


def asked(way, *answers, **options):
    """The client and the memory after one question, and what came of it."""
    client, memory = talk(way, *answers, **{"tools": [weather], **options})
    return client, memory, WAYS[way](memory, QUESTION["content"])


def text_of(way, came):
    """The text of what came."""
    if way.startswith("events"):
        return [event.piece for event in came if isinstance(event, Text)]
    return came


# The loop


@EACH_WAY
@AT_ONCE
def test_calls_are_answered_until_the_model_replies_and_the_turn_is_kept(way, at_once):
    first = calling(call("weather", {"city": "Rome"}), call("weather", {"city": "Atlantis"}), text="Let me look.")
    second = calling(call("weather", {"city": "Oslo"}))
    client, memory, came = asked(way, first, second, "Mild.", parallel_tools=at_once)
    assert (
        "".join(text_of(way, came))
        == {
            "a": "Mild.",
            "s": "Let me look.\n\nMild.",
            "e": "Let me look.Mild.",
        }[way[0]]
    )
    messages = memory.messages
    assert [message["role"] for message in messages] == [
        "user", "assistant", "tool", "tool", "assistant", "tool", "assistant",
    ]  # fmt: skip
    assert messages[1] == {"role": "assistant", "content": "Let me look.", "tool_calls": first["tool_calls"]}
    assert messages[2] == {"role": "tool", "tool_call_id": "call_0", "content": "Rome: 21 degrees"}
    assert messages[3]["content"] == "Error: LookupError: no such city"
    assert messages[4] == {"role": "assistant", "content": None, "tool_calls": second["tool_calls"]}
    assert messages[6] == {"role": "assistant", "content": "Mild."}
    assert [request["messages"] for request in client.requests] == [messages[:1], messages[:4], messages[:6]]
    assert all(request["tools"] == [Tool(weather).definition] for request in client.requests)
    assert not any("tool_choice" in request for request in client.requests)
    assert memory.usage.requests == 3 and memory.usage.prompt_tokens == 30


@pytest.mark.parametrize("way", ["events", "events_async"])
def test_events_come_as_it_happens(way):
    answer = calling(call("weather", {"city": "Rome"}), call("weather", {"city": "Atlantis"}), text="Let me look.")
    *_, came = asked(way, answer, "Mild.")
    assert came == [
        Text("Let"),
        Text(" me look."),
        Called("call_0", "weather", '{"city": "Rome"}'),
        Result("call_0", "weather", "Rome: 21 degrees", failed=False),
        Called("call_1", "weather", '{"city": "Atlantis"}'),
        Result("call_1", "weather", "Error: LookupError: no such city", failed=True),
        Text("Mil"),
        Text("d."),
    ]


@EACH_WAY
def test_what_is_wrong_in_a_call_goes_back_to_the_model(way):
    answer = calling(call("nothing"), call("weather", "{"), call("weather", {"town": "Rome"}))
    client, *_ = asked(way, answer, "Sorry.")
    results = [message["content"] for message in client.requests[1]["messages"][2:]]
    assert results[0] == "Error: There is no tool 'nothing'. There are: weather."
    assert results[1].startswith("Error: The arguments are no valid JSON") and "city: Field required" in results[2]


@EACH_WAY
def test_ids_that_are_missing_or_the_same_are_made_good(way):
    answer = calling(call("weather", {"city": "Rome"}, "a"), call("weather", {"city": "Oslo"}, "b"))
    answer["tool_calls"][0]["id"] = answer["tool_calls"][1]["id"] = None
    client, memory, _ = asked(way, answer, "Mild.")
    check_messages(memory.messages)
    assert [m["content"] for m in memory.messages if m["role"] == "tool"] == ["Rome: 21 degrees", "Oslo: 21 degrees"]
    assert client.requests[1]["messages"] == memory.messages[:-1]


@EACH_WAY
@pytest.mark.parametrize("reason", ["tool_calls", "stop", "tool_use", "TOOL_CALLS"])
def test_calls_are_calls_whatever_a_server_says_of_its_end(way, reason):
    _, memory, _ = asked(way, calling(call("weather", {"city": "Rome"}), finish_reason=reason), "Mild.")
    assert memory.messages[-1]["content"] == "Mild."


@EACH_WAY
@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (calling(call("weather", '{"city": "Ro'), finish_reason="length"), "cut off"),
        ({"content": None, "finish_reason": "tool_calls"}, "holds no call"),
        (calling(call("weather", {"city": "Rome"}), refusal="No."), "refused"),
        ({"content": None, "function_call": {"name": "weather", "arguments": "{}"}}, "older form.* know"),
        ({"content": None}, "empty"),
    ],
)
def test_calls_that_are_not_whole_are_not_run(way, answer, words):
    with pytest.raises(IncompleteReply, match=words):
        asked(way, answer)


@EACH_WAY
def test_after_max_steps_the_model_has_to_answer_with_the_same_tools(way):
    step = calling(call("weather", {"city": "Rome"}))
    client, *_ = asked(way, step, step, "Mild.", max_steps=2)
    assert [request.get("tool_choice") for request in client.requests] == [None, None, "none"]
    assert all(request["tools"] for request in client.requests)
    client, memory = talk(way, step, step, step, tools=[weather], max_steps=2)
    with pytest.raises(
        IncompleteReply, match=r"calls tools again after 2 answers with calls.*Raise max_steps"
    ) as error:
        WAYS[way](memory, "How is Rome?")
    assert [m["role"] for m in error.value.messages] == ["user", *["assistant", "tool"] * 2] and memory.messages == []


@pytest.mark.parametrize("max_steps", [0, -1, 1.5, None, True])
def test_max_steps_is_a_number(max_steps):
    with pytest.raises((TypeError, ValueError), match="max_steps"):
        ChatMemory(ToolClient(), tools=[weather], max_steps=max_steps)


@EACH_WAY
@pytest.mark.parametrize(
    ("choice", "later"),
    [
        ("required", "auto"),
        ("none", "none"),
        ({"type": "function", "function": {"name": "weather"}}, "auto"),
        (
            {"type": "allowed_tools", "allowed_tools": {"mode": "required", "tools": []}},
            {"type": "allowed_tools", "allowed_tools": {"mode": "auto", "tools": []}},
        ),
    ],
)
def test_a_call_that_is_forced_is_forced_once_in_a_turn(way, choice, later):
    options = {"tool_choice": choice, "parallel_tool_calls": False}
    step = calling(call("weather", {"city": "Rome"}), finish_reason="stop")
    client, memory, _ = asked(way, step, step, "Mild.", "And mild.", options=options)
    WAYS[way](memory, "Still?")
    assert [request["tool_choice"] for request in client.requests] == [choice, later, later, choice]
    assert all(request["parallel_tool_calls"] is False for request in client.requests)


def test_tools_are_no_option_and_the_error_says_where_they_go():
    for options in ({"tools": []}, {"extra_body": {"functions": []}}):
        with pytest.raises(ValueError, match=r"ChatMemory\(client, tools="):
            ChatMemory(ToolClient(), options=options)


@EACH_WAY
def test_a_model_without_tools_that_calls_one_all_the_same_is_refused(way):
    with pytest.raises(IncompleteReply, match="calls a function"):
        asked(way, calling(call("weather")), tools=[])


# Plain and async tools, one after the other and at once


async def weather_soon(city: str) -> str:
    """The weather, awaited."""
    await asyncio.sleep(0)
    return weather(city)


@EACH_WAY
def test_an_async_tool_is_awaited_and_refused_before_anything_is_sent_where_it_cannot_be(way):
    step = calling(call("weather_soon", {"city": "Rome"}), call("weather", {"city": "Oslo"}))
    client, memory = talk(way, step, "Mild.", tools=[weather, weather_soon])
    if not way.endswith("async"):
        with pytest.raises(TypeError, match=r"weather_soon is an async function.*_async"):
            WAYS[way](memory, "How is Rome?")
        assert not client.requests
        return
    WAYS[way](memory, "How is Rome?")
    assert [m["content"] for m in memory.messages if m["role"] == "tool"] == ["Rome: 21 degrees", "Oslo: 21 degrees"]


@EACH_WAY
def test_calls_run_at_once_where_asked_for_and_results_keep_the_order_of_the_calls(way):
    both, second_is_done = threading.Barrier(2, timeout=10), threading.Event()

    def meet(place: int) -> str:
        both.wait()
        if place == 0:
            assert second_is_done.wait(10)
        else:
            second_is_done.set()
        return str(place)

    answer = calling(call("meet", {"place": 0}), call("meet", {"place": 1}))
    _, memory, came = asked(way, answer, "Both.", tools=[meet], parallel_tools=True)
    assert [m["content"] for m in memory.messages if m["role"] == "tool"] == ["0", "1"]
    if way.startswith("events"):
        assert [kind for kind, *_ in told(came)] == ["called", "called", "result", "result", "text"]


@pytest.mark.parametrize("way", [way for way in WAYS if way.endswith("async")])
def test_coroutines_run_at_once_in_one_loop(way):
    there = []

    async def meet(place: int) -> str:
        there.append(asyncio.get_running_loop())
        while len(there) < 2:
            await asyncio.sleep(0)
        return str(place)

    answer = calling(call("meet", {"place": 0}), call("meet", {"place": 1}))
    _, memory, _ = asked(way, answer, "Both.", tools=[meet], parallel_tools=True)
    assert [m["content"] for m in memory.messages if m["role"] == "tool"] == ["0", "1"] and there[0] is there[1]


@EACH_WAY
def test_calls_run_one_after_the_other_otherwise(way):
    running, most = [], []

    def work(place: int) -> None:
        running.append(place)
        most.append(len(running))
        running.remove(place)

    asked(way, calling(*(call("work", {"place": place}) for place in range(3))), "Done.", tools=[work])
    assert most == [1, 1, 1]


USER = ContextVar("USER", default="nobody")


@EACH_WAY
@AT_ONCE
def test_tools_see_the_context_of_the_caller(way, at_once):
    def who() -> str:
        return USER.get()

    before = USER.set("Ana")
    try:
        _, memory, _ = asked(way, calling(call("who"), call("who")), "Ana.", tools=[who], parallel_tools=at_once)
    finally:
        USER.reset(before)
    assert [m["content"] for m in memory.messages if m["role"] == "tool"] == ["Ana", "Ana"]


# Reasoning


@EACH_WAY
@pytest.mark.parametrize("field", ["reasoning_content", "reasoning"])
def test_reasoning_stays_in_a_turn_that_called_tools_and_goes_out_of_one_that_did_not(way, field):
    step = calling(call("weather", {"city": "Rome"}), **{field: "Look first."})
    client, memory, _ = asked(way, step, {"content": "Mild.", field: "So it is."}, {"content": "Yes.", field: "Easy."})
    WAYS[way](memory, "Sure?")
    messages = memory.messages
    assert client.requests[1]["messages"][1][field] == "Look first."
    assert messages[1][field] == "Look first." and messages[3] == {
        "role": "assistant",
        "content": "Mild.",
        field: "So it is.",
    }
    assert messages[-1] == {"role": "assistant", "content": "Yes."}
    assert client.requests[2]["messages"] == messages[:-1]


@EACH_WAY
def test_reasoning_in_parts_goes_back_as_it_came(way):
    details = [{"type": "reasoning.encrypted", "index": 0, "data": "x", "id": "r1"}]
    client, *_ = asked(way, calling(call("weather", {"city": "Rome"}), reasoning_details=details), "Mild.")
    assert client.requests[1]["messages"][1]["reasoning_details"] == details


@EACH_WAY
def test_blocks_of_thinking_go_back_with_the_calls_and_not_with_a_plain_reply(way):
    blocks = [{"type": "thinking", "thinking": "Look first.", "signature": "s"}]
    step = calling(call("weather", {"city": "Rome"}), thinking_blocks=blocks)
    client, memory, _ = asked(way, step, "Mild.", {"content": "Yes.", "thinking_blocks": blocks})
    WAYS[way](memory, "Sure?")
    assert client.requests[1]["messages"][1]["thinking_blocks"] == memory.messages[1]["thinking_blocks"] == blocks
    assert memory.messages[-1] == {"role": "assistant", "content": "Yes."}


# Whole or not at all


class NoRoute(ConnectionError):
    pass


@EACH_WAY
def test_a_failure_in_the_middle_leaves_the_memory_as_it_was_and_says_what_was_done(way):
    client, memory = talk(
        way, "Hello.", calling(call("weather", {"city": "Rome"})), NoRoute("no route"), tools=[weather]
    )
    WAYS[way](memory, "Hi")
    before = memory.messages
    with pytest.raises(NoRoute) as error:
        WAYS[way](memory, "How is Rome?")
    assert memory.messages == before
    assert error.value.messages[0] == QUESTION and error.value.messages[-1]["content"] == "Rome: 21 degrees"
    check_messages(error.value.messages)
    client.left = [calling(call("weather", {"city": "Rome"})), "Mild."]
    WAYS[way](memory, "How is Rome?")
    assert memory.messages == [*before, *error.value.messages, {"role": "assistant", "content": "Mild."}]


@EACH_WAY
@AT_ONCE
@pytest.mark.parametrize("kind", [KeyboardInterrupt, SystemExit])
def test_what_ends_the_program_within_a_tool_ends_the_turn(way, at_once, kind):
    first_is_done = threading.Event()

    def work(place: int) -> str:
        if place == 1:
            assert first_is_done.wait(10)
            raise kind("stop")
        first_is_done.set()
        return "booked"

    answer = calling(*(call("work", {"place": place}) for place in range(2)))
    _, memory = talk(way, answer, tools=[work], parallel_tools=at_once)
    with pytest.raises(kind) as error:
        WAYS[way](memory, "Book")
    assert memory.messages == []
    question, made, *results = error.value.messages
    assert question["content"] == "Book" and made["tool_calls"] == answer["tool_calls"]
    assert [result["content"] for result in results] in ([["booked"]] if not at_once else [["booked"], []])


@pytest.mark.parametrize("way", ["stream", "events"])
def test_a_turn_that_is_given_up_anywhere_is_not_kept(way):
    answers = calling(call("weather", {"city": "Rome"}), call("weather", {"city": "Oslo"}), text="Look."), "Mild."
    for at_once in (False, True):
        everything = len(asked(way, *answers, parallel_tools=at_once)[2])
        for taken in range(1, everything + 1):
            _, memory = talk(way, *answers, tools=[weather], parallel_tools=at_once)
            items = getattr(memory, way)("How is Rome?")
            for _ in range(taken):
                next(items)
            items.close()
            assert memory.messages == []

            async def give_up(taken=taken, at_once=at_once):
                _, memory = talk(f"{way}_async", *answers, tools=[weather], parallel_tools=at_once)
                items = getattr(memory, f"{way}_async")("How is Rome?")
                for _ in range(taken):
                    await anext(items)
                await items.aclose()
                assert memory.messages == []

            asyncio.run(give_up())


@AT_ONCE
@pytest.mark.parametrize("way", ["ask_async", "stream_async", "events_async"])
def test_a_task_that_is_cancelled_while_tools_run_cancels_them_and_keeps_nothing(way, at_once):
    ended = []

    async def wait_long(place: int) -> str:
        try:
            await asyncio.Event().wait()
        finally:
            ended.append(place)
        return ""

    async def cancel():
        answer = calling(call("wait_long", {"place": 0}), call("wait_long", {"place": 1}))
        _, memory = talk(way, answer, tools=[wait_long], parallel_tools=at_once)

        async def ask():
            if way == "ask_async":
                return await memory.ask_async("Wait")
            return [item async for item in getattr(memory, way)("Wait")]

        task = asyncio.ensure_future(ask())
        for _ in range(20):
            await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert memory.messages == [] and sorted(ended) == ([0, 1] if at_once else [0])

    asyncio.run(cancel())


class Broken:
    """A conversation that cannot be saved."""

    id = "trip"

    def load(self):
        return None

    def append(self, turn, **state):
        raise StoreError("The disk is full.")


@EACH_WAY
def test_what_cannot_be_saved_is_not_kept_and_the_error_says_all(way):
    _, memory = talk(way, calling(call("weather", {"city": "Rome"})), "Mild.", tools=[weather], conversation=Broken())
    with pytest.raises(StoreError) as error:
        WAYS[way](memory, "How is Rome?")
    assert memory.messages == [] and error.value.reply == "Mild."
    assert [message["role"] for message in error.value.messages] == ["user", "assistant", "tool"]


@EACH_WAY
def test_a_reply_that_cannot_be_counted_is_paid_for_and_in_the_error(way):
    def count(text):
        if text == "Mild.":
            raise RuntimeError("The tokenizer is down.")
        return len(text)

    told_by_the_server = talk(way, "Mild.", count=count)[1]
    silent = (FakeAsyncClient if way.endswith("async") else FakeClient)(lambda messages: "Mild.")
    for memory in (told_by_the_server, ChatMemory(silent, count=count)):
        with pytest.raises(RuntimeError, match="tokenizer is down") as error:
            WAYS[way](memory, "How is Rome?")
        assert memory.messages == [] and error.value.reply == "Mild."


@dataclass(frozen=True)
class Fixed(Exception):
    """An error that takes no attributes."""

    code: int


@EACH_WAY
def test_an_error_that_takes_no_attributes_stays_what_it_is(way):
    calls = calling(call("weather", {"city": "Rome"}))
    _, memory = talk(way, calls, Fixed(7), tools=[weather])
    with pytest.raises(Fixed) as error:
        WAYS[way](memory, "How is Rome?")
    assert error.value.code == 7 and memory.messages == []


def test_an_error_of_a_store_that_takes_no_attributes_stays_what_it_is():
    class Full(Broken):
        def append(self, turn, **state):
            raise Fixed(28)

    _, memory = talk("ask", "Mild.", conversation=Full())
    with pytest.raises(Fixed):
        memory.ask("How is Rome?")


@EACH_WAY
def test_of_two_turns_at_once_the_one_that_ends_later_is_not_kept(way):
    memory = None

    def ask_another() -> str:
        other = ToolClient("In time.")
        memory._client, mine = other, memory._client
        memory.ask("And this?")
        memory._client = mine
        return "asked"

    _, memory = talk(way, calling(call("ask_another")), "Too late.", tools=[ask_another])
    with pytest.raises(ConflictError) as error:
        WAYS[way](memory, "Hello")
    assert error.value.reply == "Too late." and error.value.messages[-1]["content"] == "asked"
    assert [message["content"] for message in memory.messages] == ["And this?", "In time."]


def test_a_copy_shares_the_tools():
    class Counter:
        def __init__(self):
            self.calls = 0

        def count(self) -> int:
            self.calls += 1
            return self.calls

    counter = Counter()
    step = calling(call("count"))
    _, memory = talk("ask", step, "1", step, "2", tools=[counter.count])
    memory.ask("Count")
    copy.deepcopy(memory).ask("Count")
    assert counter.calls == 2 and len(memory.messages) == 4


# The budget


def without_summaries(client, way):
    """Let each request for a summary fail; returns the list of those that did."""
    failed, create = [], client.chat.completions.create

    def refuse(**request):
        if request["messages"][0]["content"].startswith("You keep the summary"):
            failed.append(request)
            raise NoRoute("no route")
        return create(**request)

    async def refuse_async(**request):
        return await refuse(**request)

    client.chat.completions.create = refuse_async if way.endswith("async") else refuse
    return failed


def fits(client, budget):
    for request in client.requests:
        assert count_tokens(request["messages"], tools=request["tools"]) <= budget
    return True


@EACH_WAY
def test_a_large_result_is_shortened_and_the_question_and_older_turns_stay(way):
    step = calling(call("page", {"name": "a"}))
    client, memory = talk(way, "Noted.", step, "Read.", tools=[page], max_tokens=1200, reply_tokens=200)
    WAYS[way](memory, "My name is Ana.")
    WAYS[way](memory, "Read it.")
    assert fits(client, 1000) and not client.summaries
    sent = client.requests[-1]["messages"]
    assert sent[0]["content"] == "My name is Ana." and sent[2]["content"] == "Read it."
    assert "tokens in all" in sent[-1]["content"] and count_tokens(sent, tools=client.requests[-1]["tools"]) > 900
    kept = memory.messages
    assert 400 < count_tokens(kept[2:]) < 500, "what is kept of it takes half of the room"


@EACH_WAY
def test_older_turns_are_folded_for_results_of_usual_size(way):
    def note(name: str) -> str:
        return f"{name} word" * 100

    step = calling(call("note", {"name": "a"}))
    client, memory = talk(way, tools=[note], max_tokens=1000, reply_tokens=100, keep_recent=1)
    client.left = ["Noted. " * 40] * 5 + [step, "Read."]
    for number in range(5):
        WAYS[way](memory, f"My number {number} is 7. " * 5)
    assert not client.summaries
    WAYS[way](memory, "Read it.")
    assert fits(client, 900) and client.summaries and not any("tools" in request for request in client.summaries)
    before, after = client.requests[-2]["messages"], client.requests[-1]["messages"]
    assert len(before) == 11 and after[-1]["content"] == f"{'a word' * 100}"
    assert after[0]["content"].startswith("Please recap") and memory.summary == "They talked."


@EACH_WAY
def test_where_the_summary_fails_in_the_middle_of_a_turn_it_is_tried_once_and_the_newest_turns_are_sent(way):
    def note(name: str) -> str:
        return f"{name} word" * 60

    client, memory = talk(way, tools=[note], max_tokens=1000, reply_tokens=100)
    step = calling(call("note", {"name": "a"}))
    client.left = ["Noted. " * 40] * 5 + [step, step, "Read."]
    for number in range(5):
        WAYS[way](memory, f"My number {number} is 7. " * 5)
    failed = without_summaries(client, way)
    WAYS[way](memory, "Read it.")
    assert len(failed) == 1 and isinstance(memory.summary_error, NoRoute) and fits(client, 900)
    roles = [message["role"] for message in client.requests[-1]["messages"]]
    assert roles[0] == "user" and roles[-5:] == ["user", "assistant", "tool", "assistant", "tool"]
    assert len(memory.messages) == 16, "nothing was folded"


@EACH_WAY
def test_in_a_long_turn_whole_steps_go_and_the_newest_result_stays(way):
    def note(number: int) -> str:
        return f"note {number} " * 20

    steps = [calling(call("note", {"number": n}, f"call_{n}"), reasoning_content="word " * 80) for n in range(8)]
    client, _, _ = asked(way, *steps, "Read.", tools=[note], max_tokens=700, reply_tokens=50)
    assert fits(client, 650)
    sent = client.requests[-1]["messages"]
    assert sent[0] == QUESTION and sent[-1]["content"].startswith("note 7")
    assert 1 < sum(1 for message in sent if message["role"] == "tool") < 8
    assert all(message["reasoning_content"] == "word " * 80 for message in sent if message["role"] == "assistant")


@EACH_WAY
@pytest.mark.parametrize("turns", [0, 3])
def test_where_the_newest_step_is_too_large_the_turn_ends_before_the_next_request(way, turns):
    mails = []

    def mail(text: str) -> str:
        mails.append(text)
        return "Sent. " * 300

    client, memory = talk(way, *["Noted. " * 20] * turns, tools=[mail], max_tokens=700, reply_tokens=50)
    for _ in range(turns):
        WAYS[way](memory, "My name is Ana.")
    before, requests = memory.messages, len(client.requests)
    letter = calling(call("mail", {"text": "Dear all, " * 400}))
    client.left = [letter] * 3
    with pytest.raises(BudgetError, match=r"The newest step needs 1,\d\d\d tokens, the newest question") as raised:
        WAYS[way](memory, "Write to them.")
    assert (len(mails), len(client.requests), memory.messages) == (1, requests + 1, before)
    assert [message["role"] for message in raised.value.messages] == ["user", "assistant", "tool"]

    for budget, works in ((raised.value.needed - 1, False), (raised.value.needed, True)):
        client, memory = talk(way, *["Noted. " * 20] * turns, tools=[mail], max_tokens=budget, reply_tokens=50)
        for _ in range(turns):
            WAYS[way](memory, "My name is Ana.")
        client.left = [letter, "They know."]
        try:
            WAYS[way](memory, "Write to them.")
        except BudgetError:
            assert not works
        else:
            assert works and fits(client, budget - 50) and client.requests[-1]["messages"][-1]["role"] == "tool"


@EACH_WAY
def test_what_is_known_gives_way_to_the_newest_step(way):
    note = [{"role": "user", "content": "What do you know?"}, {"role": "assistant", "content": "rain " * 300}]
    facts = SimpleNamespace(note=lambda question: note)
    step = calling(call("page", {"name": "word " * 350}))
    client, *_ = asked(way, step, "Read.", tools=[page], facts=facts, max_tokens=700, reply_tokens=50)
    first, second = (request["messages"] for request in client.requests)
    assert first == [*note, QUESTION] and second[0] == QUESTION and second[-1]["role"] == "tool"
    assert fits(client, 650)


@EACH_WAY
def test_within_a_turn_requests_append_to_what_was_sent_most_of_the_time(way):
    def note(number: int) -> str:
        return f"note {number} " * 60

    steps = [calling(call("note", {"number": n}, f"call_{n}")) for n in range(8)]
    client, *_ = asked(way, *steps, "Read.", tools=[note], max_tokens=900, reply_tokens=50)
    sent = [request["messages"] for request in client.requests]
    appended = [later[: len(earlier)] == earlier for earlier, later in pairwise(sent)]
    assert fits(client, 850) and sum(appended) >= len(appended) - 3, appended


def test_tools_that_leave_no_room_are_named_with_the_least_that_works():
    def long(a: str) -> None:
        pass

    tools = [Tool(long, description="word " * 500)]
    with pytest.raises(ValueError, match="the instructions, the tools, a summary"):
        ChatMemory(ToolClient(), max_tokens=500, tools=tools)
    memory = ChatMemory(ToolClient(), max_tokens=1000, tools=tools)
    with pytest.raises(BudgetError, match="the tools 5") as error:
        memory.ask("word " * 400)
    client = ToolClient("Yes.")
    ChatMemory(client, max_tokens=error.value.needed, tools=tools).ask("word " * 400)
    assert fits(client, error.value.needed)


@EACH_WAY
def test_what_is_known_stays_before_the_question_through_the_turn_and_is_not_kept(way):
    note = [{"role": "user", "content": "What do you know?"}, {"role": "assistant", "content": "Ana likes rain."}]
    facts = SimpleNamespace(note=lambda question: note)
    step = calling(call("weather", {"city": "Rome"}))
    client, memory, _ = asked(way, step, step, "Mild.", facts=facts)
    assert all(request["messages"][:3] == [*note, QUESTION] for request in client.requests)
    assert memory.messages[0] == QUESTION and note[0] not in memory.messages


@EACH_WAY
@pytest.mark.parametrize("size", [10, 350, 600])
def test_what_is_known_may_take_more_than_the_share_of_a_turn_whatever_else_fails(way, size):
    note = [{"role": "user", "content": "What do you know?"}, {"role": "assistant", "content": "rain " * size}]
    facts = SimpleNamespace(note=lambda question: note)
    client, memory = talk(way, tools=[page], facts=facts, max_tokens=1000, reply_tokens=100)
    without_summaries(client, way)
    client.left = ["Noted. " * 60] * 4 + [calling(call("page", {"name": "a"})), "Read."]
    for _ in range(5):
        WAYS[way](memory, "Read it.")
    assert fits(client, 900) and client.requests[-1]["messages"][-1]["role"] == "tool"
    assert all(request["messages"][-1] == {"role": "user", "content": "Read it."} for request in client.requests[:-1])


# Saved and resumed


@EACH_WAY
def test_the_whole_turn_is_saved_and_what_is_resumed_is_what_was_kept(way, tmp_path):
    with ConversationStore(tmp_path / "chats.db") as store:
        step = calling(call("page", {"name": "a"}), text="Look.", reasoning_content="Hm.")
        client, memory = talk(
            way, step, {"content": "Read.", "reasoning_content": "So."}, tools=[page], max_tokens=1200,
            conversation=store.open("trip"),
        )  # fmt: skip
        WAYS[way](memory, "Read it.")
        saved = store.open("trip").messages()
        assert saved[2]["content"] == LARGE and saved[1]["reasoning_content"] == "Hm."
        assert saved[3] == {"role": "assistant", "content": "Read.", "reasoning_content": "So."}
        resumed = ChatMemory.resume(client, store.open("trip"), tools=[page])
        assert resumed.messages == memory.messages and resumed.messages[2]["content"] != LARGE
        client.left = ["Yes."]
        WAYS[way](resumed, "Sure?")
        assert fits(client, 1000)
