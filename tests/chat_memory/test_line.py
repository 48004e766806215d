"""Questions that wait in line: all are answered, one after the other, whatever becomes of those before them."""

import asyncio
import random
import threading
import time
from copy import deepcopy

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chat_memory import ChatMemory
from chat_memory.errors import ConflictError
from chat_memory.line import Line
from chat_memory.store import ConversationStore

from .fake_client import FakeAsyncClient, FakeClient
from .histories import REPEATABLE
from .talks import turn
from .tool_client import ToolClient, call, calling


class Slow:
    """Answers after a moment, and notes how many questions were on their way at once."""

    def __init__(self, seconds=0.002):
        self.seconds, self.now, self.most = seconds, 0, 0

    def begin(self):
        self.now += 1
        self.most = max(self.most, self.now)

    def plain(self):
        def reply(messages):
            self.begin()
            time.sleep(self.seconds)
            self.now -= 1
            return f"Answer to {messages[-1]['content']}"

        return FakeClient(reply)

    def awaited(self):
        slow = self

        class Client(FakeAsyncClient):
            async def create(self, **request):
                slow.begin()
                try:
                    await asyncio.sleep(slow.seconds)
                finally:
                    slow.now -= 1
                return await super().create(**request)

        return Client(lambda messages: f"Answer to {messages[-1]['content']}")


def pairs(questions):
    return [message for question in questions for message in turn(question, f"Answer to {question}")]


