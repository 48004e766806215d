"""A model that calls what a script says, and a learner's loop around it: what was called, sent, answered and kept."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any, NamedTuple

import httpx2
from hypothesis import strategies as st

from mock_model.api.completion import Reply

from ..engine.criteria import Lines, Message, NotYet, Scene
from ..engine.learner_code import Work
from ..engine.preconditions import let_chance_begin_elsewhere
from ..engine.recording_server import RecordingServer
from ..situations.histories import TOWNS, calling, copied
from . import hints

THOUGHT = "reasoning_content"
ANSWER = "That is what I found out about {}."


class Call(NamedTuple):
    """A call that the model makes: the name of a function, and its arguments as the model writes them."""

    name: str
    arguments: str

    def __str__(self) -> str:
        return f"{self.name}({self.arguments})"


Script = list[list[Call]]  # the calls of each step
PLAIN: list[Message] = [{"role": "user", "content": "Hello!"}, {"role": "assistant", "content": "Hello!"}]
WITH_CALLS: list[Message] = [
    {"role": "user", "content": "Is Oslo far?"},
    calling("call_1", "Oslo") | {THOUGHT: "I look for Oslo."},
    {"role": "tool", "tool_call_id": "call_1", "content": "1200 km."},
    {"role": "assistant", "content": "Yes.", THOUGHT: "1200 km are far."},
]


class Interrupted(BaseException):
    """What is no Exception, and no Ctrl-C either."""


class CtrlC(KeyboardInterrupt):
    """As when somebody presses Ctrl-C."""


class NoTaxi(Exception):
    """An error of a function's own."""


ERRORS = (KeyError, RuntimeError, NoTaxi, TypeError, ValueError, OSError)  # what a function may raise


def tool(name: str, what: str, **more: str) -> dict[str, Any]:
    properties = {name: {"type": type} for name, type in {**more, "town": "string"}.items()}
    parameters = {"type": "object", "properties": properties, "required": [*properties]}
    return {"type": "function", "function": {"name": name, "description": what, "parameters": parameters}}


TOOLS = [
    tool("weather", "The weather in a town."),
    tool("people", "How many live in a town.", year="integer"),
    tool("taxi", "Order a taxi."),
]


def right(town: str, name: str = "weather") -> Call:
    """A call that can be made; the arguments of `people` come in another order than the function has them."""
    return Call(name, json.dumps({"town": town} | ({"year": 2020} if name == "people" else {})))


RIGHT = st.builds(right, st.sampled_from(TOWNS), st.sampled_from(("weather", "people")))
FAILING = st.builds(right, st.sampled_from(TOWNS), st.just("taxi"))
UNKNOWN = st.builds(right, st.sampled_from(TOWNS), st.sampled_from(("wether", "get_weather", "book_hotel")))
NO_JSON = st.builds(Call, st.just("weather"), st.sampled_from(('{"town": ', "town=Lima", "{'town': 'Lima'}")))
NO_OBJECT = st.builds(Call, st.just("people"), st.sampled_from(('["Lima"]', '"Lima"', "null", "3")))
NOT_FITTING = st.builds(
    Call, st.just("weather"), st.sampled_from(('{"city": "Lima"}', '{"town": "Lima", "day": 3}', "{}"))
)


def scripts(
    calls: st.SearchStrategy[Call], least: int = 1, most: int = 3, parallel: int = 1
) -> st.SearchStrategy[Script]:
    """Scripts of some steps with these calls, up to so many at once."""
    return st.lists(st.lists(calls, min_size=1, max_size=parallel), min_size=least, max_size=most)


