"""The drivers run any course: what a step brings is told to it, what goes wrong is thrown into it, with every client."""

import asyncio
import threading

import pytest

from chat_memory import ChatMemory, IncompleteReply
from chat_memory.replies.drivers import in_events, in_events_async, in_pieces, in_pieces_async, run, run_async
from chat_memory.replies.events import Called, Result
from chat_memory.replies.reply import Reply
from chat_memory.replies.steps import Elsewhere, Run, Send, Stream

from .fake_client import FakeAsyncClient, FakeClient
from .wire import piece

REQUEST = {"model": "m", "messages": [{"role": "user", "content": "Hi"}]}


def plain(course, reply=None):
    return run(course, FakeClient(reply) if reply else FakeClient())


def awaited(course, reply=None):
    return asyncio.run(run_async(course, FakeAsyncClient(reply) if reply else FakeAsyncClient()))


DRIVERS = pytest.mark.parametrize("drive", [plain, awaited])


def fails(messages):
    raise ConnectionError("no route")


@DRIVERS
def test_what_comes_is_told_to_the_course_and_what_it_returns_comes_back(drive):
    def course():
        answer = yield Send(REQUEST)
        looked_up = yield Elsewhere(lambda: 7)
        return answer.choices[0].message.content, looked_up

    assert drive(course()) == ("Noted.", 7)


@DRIVERS
def test_a_course_may_go_on_after_what_went_wrong(drive):
    def course():
        try:
            yield Send(REQUEST)
        except ConnectionError as error:
            words = str(error)
            return (yield Elsewhere(lambda: words))

    assert drive(course(), fails) == "no route"


@DRIVERS
@pytest.mark.parametrize("error", [ConnectionError("no"), KeyboardInterrupt()])
def test_what_the_course_does_not_catch_is_raised_as_it_is(drive, error):
    left = []

    def fail():
        raise error

    def course():
        try:
            yield Elsewhere(fail)
        finally:
            left.append(True)

    with pytest.raises(type(error)) as raised:
        drive(course())
    assert raised.value is error and error.__context__ is None and left == [True]


def test_a_client_whose_answers_are_used_up_says_so_in_its_own_words():
    answers = iter(["Hi"])

    def course():
        yield Send(REQUEST)
        yield Send(REQUEST)

    with pytest.raises(StopIteration):
        plain(course(), lambda messages: next(answers))


def test_a_stream_goes_out_piece_by_piece_and_then_the_course_goes_on():
    done, client = [], FakeClient()
    client.chat.completions.create = lambda **request: iter([piece("Hi"), piece(" there"), piece("", "stop")])

    def course():
        reply = Reply(None, REQUEST, "delta")
        done.append((yield Stream(REQUEST, reply)))
        return reply.whole()

    pieces = in_pieces(course(), client)
    assert (next(pieces), done) == ("Hi", [])
    assert (list(pieces), done) == ([" there"], [None])
    assert run(course(), client) == "Hi there"

    async def collect():
        async def create(**request):
            return client.chat.completions.create(**request)

        other = FakeAsyncClient()
        other.chat.completions.create = create
        return [piece async for piece in in_pieces_async(course(), other)]

    assert asyncio.run(collect()) == ["Hi", " there"]


class Double:
    """A call of a tool that doubles a number, or raises it where it is an error."""

    def __init__(self, given):
        self.given, self.called = given, Called(f"{given}", "double", f"{given}")

    def run(self):
        if isinstance(self.given, BaseException):
            raise self.given
        return Result(f"{self.given}", "double", f"{2 * self.given}", failed=False)

    async def run_async(self):
        await asyncio.sleep(0)
        return self.run()


async def collected(events):
    return [event async for event in events]


EVENTS = pytest.mark.parametrize(
    "events",
    [
        lambda course: list(in_events(course, FakeClient())),
        lambda course: asyncio.run(collected(in_events_async(course, FakeAsyncClient()))),
    ],
    ids=["plain", "async"],
)


@EVENTS
@pytest.mark.parametrize("at_once", [False, True])
def test_calls_and_results_are_events_and_all_results_are_there_when_the_course_goes_on(events, at_once):
    seen = []

    def course():
        step = Run((Double(1), Double(2)), at_once)
        seen.append((yield step))
        seen.append([step.results[place].content for place in (0, 1)])

    came = events(course())
    assert seen == [None, ["2", "4"]]
    kinds = [type(event) for event in came]
    assert kinds == ([Called, Called, Result, Result] if at_once else [Called, Result, Called, Result])
    assert {event.id for event in came} == {"1", "2"}


@EVENTS
@pytest.mark.parametrize("at_once", [False, True])
def test_what_a_call_raises_is_thrown_into_the_course_which_sees_the_results_so_far(events, at_once):
    error, seen = KeyboardInterrupt("stop"), []

    def course():
        step = Run((Double(1), Double(error)), at_once)
        try:
            yield step
        finally:
            seen.append(step.results.get(1))

    with pytest.raises(KeyboardInterrupt) as raised:
        events(course())
    assert raised.value is error and seen == [None]


@pytest.mark.parametrize("asynchronous", [False, True])
def test_an_empty_line_stands_between_the_text_before_a_call_and_after_it(asynchronous):
    client = FakeAsyncClient() if asynchronous else FakeClient()
    texts = iter([["One", "."], [], ["Two", "."]])

    def create(**_):
        return iter([*(piece(text) for text in next(texts)), piece("", "stop")])

    async def create_async(**_):
        return create()

    client.chat.completions.create = create_async if asynchronous else create

    def course():
        for place in range(3):
            reply = Reply(None, REQUEST, "delta")
            reply.whole = lambda: ""
            yield Stream(REQUEST, reply)
            if place < 2:
                yield Run((Double(1),))

    pieces = (
        asyncio.run(collected(in_pieces_async(course(), client))) if asynchronous else list(in_pieces(course(), client))
    )
    assert pieces == ["One", ".", "\n\nTwo", "."]


