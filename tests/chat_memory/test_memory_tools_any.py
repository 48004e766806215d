"""Whatever is called, returned or raised, in any budget: no orphan, never over, nothing half kept, reasoning where it must be."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from chat_memory import BudgetError, ChatMemory, IncompleteReply, count_tokens
from chat_memory.tools import Tool

from .histories import REPEATABLE
from .tool_client import WAYS, ToolClient, call, calling, check_messages, told

SYSTEM = "Be brief."
RESULTS = ["", "21 degrees", "日本 🌸 " * 40, "word " * 300, "<|endoftext|>\n" * 30]


def look_up(key: int) -> str:
    """Look something up.

    0 to 4 return a text each, 5 raises, and 6 ends the program.
    """
    if key == 5:
        raise LookupError("no such key " * 60)
    if key == 6:
        raise KeyboardInterrupt("in a tool")
    return RESULTS[key]


async def look_up_slowly(key: int) -> str:
    """The same, awaited."""
    await asyncio.sleep(0)
    return look_up(key)


@dataclass
class Turn:
    """What is asked, what the model answers, and where the turn fails, if it does."""

    question: str
    answers: list[Any]
    fails: bool = False
    summary_fails: bool = False


CALLS = st.one_of(
    st.builds(lambda key: call("look_up", {"key": key}), st.integers(0, 5)),
    st.builds(lambda key: call("look_up_too", {"key": key}), st.integers(0, 4)),
    st.sampled_from([call("nothing", {}), call("look_up", "{"), call("look_up", {"key": "many"}), call("look_up", "")]),
)
TEXTS = st.sampled_from([None, None, "Let me see.", "word " * 80])
THOUGHTS = st.sampled_from([{}, {"reasoning_content": "Hm. " * 20}, {"reasoning": "So."}, {"reasoning_content": ""}])
STEPS = st.builds(
    lambda calls, text, thought: calling(*calls, text=text, **thought),
    st.lists(CALLS, min_size=1, max_size=3),
    TEXTS,
    THOUGHTS,
)
LAST = st.builds(lambda text, thought: {"content": text, **thought}, st.sampled_from(["Yes.", "fact " * 60]), THOUGHTS)
FAILURES = st.one_of(
    st.sampled_from([ConnectionError, KeyboardInterrupt, asyncio.CancelledError]).map(lambda kind: kind("no route")),
    st.sampled_from([{"content": "Cut o", "finish_reason": "length"}, {"content": None}]),
    st.just(calling(call("look_up", {"key": 1}), call("look_up", {"key": 6}))),
)


@st.composite
def turns(draw: st.DrawFn) -> Turn:
    question = draw(st.sampled_from(["Hi", "And 🌸?", "word " * 50]))
    steps: list[Any] = draw(st.lists(STEPS, max_size=4))
    if draw(st.integers(0, 3)):
        return Turn(question, [*steps, draw(LAST)], summary_fails=not draw(st.integers(0, 3)))
    return Turn(question, [*steps, draw(FAILURES)], fails=True, summary_fails=draw(st.booleans()))


class Talk:
    """A memory that is asked in one way, and all that has to hold of it."""

    def __init__(self, way: str, at_once: bool, more: int, keep_recent: int, note: int) -> None:
        asynchronous = way.endswith("async")
        self.way, self.client = way, ToolClient(asynchronous=asynchronous)
        second = look_up_slowly if asynchronous else look_up
        tools: list[Any] = [look_up, Tool(second, name="look_up_too")]
        self.options: dict[str, Any] = {"tools": tools, "parallel_tools": at_once, "max_steps": 3}
        sizes: dict[str, Any] = {"reply_tokens": 30, "summary_tokens": 20, "keep_recent": keep_recent}
        with pytest.raises(ValueError) as error:
            ChatMemory(self.client, SYSTEM, 1, **sizes, **self.options)
        self.budget = int(str(error.value).split("at least ")[1].split(",")[0]) + more
        self.room = self.budget - 30
        self.conversation = _Saved()
        known = [{"role": "user", "content": "What do you know?"}, {"role": "assistant", "content": "rain " * note}]
        facts = SimpleNamespace(note=lambda question: known) if note else None
        self.memory = ChatMemory(
            self.client, SYSTEM, self.budget, conversation=self.conversation, facts=facts, **sizes, **self.options
        )
        self.saved: list[dict[str, Any]] = []
        self.thoughts: dict[str, dict[str, Any]] = {}  # by the first call's id

    def ask(self, turn: Turn) -> None:
        before = self.memory.messages
        asked = self.client.requests
        asked.clear()
        self.client.summaries.clear()
        self.client.fails_to_summarise = turn.summary_fails
        self.client.left = list(_with_ids(turn.answers, len(self.saved)))
        answers = list(self.client.left)
        try:
            came = WAYS[self.way](self.memory, turn.question)
        except BudgetError as error:
            assert self.memory.messages == before
            self.check_requests(turn, answers)
            self.check_what_is_too_large(error, turn)
            return
        except BaseException as error:
            if isinstance(error, AssertionError):
                raise
            event(f"ended by {type(error).__name__}")
            assert turn.fails or isinstance(error, IncompleteReply), repr(error)
            assert self.memory.messages == before
            self.check_requests(turn, answers)
            self.check_what_was_done(error, turn)
            return
        assert not turn.fails
        self.check_requests(turn, answers)
        self.check_what_came(came, answers)
        self.check_what_is_kept(turn, answers)

    def check_requests(self, turn: Turn, answers: list[Any]) -> None:
        for number, request in enumerate(self.client.requests):
            messages = request["messages"]
            assert count_tokens(messages, tools=request["tools"]) <= self.room
            assert {"role": "user", "content": turn.question} in messages and messages[0]["content"] == SYSTEM
            assert messages[-1]["role"] == ("tool" if number else "user"), "the newest step is always sent"
            assert request.get("tool_choice") == ("none" if number == 3 else None)
            self.check_reasoning(messages, [*self.saved, *answers])
        for request in self.client.summaries:
            assert count_tokens(request["messages"]) <= self.budget - 30
        if len(self.client.requests) > 1:
            event(
                "steps left out" if _calls_in(self.client.requests[-1]) < len(self.client.requests) - 1 else "all steps"
            )

    def check_reasoning(self, messages: list[dict[str, Any]], said: list[Any]) -> None:
        """Each answer with calls has what was thought with it, to the letter."""
        for message in messages:
            if made := message.get("tool_calls"):
                answer = next(a for a in said if isinstance(a, dict) and _ids(a) == [one["id"] for one in made])
                assert _thought(message) == _thought(answer)

    def check_what_was_done(self, error: BaseException, turn: Turn) -> None:
        steps = len(self.client.requests) - 1
        messages = getattr(error, "messages", [])
        assert bool(messages) is (steps > 0 or (isinstance(error, KeyboardInterrupt) and str(error) == "in a tool"))
        if messages:
            assert messages[0] == {"role": "user", "content": turn.question}

    def check_what_is_too_large(self, error: BudgetError, turn: Turn) -> None:
        """The question, before anything is sent, or the newest step, whose results can be shortened and whose calls cannot."""
        assert error.needed > self.budget and sum(error.needs.values()) + 30 > self.budget
        if not self.client.requests:
            assert count_tokens([{"role": "user", "content": turn.question}]) > 50
            return
        event("the newest step is too large")
        question, *steps = error.messages  # type: ignore[attr-defined]
        assert question["content"] == turn.question
        first = max(place for place, message in enumerate(steps) if message.get("tool_calls"))
        whole = count_tokens(steps[first:]) - count_tokens([])
        assert count_tokens(steps[first : first + 1]) <= error.needs["the newest step"] + 3 <= whole + 3

    def check_what_came(self, came: Any, answers: list[dict[str, Any]]) -> None:
        texts = [answer["content"] for answer in answers if answer["content"]]
        if self.way.startswith("ask"):
            assert came == answers[-1]["content"]
        elif self.way.startswith("stream"):
            assert "".join(came) == "\n\n".join(texts)
        else:
            kinds = [kind for kind, *_ in told(came)]
            calls = sum(len(_ids(answer)) for answer in answers)
            assert kinds.count("called") == kinds.count("result") == calls and kinds.count("text") == len(texts)

    def check_what_is_kept(self, turn: Turn, answers: list[dict[str, Any]]) -> None:
        saved = self.conversation.messages()
        new = saved[len(self.saved) :]
        assert saved[: len(self.saved)] == self.saved
        assert new[0] == {"role": "user", "content": turn.question} and new[-1]["content"] == answers[-1]["content"]
        assert [_ids(m) for m in new if m.get("tool_calls")] == [_ids(answer) for answer in answers[:-1]]
        check_messages(new)
        self.check_reasoning(new, answers)
        calls = len(answers) > 1
        assert _thought(new[-1]) == (_thought(answers[-1]) if calls else {})
        self.saved = saved
        messages = self.memory.messages
        check_messages(messages)
        assert messages[-1]["content"] == answers[-1]["content"]
        self.check_reasoning(messages, saved)
        if calls and any(_ids(m) for m in messages[_last_question(messages) :]):
            assert _thought(messages[-1]) == _thought(answers[-1])
        resumed = ChatMemory.resume(self.client, self.conversation, **self.options)
        assert resumed.messages == messages and resumed.summary == self.memory.summary


def _with_ids(answers: list[Any], number: int) -> list[Any]:
    """The answers with ids that no other turn has."""
    changed: list[Any] = []
    for place, answer in enumerate(answers):
        calls = answer.get("tool_calls") if isinstance(answer, dict) else None
        if calls:
            ids = [{**made, "id": f"call_{number}_{place}_{n}"} for n, made in enumerate(calls)]
            answer = {**answer, "tool_calls": ids}
        changed.append(answer)
    return changed


def _ids(message: dict[str, Any]) -> list[str]:
    return [made["id"] for made in message.get("tool_calls") or ()]


def _thought(message: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in message.items() if key.startswith("reasoning") and value}


def _last_question(messages: list[dict[str, Any]]) -> int:
    return max(place for place, message in enumerate(messages) if message["role"] == "user")


def _calls_in(request: dict[str, Any]) -> int:
    messages = request["messages"]
    return sum(1 for message in messages[_last_question(messages) :] if message.get("tool_calls"))


class _Saved:
    """A conversation as a store has it: JSON, whole turns."""

    id = "trip"

    def __init__(self) -> None:
        self.turns: list[str] = []
        self.state: dict[str, Any] = {}

    def append(self, turn: Any, *, after: tuple[int, int], **state: Any) -> tuple[int, int]:
        self.turns.append(json.dumps(list(turn)))
        self.state = state
        return 1, len(self.turns)

    def load(self) -> Any:
        if not self.turns:
            return None
        recent = [json.loads(turn) for turn in self.turns[self.state["folded"] :]]
        return SimpleNamespace(recent=recent, position=(1, len(self.turns)), **self.state)

    def messages(self) -> list[dict[str, Any]]:
        return [message for turn in self.turns for message in json.loads(turn)]


@pytest.mark.parametrize("way", WAYS)
def test_any_conversation_with_tools(way):
    @settings(REPEATABLE, max_examples=15)
    @given(
        st.lists(turns(), min_size=1, max_size=6),
        st.booleans(),
        st.sampled_from([0, 60, 200, 700]),
        st.integers(0, 3),
        st.sampled_from([0, 0, 10, 200]),
    )
    def check(said: list[Turn], at_once: bool, more: int, keep_recent: int, note: int) -> None:
        talk = Talk(way, at_once, more, keep_recent, note)
        for turn in said:
            talk.ask(turn)

    check()
