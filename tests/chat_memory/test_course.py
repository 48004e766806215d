"""The course of a turn, driven by hand, without any client: nothing is lost and nothing half kept, wherever it ends."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chat_memory import BudgetError, IncompleteReply, Usage, count_tokens
from chat_memory.errors import ConflictError, StoreError
from chat_memory.replies.steps import Elsewhere, Send, Step, Stream
from chat_memory.summary import summarized
from chat_memory.turn_course import ConversationState

from .histories import REPEATABLE
from .wire import chunk, piece, whole

NOTE = [{"role": "user", "content": "What do you know?"}, {"role": "assistant", "content": 'Notes: ["Ana"]'}]
SIZES = {"system": "Be brief.", "max_tokens": 900, "keep_recent": 20, "model": "gpt-4o"}
FULL = "Which is my last number?"
INTERRUPTIONS = [KeyboardInterrupt, SystemExit, asyncio.CancelledError, GeneratorExit]
FAILURES = [ConnectionError, TimeoutError, TypeError, IncompleteReply, StopIteration]
ENDS = [*INTERRUPTIONS, *FAILURES]
GIVEN_UP = "given up"


class Saved:
    """A conversation of a store; what is appended is there, or, where it `fails`, nothing is."""

    id = "trip"

    def __init__(self) -> None:
        self.turns: list[tuple] = []
        self.fails: Exception | None = None

    def load(self) -> None:
        return None

    def append(self, turn: Any, *, after: tuple[int, int], **state: Any) -> tuple[int, int]:
        if self.fails:
            raise self.fails
        assert after[1] == len(self.turns)
        self.turns.append((tuple(turn), state["summary"], state["folded"]))
        return 1, len(self.turns)


class Talk:
    """A conversation whose courses are driven by hand."""

    def __init__(self, *, facts: bool = True, saved: bool = True, **sizes: Any) -> None:
        note = SimpleNamespace(note=lambda question: [dict(message) for message in NOTE]) if facts else None
        sizes = SIZES | {"reply_tokens": 150, "summary_tokens": 30} | sizes
        self.state, self.saved = ConversationState(sizes, {}, note), Saved()
        if saved:
            self.state._go_on(self.saved, None)
        self.sent: list[list[dict]] = []  # the messages of each request

    def now(self) -> tuple:
        """All that a turn may change, but what was paid."""
        return self.state._kept, self.state._position, list(self.saved.turns)

    def places(self, course: Any, reply: str = "Noted.") -> Iterator[Callable[[Any], Any]]:
        """Drive a course; at each place where it may fail, gives a function that throws something into it there."""
        step = self._told(course.send, None)
        while step is not None:
            came = None
            yield self._thrower(course)
            if isinstance(step, Stream):
                self.sent.append(step.request["messages"])
                for part in chunks(reply):
                    step.reply.take(part)
                    yield self._thrower(course)
                step.reply.rest()
            elif isinstance(step, Send):
                self.sent.append(step.request["messages"])
                came = whole("They talked." if is_summary(self.sent[-1]) else reply)
            else:
                try:
                    came = step.function()
                except Exception as error:
                    step = self._told(course.throw, error)
                    continue
            step = self._told(course.send, came)

    def _told(self, tell: Callable[[Any], Step], what: Any) -> Step | None:
        try:
            return tell(what)
        except StopIteration as end:
            self.reply = end.value
            return None

    def _thrower(self, course: Any) -> Callable[[Any], Any]:
        return lambda what: course.close() if what is GIVEN_UP else course.throw(what)

    def ask(self, text: str, *, streamed: bool = False, reply: str = "Noted.") -> str:
        """A turn in which nothing goes wrong."""
        for _ in self.places(self.state._turn(text, streamed=streamed), reply):
            pass
        return self.reply


def chunks(text: str) -> list[dict]:
    """A streamed answer, three letters at a time, with its end and its usage in chunks of their own."""
    cut = [text[start : start + 3] for start in range(0, len(text), 3)]
    return [*map(piece, cut), piece(None, "stop"), chunk(usage={"prompt_tokens": 5, "completion_tokens": 7})]


def is_summary(messages: list[dict]) -> bool:
    return messages[0]["content"].startswith("You keep the summary")


def full(**options: Any) -> Talk:
    """A conversation that has to fold with its next question."""
    talk = Talk(**options)
    facts, talk.state._facts = talk.state._facts, None
    while not talk.state._layout.to_fold(talk.state._kept, talk.state._layout.question(FULL)):
        talk.ask(f"My number {len(talk.state._kept.turns)} is 7.", reply="I note it down. " * 12)
    talk.state._facts = facts
    talk.sent.clear()
    return talk


def kinds(course: Any, talk: Talk) -> list[str]:
    """What a course asks for, step by step."""
    step, asked = talk._told(course.send, None), []
    while step is not None:
        asked.append(type(step).__name__)
        came = None
        if isinstance(step, Stream):
            for part in chunks("Noted."):
                step.reply.take(part)
        elif isinstance(step, Send):
            came = whole("Noted.")
        else:
            came = step.function()
        step = talk._told(course.send, came)
    return asked


STREAMED = pytest.mark.parametrize("streamed", [False, True], ids=["whole", "streamed"])


# What a course asks for


@pytest.mark.parametrize(("facts", "saved"), [(False, False), (True, False), (False, True), (True, True)])
@STREAMED
def test_a_turn_looks_up_folds_asks_and_saves_and_does_nothing_that_it_need_not(facts, saved, streamed):
    asked = "Stream" if streamed else "Send"
    around = ["Elsewhere"] * facts, ["Elsewhere"] * saved
    talk = Talk(facts=facts, saved=saved)
    assert kinds(talk.state._turn("Hello", streamed=streamed), talk) == [*around[0], asked, *around[1]]
    talk = full(facts=facts, saved=saved)
    assert kinds(talk.state._turn(FULL, streamed=streamed), talk) == [*around[0], "Send", asked, *around[1]]


def test_only_saving_is_waited_for_to_its_end():
    first = Talk().state._turn("Hello")
    looking_up = first.send(None)
    assert isinstance(looking_up, Elsewhere) and not looking_up.to_its_end
    asking = first.send(looking_up.function())
    assert isinstance(asking, Send)
    saving = first.send(whole("Hi"))
    assert isinstance(saving, Elsewhere) and saving.to_its_end


@STREAMED
@pytest.mark.parametrize("text", [None, 7, "", " \n"])
def test_what_is_no_question_is_refused_before_the_course_begins(text, streamed):
    with pytest.raises((TypeError, ValueError), match="question"):
        Talk().state._turn(text, streamed=streamed)


@STREAMED
def test_a_question_that_does_not_fit_is_never_sent(streamed):
    talk = full()
    before = talk.now()
    with pytest.raises(BudgetError):
        talk.ask("word " * 1000, streamed=streamed)
    assert talk.now() == before and talk.sent == []


@STREAMED
def test_both_forms_lead_to_the_same(streamed):
    talk, other = full(), full()
    assert talk.ask(FULL, streamed=streamed) == other.ask(FULL, streamed=not streamed) == "Noted."
    assert talk.now() == other.now() and talk.sent == other.sent
    assert talk.state._kept.summary == "They talked."


# Wherever it ends, all is as it was


@STREAMED
@pytest.mark.parametrize("thrown", [*ENDS, GIVEN_UP], ids=lambda end: getattr(end, "__name__", end))
def test_a_turn_that_ends_anywhere_has_changed_nothing_and_can_be_asked_again(streamed, thrown):
    right = full()
    places = sum(1 for _ in right.places(right.state._turn(FULL, streamed=streamed)))
    assert places == (4 + 4 if streamed else 4)  # facts, summary, question, saving; and after each chunk
    for place in range(places):
        talk = full()
        before = talk.now()
        course = talk.state._turn(FULL, streamed=streamed)
        if thrown in FAILURES and place == 1:  # of the summary: the turn goes on, see below
            continue
        for number, throw in enumerate(talk.places(course)):
            if number == place:
                if thrown is GIVEN_UP:
                    throw(thrown)
                else:
                    with pytest.raises(RuntimeError if thrown is StopIteration else thrown):
                        throw(thrown("no"))
                break
        assert talk.now() == before and talk.state.summary_error is None
        assert list(course) == []  # it is over
        talk.sent.clear()
        assert talk.ask(FULL, streamed=streamed) == "Noted."
        assert (talk.now(), talk.sent) == (right.now(), right.sent)


@STREAMED
@pytest.mark.parametrize("failure", [ConnectionError("no route"), IncompleteReply("empty"), TypeError("no client")])
def test_where_only_the_summary_fails_the_question_goes_out_with_the_newest_turns(streamed, failure):
    talk = full()
    before = talk.state._kept
    course = talk.state._turn(FULL, streamed=streamed)
    looking_up = course.send(None)
    assert is_summary(course.send(looking_up.function()).request["messages"])
    step = course.throw(failure)
    assert talk.state.summary_error is failure
    sent = step.request["messages"]
    question = len(sent) - 1 - len(NOTE)
    said = [message for turn in before.turns for message in turn.messages]
    assert sent[0]["content"] == "Be brief." and sent[-1]["content"] == FULL and sent[question:-1] == NOTE
    assert 0 < len(sent[1:question]) < len(said) and sent[1:question] == said[-len(sent[1:question]) :]
    dropped = said[: len(said) - len(sent[1:question])]
    assert count_tokens(sent) <= 750 < count_tokens([*sent, *dropped[-2:]])
    assert talk.state._kept is before
    course.close()
    talk.ask(FULL, streamed=streamed)
    assert talk.state.summary_error is None and talk.state._kept.summary == "They talked."


def test_a_summary_that_fails_in_a_later_portion_folds_nothing():
    talk = Talk(facts=False)
    talk.ask("Say a lot.", reply="Word. " * 900)
    before = talk.state._kept
    course = talk.state._turn("Hello")
    course.send(None)
    step = course.send(whole("Half of it."))
    assert is_summary(step.request["messages"])  # the second portion
    step = course.throw(ConnectionError("no route"))
    assert not is_summary(step.request["messages"])
    assert talk.state._kept is before and talk.state._kept.summary == ""


@STREAMED
def test_what_cannot_be_saved_is_not_kept_and_the_error_holds_the_reply(streamed):
    talk = Talk()
    talk.saved.fails = StoreError("The disk is full.")
    before = talk.now()
    with pytest.raises(StoreError, match="disk is full") as error:
        talk.ask("Hello", streamed=streamed)
    assert error.value.reply == "Noted." and talk.now() == before
    talk.saved.fails = None
    talk.ask("Hello", streamed=streamed)
    assert len(talk.saved.turns) == len(talk.state._kept.turns) == 1


@pytest.mark.parametrize("thrown", INTERRUPTIONS)
def test_what_is_cancelled_once_it_is_saved_is_saved_and_kept(thrown):
    talk = Talk(facts=False)
    course = talk.state._turn("Hello")
    course.send(None)
    saving = course.send(whole("Hi"))
    saving.function()
    with pytest.raises(thrown):
        course.throw(thrown())
    assert len(talk.saved.turns) == len(talk.state._kept.turns) == 1


@STREAMED
def test_of_two_turns_at_once_the_one_that_ends_later_is_not_kept(streamed):
    places = sum(1 for _ in full().places(full().state._turn(FULL, streamed=streamed)))
    for place in range(places):
        talk = full()
        slow = talk.places(talk.state._turn(FULL, streamed=streamed), reply="Too late.")
        for _ in range(place + 1):
            next(slow)
        talk.ask("And this?", reply="In time.")
        before = talk.now()
        with pytest.raises(ConflictError, match="Ask again") as error:
            list(slow)
        assert error.value.reply == "Too late." and talk.now() == before
        assert talk.saved.turns[-1][0][-1]["content"] == "In time."


# A stream that is cut


@pytest.mark.parametrize("cut", range(len(chunks("Hi there."))))
@pytest.mark.parametrize("thrown", [None, ConnectionError, KeyboardInterrupt, GIVEN_UP])
def test_a_stream_may_be_cut_after_any_chunk_and_counts_once(cut, thrown):
    talk = Talk(facts=False)
    before = talk.now()
    course = talk.state._turn("Hello", streamed=True)
    stream = course.send(None)
    came = "".join(stream.reply.take(part) for part in chunks("Hi there.")[:cut])
    if thrown is GIVEN_UP:
        course.close()
    elif thrown:
        with pytest.raises(thrown):
            course.throw(thrown("no"))
    elif cut <= 3:  # the text alone, without its end
        came += stream.reply.rest()
        with pytest.raises(IncompleteReply, match="broke off") as error:
            course.send(None)
        assert error.value.text == came == "Hi there."[: 3 * cut]
    else:
        return
    assert talk.now() == before
    asked = count_tokens([{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Hello"}])
    text = "Hi there."[: 3 * cut]
    said = count_tokens([{"role": "", "content": text}]) - count_tokens([{"role": "", "content": ""}])
    assert talk.state.usage == (Usage(1, asked, said) if cut else Usage())
    assert talk.ask("Hello", streamed=True) == "Noted."


class Refused(Exception):
    status_code = 400


def test_a_stream_whose_usage_cannot_be_asked_for_is_asked_for_again_without_and_this_is_remembered():
    talk = Talk(facts=False, saved=False)
    course = talk.state._turn("Hello", streamed=True)
    asking = course.send(None)
    again = course.throw(Refused("Unknown parameter: stream_options"))
    assert asking.request == again.request | {"stream_options": {"include_usage": True}}
    for part in chunks("Hi there."):
        again.reply.take(part)
    with pytest.raises(StopIteration, match="Hi there"):
        course.send(None)
    assert "stream_options" not in talk.state._turn("Hello", streamed=True).send(None).request
    assert talk.state.usage.requests == 1


@pytest.mark.parametrize(
    "error", [Refused("Too long."), ConnectionError("stream_options"), KeyboardInterrupt("stream_options")]
)
def test_no_other_failure_is_tried_again(error):
    course = Talk(facts=False).state._turn("Hello", streamed=True)
    course.send(None)
    with pytest.raises(type(error)) as raised:
        course.throw(error)
    assert raised.value is error


def test_once_a_piece_is_out_nothing_is_tried_again():
    course = Talk(facts=False).state._turn("Hello", streamed=True)
    course.send(None).reply.take(piece("Hi"))
    with pytest.raises(Refused):
        course.throw(Refused("stream_options"))


# A summary alone


@pytest.mark.parametrize("thrown", [*INTERRUPTIONS, ConnectionError])
def test_a_summary_passes_on_what_is_thrown_and_leaves_what_it_was_given(thrown):
    said = [{"role": "user", "content": "Word. " * 300}]
    before = [dict(message) for message in said]
    course = summarized(said, "So far.", 40, model="gpt-4o", max_prompt_tokens=400, usage=None)
    course.send(None)
    course.send(whole("Half of it."))
    with pytest.raises(thrown):
        course.throw(thrown())
    assert said == before


# Whatever happens, in whatever order


TURNS = st.tuples(
    st.sampled_from(["Hi", "日本へ行きます。", "word " * 40]),  # the question
    st.sampled_from(["Yes.", "word " * 60, "🌸" * 20]),  # the reply
    st.booleans(),  # streamed
    st.one_of(st.none(), st.none(), st.integers(0, 12)),  # the place where something is thrown, if it is reached
    st.sampled_from([*INTERRUPTIONS, ConnectionError, GIVEN_UP]),
)


@settings(REPEATABLE, max_examples=60)
@given(st.lists(TURNS, min_size=8, max_size=24), st.booleans(), st.booleans(), st.integers(0, 3))
def test_no_turn_is_lost_and_none_half_kept(turns, facts, saved, keep_recent):
    talk = Talk(facts=facts, saved=saved, keep_recent=keep_recent, max_tokens=420, reply_tokens=70)
    said: list[list[tuple[str, str]]] = []
    for number, (question, reply, streamed, at, thrown) in enumerate(turns):
        question, reply, before = f"{number}? {question}", f"{number}! {reply}", talk.now()
        ended = False
        for place, throw in enumerate(talk.places(talk.state._turn(question, streamed=streamed), reply)):
            if place == at:
                ended = True
                try:
                    went_on = throw(thrown if thrown is GIVEN_UP else thrown("no"))
                except BaseException as error:
                    assert type(error) is thrown
                else:  # the summary failed, and the course went on
                    assert thrown is GIVEN_UP or (isinstance(went_on, (Send, Stream)) and talk.state.summary_error)
                break
        if ended:
            assert talk.now() == before
            continue
        said.append([("user", question), ("assistant", reply)])
        kept = talk.state._kept
        recent = [[(message["role"], message["content"]) for message in turn.messages] for turn in kept.turns]
        assert kept.folded + len(recent) == len(said) and recent == said[kept.folded :]
        assert bool(kept.summary) == bool(kept.folded)
        assert not saved or len(talk.saved.turns) == len(said)
    assert all(count_tokens(messages) <= 420 - 70 for messages in talk.sent if not is_summary(messages))