@pytest.mark.parametrize("to_its_end", [True, False])
def test_a_function_is_called_in_another_thread_and_waited_for_where_it_must_end(to_its_end):
    begun, may_end, at_its_end, ended = threading.Event(), threading.Event(), threading.Event(), []

    def function():
        begun.set()
        may_end.wait(timeout=30)
        ended.append(threading.current_thread() is not threading.main_thread())
        at_its_end.set()

    def course():
        yield Elsewhere(function, to_its_end)

    async def cancel():
        task = asyncio.create_task(run_async(course(), FakeAsyncClient()))
        await asyncio.to_thread(begun.wait, 30)
        task.cancel()
        await asyncio.sleep(0.05)
        assert task.done() is (not to_its_end)
        may_end.set()
        with pytest.raises(asyncio.CancelledError):
            await task
        return list(ended)

    was_ended = asyncio.run(cancel())
    assert not to_its_end or was_ended == [True]
    assert at_its_end.wait(timeout=30) and ended == [True]


class SwallowingStream:
    """A client's stream that takes every exception for its own affair."""

    def __init__(self, *finishes):
        self._chunks = iter([piece("a"), *(piece("b", finish) for finish in finishes)])

    def __iter__(self):
        return self._chunks

    async def __aiter__(self):
        for chunk in self._chunks:
            yield chunk

    def __enter__(self):
        return self

    def __exit__(self, *_):
        return True

    async def __aenter__(self):
        return self

    async def __aexit__(self, *_):
        return True


@pytest.mark.parametrize("taken", [1, 2])
def test_a_stream_that_is_given_up_is_not_kept_whatever_the_client_makes_of_it(taken):
    client = FakeClient()
    client.chat.completions.create = lambda **_: SwallowingStream("stop")
    memory = ChatMemory(client)
    pieces = memory.stream("Hi")
    assert [next(pieces) for _ in range(taken)] == ["a", "b"][:taken]
    pieces.close()
    assert memory.messages == []

    async def give_up():
        async def create(**_):
            return SwallowingStream("stop")

        other = FakeAsyncClient()
        other.chat.completions.create = create
        memory = ChatMemory(other)
        pieces = memory.stream_async("Hi")
        assert [await anext(pieces) for _ in range(taken)] == ["a", "b"][:taken]
        await pieces.aclose()
        return memory.messages

    assert asyncio.run(give_up()) == []


def test_why_a_reply_is_not_whole_is_known_also_where_its_stream_cannot_be_closed():
    class Stream:
        def __iter__(self):
            return iter([piece("a"), piece("b", "length")])

        def close(self):
            raise ValueError("cannot be closed")

    client = FakeClient()
    client.chat.completions.create = lambda **_: Stream()
    with pytest.raises(ValueError, match="cannot be closed") as raised:
        list(ChatMemory(client).stream("Hi"))
    assert isinstance(raised.value.__context__, IncompleteReply)


def broken_generator(**_):
    def items():
        next(iter(()))
        yield

    list(items())  # RuntimeError: generator raised StopIteration


@pytest.mark.parametrize(
    ("error", "raised"),
    [
        (StopIteration("used up"), StopIteration),
        (StopAsyncIteration("used up"), StopAsyncIteration),
        (None, RuntimeError),
    ],
)
def test_what_a_client_raises_is_raised_also_where_it_speaks_of_a_generator(error, raised):
    def fail(messages):
        broken_generator() if error is None else None
        raise error

    with pytest.raises(raised):
        ChatMemory(FakeClient(fail)).ask("Hi")
    if not isinstance(error, StopIteration):  # no coroutine lets it pass
        with pytest.raises(raised):
            asyncio.run(ChatMemory(FakeAsyncClient(fail)).ask_async("Hi"))


def test_a_summary_error_is_what_the_client_raised():
    error = StopIteration("used up")

    def used_up_for_summaries(messages):
        if "Summary so far" in messages[-1]["content"]:
            raise error
        return "Noted."

    memory = ChatMemory(FakeClient(used_up_for_summaries), max_tokens=500)
    for number in range(40):
        memory.ask(f"My number {number} is {number * number}, if I remember well.")
        if memory.summary_error:
            break
    assert memory.summary_error is error and memory.summary == ""


def test_nobody_who_is_cancelled_twice_leaves_before_the_end():
    begun, may_end, ended = threading.Event(), threading.Event(), []

    def function():
        begun.set()
        may_end.wait(timeout=5)
        ended.append(True)
        raise ValueError("not saved")

    def course():
        yield Elsewhere(function, to_its_end=True)

    async def cancel_twice():
        task = asyncio.create_task(run_async(course(), FakeAsyncClient()))
        await asyncio.to_thread(begun.wait, 5)
        for _ in range(2):
            task.cancel()
            await asyncio.sleep(0.05)
        assert not task.done()
        may_end.set()
        with pytest.raises(asyncio.CancelledError) as cancelled:
            await task
        assert ended == [True] and isinstance(cancelled.value.__cause__, ValueError)

    asyncio.run(cancel_twice())


def test_a_function_that_stops_an_iteration_in_another_thread_is_not_waited_for_without_an_end():
    def course():
        yield Elsewhere(lambda: next(iter(())))

    async def soon():
        return await asyncio.wait_for(run_async(course(), FakeAsyncClient()), 5)

    with pytest.raises(RuntimeError, match="in another thread"):
        asyncio.run(soon())