class ScriptedModel(RecordingServer):
    """A model that makes the calls of a script, step by step, and then answers. Which step it is, the request alone says."""

    def __init__(self, script: Script, thinks: bool = True) -> None:
        super().__init__(reply_to=self.say)
        self.script, self.thinks = script, thinks
        self.bodies: list[dict[str, Any]] = []
        self.said: list[Message] = []  # as the model has said it

    def step_of(self, body: dict[str, Any]) -> int:
        """How many steps the newest turn has so far."""
        last = max(i for i, message in enumerate(body["messages"]) if message["role"] == "user")
        return sum(bool(message.get("tool_calls")) for message in body["messages"][last:])

    def say(self, body: dict[str, Any], fits: object) -> Reply:
        step = self.step_of(body)
        thought = f"This is what I think at step {step + 1}." if self.thinks else ""
        beside = "I look that up, too." if step % 2 else None  # a text beside the calls is no answer
        may_call = body.get("tools") and body.get("tool_choice") != "none"
        if step < len(self.script) and may_call:
            return Reply(beside, tuple((call.name, {}) for call in self.script[step]), thought)
        question = next(message for message in reversed(body["messages"]) if message["role"] == "user")
        return Reply(ANSWER.format(str(question["content"]).split()[-1]), (), thought)

    def handle(self, request: httpx2.Request) -> httpx2.Response:
        body = json.loads(request.content) if request.content else {}
        if "messages" not in body:
            return super().handle(request)
        self.bodies.append(body)
        response = super().handle(request)
        if response.status_code != 200 or body.get("stream"):
            return response
        answer = json.loads(response.content)
        message = answer["choices"][0]["message"]
        if calls := message.get("tool_calls"):
            for made, meant in zip(calls, self.script[self.step_of(body)], strict=True):
                made["function"]["arguments"] = meant.arguments
        self.said.append(message)
        return httpx2.Response(200, json=answer)