def together(calls):
    threads = [threading.Thread(target=call) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert not any(thread.is_alive() for thread in threads)


def test_threads_are_answered_one_after_the_other():
    slow = Slow()
    memory, questions = ChatMemory(slow.plain(), in_line=True), [f"Question {number}" for number in range(12)]
    together([lambda question=question: memory.ask(question) for question in questions])
    said = [message["content"] for message in memory.messages[::2]]
    assert sorted(said) == sorted(questions) and memory.messages == pairs(said) and slow.most == 1


def test_without_a_line_one_of_two_is_told():
    conflicts, memory = [], ChatMemory(Slow(0.05).plain())

    def ask():
        try:
            memory.ask("Question")
        except ConflictError as error:
            conflicts.append(str(error))

    together([ask, ask])
    assert len(conflicts) == 1 and "in_line=True" in conflicts[0]


def test_tasks_are_answered_in_the_order_in_which_they_asked_and_saved(tmp_path):
    async def use(store):
        slow = Slow()
        memory = ChatMemory(slow.awaited(), conversation=store.open("ana"), in_line=True)
        questions = [f"Question {number}" for number in range(12)]
        await asyncio.gather(*map(memory.ask_async, questions))
        assert memory.messages == pairs(questions) and slow.most == 1
        assert store.open("ana").messages() == memory.messages

    with ConversationStore(tmp_path / "chats.db") as store:
        asyncio.run(use(store))


WAYS = st.lists(
    st.sampled_from(["asked", "streamed", "cancelled", "given up", "fails", "undone", "never begun"]), max_size=8
)


@settings(parent=REPEATABLE, max_examples=25)
@given(ways=WAYS, seed=st.integers(0, 9))
def test_whatever_becomes_of_one_the_next_goes_on(ways, seed):
    async def use():
        memory, kept, chance = ChatMemory(Slow(0).awaited(), in_line=True), [], random.Random(seed)

        async def one(number, way):
            question = f"Question {number}"
            if way == "undone":
                try:
                    assert await memory.undo_async() == kept.pop()
                except LookupError:
                    assert not kept
            elif way == "fails":
                with pytest.raises(ValueError, match="question"):
                    await memory.ask_async("word " * 5_000)
            elif way == "given up":
                pieces = memory.stream_async(question)
                await anext(pieces)
                await pieces.aclose()
            elif way == "never begun":
                memory.stream_async(question)
            elif way == "streamed":
                assert [piece async for piece in memory.stream_async(question)]
                kept.append(question)
            else:
                await memory.ask_async(question)
                kept.append(question)

        tasks = [asyncio.create_task(one(number, way)) for number, way in enumerate(ways)]
        for task, way in zip(tasks, ways, strict=True):
            if way == "cancelled":
                for _ in range(chance.randrange(6)):
                    await asyncio.sleep(0)
                task.cancel()
        done = await asyncio.wait_for(asyncio.gather(*tasks, return_exceptions=True), 20)
        assert not [error for error in done if isinstance(error, Exception)]
        assert memory.messages == pairs(kept)
        assert await asyncio.wait_for(memory.ask_async("Still there?"), 20) == "Answer to Still there?"

    asyncio.run(use())


def test_a_thread_waits_for_a_stream_and_goes_on_where_it_is_given_up():
    memory, said = ChatMemory(FakeClient(lambda messages: "Some words."), in_line=True), []
    pieces = memory.stream("One")
    next(pieces)
    thread = threading.Thread(target=lambda: said.append(memory.ask("Two")))
    thread.start()
    thread.join(0.02)
    assert thread.is_alive() and not said
    pieces.close()
    thread.join(20)
    assert said == ["Some words."] and memory.messages == turn("Two", "Some words.")


def test_who_would_wait_for_himself_is_told():
    memory = ChatMemory(FakeClient(), in_line=True)
    pieces = memory.stream("One")
    next(pieces)
    for again in (lambda: memory.ask("Two"), memory.undo, memory.branch):
        with pytest.raises(ConflictError, match="earlier one of the same thread"):
            again()
    assert "".join(pieces) == "" and memory.ask("Two") == "Noted."

    async def use():
        memory = ChatMemory(FakeAsyncClient(), in_line=True)
        pieces = memory.stream_async("One")
        await anext(pieces)
        with pytest.raises(ConflictError, match="earlier one of the same thread or task"):
            await memory.ask_async("Two")
        with pytest.raises(ConflictError):
            memory.undo()
        await pieces.aclose()
        assert await memory.ask_async("Two") == "Noted."

    asyncio.run(use())


def in_a_worker(function):
    """What a function returns in a thread that is not the main one, within some seconds."""
    returned = []
    thread = threading.Thread(target=lambda: returned.append(function()), daemon=True)
    thread.start()
    thread.join(20)
    assert returned, "It waits for itself, or has raised something."
    return returned[0]


def with_a_tool_that_asks(ask, asynchronous=False, **options):
    client = ToolClient(calling(call("again"), call("again")), "Done.", "Noted.", asynchronous=asynchronous)
    if asynchronous:

        async def again() -> str:
            return await ask(memory)
    else:

        def again() -> str:
            return ask(memory)

    memory = ChatMemory(client, tools=[again], in_line=True, **options)
    return memory


def was_told(memory):
    results = [message["content"] for message in memory.messages if message["role"] == "tool"]
    return ["ConflictError" in result and "a tool of its own" in result for result in results] == [True, True]


@pytest.mark.parametrize("at_once", [False, True])
@pytest.mark.parametrize("way", ["ask", "stream"])
@pytest.mark.parametrize("of_the_tool", [lambda m: m.ask("Two"), lambda m: m.undo(), lambda m: list(m.stream("Two"))])
def test_a_tool_that_asks_its_own_memory_is_told_in_any_thread(at_once, way, of_the_tool):
    memory = with_a_tool_that_asks(of_the_tool, parallel_tools=at_once)
    assert "".join(in_a_worker(lambda: list(getattr(memory, way)("One")))) == "Done."
    assert was_told(memory) and memory.ask("Two") == "Noted."


@pytest.mark.parametrize("at_once", [False, True])
def test_a_tool_that_asks_its_own_memory_is_told_in_any_task(at_once):
    async def in_a_task(memory):
        return (await asyncio.gather(memory.ask_async("Two")))[0]

    memory = with_a_tool_that_asks(in_a_task, asynchronous=True, parallel_tools=at_once)
    assert in_a_worker(lambda: asyncio.run(memory.ask_async("One"))) == "Done." and was_told(memory)


def test_a_task_that_a_tool_has_begun_may_ask_once_the_turn_is_over():
    tasks = []

    async def later(memory, over):
        await over.wait()
        return await memory.ask_async("Two")

    async def use():
        async def again() -> str:
            tasks.append(asyncio.create_task(later(memory, over)))
            return "begun"

        over = asyncio.Event()
        client = ToolClient(calling(call("again")), "Done.", "Noted.", asynchronous=True)
        memory = ChatMemory(client, tools=[again], in_line=True)
        assert await memory.ask_async("One") == "Done."
        over.set()
        return await tasks[0]

    assert asyncio.run(use()) == "Noted."


def test_a_callback_that_asks_its_own_memory_in_another_thread_is_told(tmp_path):
    told = []

    def ask(notice):
        with pytest.raises(ConflictError, match="wait in line for an earlier one"):
            memory.ask("Two")
        told.append(notice)

    with ConversationStore(tmp_path / "chats.db") as store:
        memory = ChatMemory(FakeClient(), conversation=store.open("ana"), in_line=True, on_notice=ask)
        assert in_a_worker(lambda: memory.ask("One")) == "Noted." and len(told) == 1


def test_a_tool_may_ask_another_memory_that_waits_in_line():
    other = ChatMemory(FakeClient(), in_line=True)
    memory = with_a_tool_that_asks(lambda memory: other.ask("Two"), parallel_tools=True)
    assert in_a_worker(lambda: memory.ask("One")) == "Done." and len(other.messages) == 4


def test_a_stream_that_threads_pass_on_is_no_reason_to_refuse():
    """As web servers do: each piece is taken by whichever thread is free"""
    memory, said = ChatMemory(FakeClient(lambda messages: "Some words."), in_line=True), []

    def begin_and_ask():
        pieces = memory.stream("One")
        next(pieces)
        rest = threading.Thread(target=lambda: list(pieces))
        rest.start()
        said.append(memory.ask("Two"))
        rest.join()

    together([begin_and_ask])
    assert said == ["Some words."] and len(memory.messages) == 4


def test_a_copy_and_a_branch_stand_in_lines_of_their_own():
    memory = ChatMemory(FakeClient(), in_line=True)
    pieces = memory.stream("One")
    next(pieces)
    other = deepcopy(memory)
    assert other.ask("Two") == "Noted." and other._line is not memory._line
    pieces.close()


def test_two_memories_of_one_conversation_stand_in_two_lines(tmp_path):
    with ConversationStore(tmp_path / "chats.db") as store:
        ours, theirs = (ChatMemory(FakeClient(), conversation=store.open("ana"), in_line=True) for _ in range(2))
        ours.ask("One")
        with pytest.raises(ConflictError, match="it has 1 turn by now"):
            theirs.ask("Two")


def test_threads_and_tasks_stand_in_one_line():
    line, order = Line(), []
    first, second, third, fourth = (line.place() for _ in range(4))
    second._ahead = third._ahead = fourth._ahead = ()

    def thread():
        second.wait()
        order.append("thread")
        second.leave()

    async def task(place):
        await place.wait_async()
        order.append("task")
        place.leave()

    async def use():
        waiting, given_up = asyncio.create_task(task(fourth)), asyncio.create_task(task(third))
        await asyncio.sleep(0)
        given_up.cancel()
        await asyncio.gather(given_up, return_exceptions=True)
        third.leave()
        plain = threading.Thread(target=thread)
        plain.start()
        first.leave()
        await asyncio.wait_for(waiting, 20)
        plain.join(20)

    asyncio.run(use())
    assert order == ["thread", "task"]
    first.leave()
    assert line.place().turn.done()
