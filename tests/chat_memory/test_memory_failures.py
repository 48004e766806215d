"""A call that fails, is interrupted, cancelled or given up leaves a memory as it was, and of two at once one is kept."""

import asyncio
import threading

import httpx2
import openai
import pytest

from chat_memory import ChatMemory, IncompleteReply, count_tokens
from mock_model import MockServer

from .fake_client import FakeAsyncClient, FakeClient, answer
from .talks import LAST, asked, chatting, full_memory, is_summary, summary_requests, turn
from .wire import WAYS, streamed

KINDS = ["429", "quota", "500", "503", "timeout", "connection", "drop", "empty", "length"]
REFUSED = (openai.APIError, httpx2.HTTPError, IncompleteReply)


def offline_memory(asynchronous: bool = False) -> tuple[MockServer, ChatMemory]:
    server = MockServer()
    client = server.async_client() if asynchronous else server.client()
    # With a limit an empty reply is asked for once more: see test_reply_limit.py.
    return server, ChatMemory(client, "Be brief.", 500, model="offline-model", limit_reply=False)


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