class Run:
    """A learner's loop, run until it ends or fails, perhaps several times with the same list."""

    def __init__(
        self, challenge: Work, script: Script, max_steps: int = 10, town: str = "Lima", has_called: bool = False
    ) -> None:
        """With `has_called` tools were called in the turn before, too."""
        self.challenge, self.script, self.max_steps, self.town = challenge, script, max_steps, town
        self.server = ScriptedModel(script)
        self.before: list[Message] = [
            {"role": "system", "content": "Be brief."},
            *(WITH_CALLS if has_called else PLAIN),
            {"role": "user", "content": f"Tell me about {town}"},
        ]
        self.messages = copied(self.before)
        self.called: list[Call] = []  # what the functions were called with
        self.interrupt_at: int | None = None  # the number of a call of a function, from 0
        self.interrupt_with: type[BaseException] = CtrlC
        self.failed = 0  # calls of the function that fails
        self.scene = Scene()
        self.returned: object = None
        if script:
            self.scene.show("The model calls, step by step", Lines([", ".join(map(str, calls)) for calls in script]))

    @property
    def functions(self) -> dict[str, Callable[..., str]]:
        def weather(town: str) -> str:
            return self._note("weather", town)

        def people(year: int, town: str) -> str:
            return self._note("people", town) if isinstance(town, str) else f"There is no town {town}."

        def taxi(town: str) -> str:
            words = self._note("taxi", town)
            self.failed += 1
            raise ERRORS[(self.failed + len(self.script) + len(town)) % len(ERRORS)](words)

        return {"weather": weather, "people": people, "taxi": taxi}

    def _note(self, name: str, town: str) -> str:
        number = len(self.called)
        if number == self.interrupt_at:
            self.interrupt_at = None
            raise self.interrupt_with("interrupted")
        self.called.append(call := right(town, name))
        return str(said_of(*call))

    def go(self) -> BaseException | None:
        """Run the loop; what the server or a function raised, and the loop let through, is returned."""
        let_chance_begin_elsewhere(self.challenge)
        run_loop = self.challenge.get("run_loop")

        @wraps(run_loop)
        def interruptible(*arguments: Any) -> Any:
            try:
                return run_loop(*arguments)
            except CtrlC as error:  # a real one ends the check
                raise Interrupted("Ctrl-C") from error

        arguments = (self.server.client(), self.messages, copied(TOOLS), self.functions, self.max_steps)
        try:
            self.returned = self.challenge.run(interruptible, "run_loop", *arguments)
        except NotYet as problem:
            self.scene.show("`messages` holds", copied(self.messages))
            if problem.__cause__ is None:
                raise
            if not self.was_to_fail(problem.__cause__):
                self.expect_no_refusal()
                self.expect_not_let_out(problem.__cause__)
                raise
            return problem.__cause__
        self.scene.show("`messages` holds", copied(self.messages))
        return None

    def was_to_fail(self, error: BaseException) -> bool:
        return isinstance(error, Interrupted) or len(self.server.requests) - 1 in self.server.failing

    def expect_not_let_out(self, error: BaseException) -> None:
        """What goes wrong with a call is no error of the loop; and the loop ends with an answer, not with an error."""
        calls = [call for calls in self.script for call in calls]
        self.expect(
            all(said_of(*call) and call.name != "taxi" for call in calls),
            f"run_loop stops with {type(error).__name__}: {error!s:.80}.",
            why="The model has made a call that cannot be made, or fails. When it reads that, it can do better.",
            hint=hints.LET_OUT,
        )
        steps = sum(bool(message.get("tool_calls")) for message in self.server.said)
        self.scene.show("max_steps", str(self.max_steps))
        self.expect(
            steps < self.max_steps,
            f"max_steps={self.max_steps}. After {many(steps, 'step')} run_loop stops with {type(error).__name__}: {error!s:.80}.",
            why="The results that are there are worth an answer: the user waits for one.",
            hint=hints.LIMIT,
        )

    def expect_no_refusal(self) -> None:
        """Where the server refused the last request: say what it was sent, and why that is refused."""
        answered = self.server.replies[-1:] != [None]
        if not answered and self.server.requests:
            self.scene.show("You sent", self.server.requests[-1])
            with self.scene.sent_by_us(
                why="Each call needs its result right behind it, and a result its call.", hint=hints.REFUSED
            ):
                self.server.client().chat.completions.create(
                    model=str(self.server.bodies[-1].get("model")), messages=self.server.requests[-1], tools=TOOLS
                )

    def expect(self, met: object, what: str, *, why: str, hint: str | Sequence[str]) -> None:
        self.scene.expect(met, what, why=why, hint=hint)

    def steps(self) -> list[list[Message]] | None:
        """What was appended, step by step: each a message of the model and what follows it; None where it is not so."""
        new: list[list[Message]] = []
        for message in self.messages[len(self.before) :]:
            if isinstance(message, dict) and message.get("role") == "assistant":
                new.append([message])
            elif new and isinstance(message, dict):
                new[-1].append(message)
            else:
                return None
        return new

    def expect_dicts(self) -> None:
        """All that was appended are dicts with a role."""
        odd = next((m for m in self.messages if not (isinstance(m, dict) and isinstance(m.get("role"), str))), None)
        self.expect(
            odd is None,
            f"In `messages` stands a {type(odd).__name__}, which is no plain message.",
            why="A list of dicts can be counted, trimmed and saved. The objects of the client cannot.",
            hint=hints.PLAIN_MESSAGES,
        )

    def expect_what_the_model_said(self, steps: int | None = None) -> None:
        """The model's messages, or those of so many steps, were appended as it said them, behind what was there."""
        self.expect(
            self.messages[: len(self.before)] == self.before,
            "The messages that were there before are no longer at the beginning of the list.",
            why="They are your caller's. What is new comes behind them.",
            hint=hints.APPENDED,
        )
        self.expect_dicts()
        came = [core(message) for message in self.messages[len(self.before) :] if message["role"] == "assistant"]
        said = [core(message) for message in self.server.said][:steps]
        self.expect(
            steps is None or len(came) <= len(said),
            f"{many(len(said), 'complete step')}, and {many(len(came), 'message')} of the model in the list.",
            why="A call without all its results is half a step: the next request with this list is refused.",
            hint=hints.NOTHING_HALF,
        )
        self.expect(
            came == said,
            f"The model has answered {many(len(said), 'time')}, and the list holds {many(len(came), 'message')} of it."
            if len(came) != len(said)
            else "The model's messages are not in the list as it said them: content, ids, names and arguments.",
            why="The model is asked from this list alone: what it has said and called has to stand there.",
            hint=hints.AS_IT_WAS_SAID,
        )

    def results(self) -> list[tuple[Call, Message | None]]:
        """Each call of the steps so far, with the result that stands in its place."""
        found: list[tuple[Call, Message | None]] = []
        for step, calls in zip(self.steps() or [], self.script, strict=False):
            made = step[0].get("tool_calls") or []
            for number, call in enumerate(calls[: len(made)]):
                answer = step[1 + number] if len(step) > 1 + number else None
                its = answer is not None and answer.get("tool_call_id") == made[number]["id"]
                found.append((call, answer if its else None))
        return found

    def expect_all_answered(self) -> None:
        """Behind each message with calls stand their results, in their order, and nothing else."""
        for call, result in self.results():
            self.expect(
                result is not None and result.get("role") == "tool",
                f"The call {call} has no result in its place.",
                why="A call without its result is refused, and so is everything that comes later.",
                hint=hints.EACH_CALL_ANSWERED,
            )
            self.expect(
                isinstance(result.get("content"), str) and result["content"].strip(),
                f"The result of the call {call} is no text: {result.get('content')!r:.60}.",
                why="The model reads it as what the function has said.",
                hint=hints.A_TEXT_FOR_EACH,
            )
        for step in (self.steps() or [])[:-1]:
            self.expect(
                len(step) == 1 + len(step[0].get("tool_calls") or []),
                f"A message with {many(len(step[0].get('tool_calls') or []), 'call')} is followed by "
                f"{many(len(step) - 1, 'message')}.",
                why="Each call has one result: with two, or with something between, the request is refused.",
                hint=hints.EACH_CALL_ANSWERED,
            )

    def expect_the_answer(self) -> None:
        """The answer came back, and is the last message."""
        answer = ANSWER.format(self.town)
        self.scene.show("You returned", repr(self.returned))
        self.expect(
            self.returned == answer,
            f"The model answered {answer!r}, and that was to be returned.",
            why="Your caller shows it to the user.",
            hint=hints.RETURN_THE_ANSWER,
        )
        last = self.messages[-1] if self.messages else None
        self.expect(
            isinstance(last, dict) and last.get("role") == "assistant" and last.get("content") == answer,
            "The answer is not the last message of the list.",
            why="The next question may rest on it.",
            hint=hints.ANSWER_APPENDED,
        )


def said_of(name: str, arguments: str) -> str | None:
    """What a function says, or raises; None where it cannot be called."""
    try:
        given = json.loads(arguments)
    except ValueError:
        return None
    words = {"weather": "{0}: {1} degrees.", "people": "{0} has {1} thousand people.", "taxi": "no taxi in {0} today"}
    wanted = {"town", "year"} if name == "people" else {"town"}
    if name not in words or not isinstance(given, dict) or given.keys() != wanted:
        return None
    return words[name].format(given["town"], len(given["town"]))


def many(number: int, thing: str) -> str:
    """A number of things, in words: "1 step", "2 steps"."""
    return f"{number} {thing}{'s' * (number != 1)}"


def core(message: Message) -> tuple:
    """What the model has said: its text, and its calls."""
    calls = message.get("tool_calls") or ()
    try:
        made = [(call["id"], call["function"]["name"], call["function"]["arguments"]) for call in calls]
    except (KeyError, TypeError):
        made = [("", "", repr(calls))]
    return message.get("content") or "", made
