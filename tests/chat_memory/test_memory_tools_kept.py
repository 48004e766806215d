"""A turn with tools is kept whole or not at all, saved as it happened, and resumed as it was kept."""

import asyncio
import copy
import threading
from dataclasses import dataclass

import pytest

from chat_memory import ChatMemory
from chat_memory.errors import ConflictError, StoreError
from chat_memory.store import ConversationStore

from .fake_client import FakeAsyncClient, FakeClient
from .tool_client import (
    LARGE,
    QUESTION,
    WAYS,
    NoRoute,
    ToolClient,
    asked,
    call,
    calling,
    check_messages,
    fits,
    page,
    talk,
    weather,
)

EACH_WAY = pytest.mark.parametrize("way", WAYS)
AT_ONCE = pytest.mark.parametrize("at_once", [False, True])


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
