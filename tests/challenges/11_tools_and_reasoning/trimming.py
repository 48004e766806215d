"""A learner's trim_tools, called and looked at: which turns, steps and results came back, and in which state."""

from __future__ import annotations

import json

from chat_memory import count_tokens, tool_turns

from ..engine.criteria import Lines, Message, NotYet, Scene
from ..engine.finished_functions import Finished
from ..engine.learner_code import Work
from ..engine.preconditions import beforehand
from ..situations.histories import copied
from . import hints
from .tool_histories import THOUGHT, Parts, without_thought

FINISHED = Finished(tool_turns, hints.FINISHED)


def call(challenge: Work, history: list[Message], max_tokens: int) -> object:
    return FINISHED.call(challenge, "trim_tools", history, max_tokens)


def given_in(scene: Scene, history: list[Message], max_tokens: int) -> None:
    size = count_tokens(history)
    scene.show(
        f"You were given, {size} tokens with the 3 that prime the reply, and max_tokens={max_tokens}", copied(history)
    )


def trimmed(challenge: Work, history: list[Message], max_tokens: int) -> tuple[Scene, list[Message]]:
    """Call the learner's function where system message and question fit, and note what came."""
    scene = Scene()
    given_in(scene, history, max_tokens)
    with beforehand():
        try:
            sent = call(challenge, copied(history), max_tokens)
        except NotYet as problem:
            error, bare = problem.__cause__, Parts(history).bare
            scene.expect(
                not (isinstance(error, ValueError) and challenge.raised_by_hand(error)),
                f"It raised {problem.why.rstrip('.')}. But system message and question, with the 3, are {bare} tokens, so "
                f"with {max_tokens} there is something to send.",
                why="An error where a shorter request would do stops a conversation that could go on.",
                hint=hints.NO_REASON,
            )
            raise
        expect_messages(scene, sent, history)
    return scene, list(sent)


def expect_messages(scene: Scene, sent: object, history: list[Message]) -> None:
    """A list of messages of this history has come back, perhaps with shorter results and without reasoning."""
    scene.expect(
        isinstance(sent, (list, tuple)),
        f"A list of messages was expected, but {type(sent).__name__} came back.",
        why="What you return is sent to the model as it is.",
        hint=hints.NO_RETURN,
    )
    scene.show("You returned", copied(list(sent)))
    odd = next((message for message in sent if not isinstance(message, dict) or "role" not in message), None)
    scene.expect(
        odd is None,
        f"A list of messages was expected, but in it stands a {type(odd).__name__}.",
        why="What you return is sent to the model as it is.",
        hint=hints.A_STEP_AS_A_LIST,
    )
    known = set(map(gist, history))
    strange = [message for message in sent if gist(message) not in known]
    if strange:
        scene.show("Among them is", strange[:1])
    scene.expect(
        not strange,
        "What came back holds a message that is none of the history.",
        why="Of a message only its result may be shorter and its reasoning gone. With another id, role or words it is another "
        "message.",
        hint=hints.BUILT_ANEW,
    )


def gist(message: Message) -> str:
    """What of a message may never change, as text: all but the text of a result and the reasoning."""
    fixed = without_thought(message)
    if message.get("role") == "tool":
        fixed = {key: value for key, value in fixed.items() if key != "content"}
    return json.dumps(fixed, sort_keys=True, default=str)


def counts(parts: Parts, sent: list[Message]) -> tuple[int, int] | None:
    """How many older turns and newest steps were sent, whole and without a gap; None where it is not so."""
    roles = [message["role"] for message in sent]
    older = roles.count("user") - 1
    if not 0 <= older <= len(parts.older):
        return None
    steps = roles[-1 - roles[::-1].index("user") :].count("assistant")
    expected = parts.request(older, min(steps, len(parts.steps)))
    return (older, steps) if [*map(gist, sent)] == [*map(gist, expected)] else None


def sent_whole(challenge: Work, history: list[Message], max_tokens: int) -> tuple[Scene, list[Message], int, int]:
    """Call the learner's function for a criterion that rests on whole turns and steps within the budget."""
    scene, sent = trimmed(challenge, history, max_tokens)
    with beforehand():
        older, steps = expect_whole(scene, Parts(history), sent)
        scene.expect(
            count_tokens(sent) <= max_tokens,
            f"What came back has {count_tokens(sent)} tokens, and max_tokens is {max_tokens}.",
            why="Over the model's window the whole request is refused.",
            hint=hints.OVER,
        )
    return scene, sent, older, steps


def expect_whole(scene: Scene, parts: Parts, sent: list[Message]) -> tuple[int, int]:
    """Older turns are there whole, the newest ones, without a gap, and newest steps of the newest turn. How many of each."""
    kept = counts(parts, sent)
    scene.expect(
        kept,
        "What came back are not the newest of the older turns, each whole, the newest question and its newest steps.",
        why="A later message may rest on the one that is missing, and neither the model nor the user would notice.",
        hint=hints.WHOLE_TURNS,
    )
    return kept


def result_in(messages: list[Message], id: str) -> Message | None:
    """The result with this id."""
    return next((m for m in messages if m.get("role") == "tool" and m.get("tool_call_id") == id), None)


def results_of(messages: list[Message]) -> list[Message]:
    return [message for message in messages if message["role"] == "tool"]


def reasoning_of(messages: list[Message]) -> dict[str, object]:
    """What stands in the messages as reasoning, under the rest of the message."""
    return {gist(message): message.get(THOUGHT) for message in messages if message["role"] == "assistant"}


def expect_a_telling_error(scene: Scene, problem: NotYet, needed: int, max_tokens: int) -> None:
    """What was raised is a ValueError."""
    scene.show("You raised", Lines([problem.why]))
    scene.expect(
        isinstance(problem.__cause__, ValueError),
        f"System message and question need {needed} tokens, more than {max_tokens}. A ValueError was expected.",
        why="Who calls your function catches a ValueError, and asks the user for a shorter question.",
        hint=hints.RAISED_BY_ITSELF,
    )
