"""A talk played question by question: a learner's next_request is called for each, and what comes back is noted."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from copy import deepcopy
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from chat_memory import count_tokens

from ..engine.criteria import Message, NotStarted, NotYet, NoUse, Scene
from ..engine.learner_code import Guarded, Work
from ..engine.preconditions import beforehand, let_chance_begin_elsewhere
from ..situations.histories import copied, turns_of
from . import hints
from .talks import Talk, sizes

GIVEN, NOTE, RETURNED = "You were given, with max_tokens={}", "and the note", "You returned"


@dataclass
class Step:
    """One question: what was given, what came back, and the step before, if its state was given too."""

    scene: Scene
    history: list[Message]
    notes: list[Message]  # of all questions so far, the newest one last
    max_tokens: int
    sent: list[Message]
    state: Any
    before: Step | None

    @property
    def note(self) -> Message:
        return self.notes[-1]

    @property
    def turn(self) -> int:
        """Which question of the talk it is, from 1 on."""
        return len(self.notes)

    def is_note(self, message: Message) -> bool:
        """Whether it is the note of this question, or of one before."""
        return message["role"] == "system" and message in self.notes

    @cached_property
    def said(self) -> list[Message]:
        """What was sent of the history, without the system message."""
        return [message for message in self.sent[1:] if not self.is_note(message)]

    @property
    def first(self) -> int:
        """Where in the history what was sent begins."""
        return len(self.history) - len(self.said)

    @cached_property
    def tokens(self) -> int:
        return count_tokens(self.sent)

    @property
    def tokens_with_all(self) -> int:
        """What the request would have if nothing had been dropped since the one before: then all of it, if there was none."""
        if self.before is None:
            return count_tokens([*self.history, self.note])
        return self.before.tokens + sizes([*self.history[len(self.before.history) :], self.note])

    @property
    def tokens_with_one_turn_more(self) -> int:
        return self.tokens + sizes(turns_of([self.history[0], *self.history[1 : self.first]])[-1])


@dataclass
class Played:
    """All steps of a talk, and why there are no more, if it broke off."""

    steps: list[Step] = field(default_factory=list)
    problem: NotYet | NotStarted | NoUse | None = None

    def end(self) -> None:
        """Raise what broke it off: that is another criterion's."""
        if self.problem is None:
            return
        with beforehand():
            raise self.problem


def played(challenge: Work, talk: Talk, *, since: int = 0, leave: int = 0) -> Iterator[Step]:
    """Play a talk, from a question on, and leave some for later; before the first one that is asked there is no state."""
    before = None
    for number in range(since, len(talk.questions()) - leave):
        before = asked(challenge, talk, number, before)
        yield before


def played_to_its_end(challenge: Work, talk: Talk) -> Played:
    """Play a talk, and note what stops it."""
    result = Played()
    try:
        for step in played(challenge, talk):
            result.steps.append(step)
    except (NotYet, NotStarted, NoUse) as problem:
        result.problem = problem
    return result


def asked(challenge: Work, talk: Talk, number: int, before: Step | None) -> Step:
    """Ask the question with this number, with the state that came with the one before."""
    scene, history = Scene(), talk.history[: talk.questions()[number] + 1]
    notes = [talk.note(i) for i in range(number + 1)]
    scene.show(GIVEN.format(f"{talk.max_tokens:,}"), history)
    scene.show(NOTE, [notes[-1]])
    with beforehand():
        try:
            result = call(challenge, copied(history), copied(notes[-1]), talk.max_tokens, before and before.state)
        except NotYet as problem:
            needed = count_tokens([history[0], history[-1], notes[-1]])
            scene.expect(
                not isinstance(problem.__cause__, ValueError),
                f"It raised {problem.why.rstrip('.')}. But system message, question and note have {needed} tokens, so that "
                f"with {talk.max_tokens} there is something to send.",
                why="An error where a shorter request would do stops a conversation that could go on.",
                hint=hints.NO_REASON,
            )
            raise
        sent, state = pair(scene, result)
    return Step(scene, history, notes, talk.max_tokens, sent, state, before)


def call(challenge: Work, history: list[Message], note: Message, max_tokens: int, state: Any) -> Any:
    """Call the learner's function; at the first question nothing is said of a state."""
    let_chance_begin_elsewhere(challenge)
    state = state._thing if isinstance(state, Guarded) else state
    return challenge.call("next_request", history, note, max_tokens, *([] if state is None else [state]))


def copy_of(state: Any) -> Any:
    """A copy of a state, to tell later whether it has changed; None of one that cannot be copied, or compared."""
    state = state._thing if isinstance(state, Guarded) else state
    with suppress(Exception):
        copy = deepcopy(state)
        return copy if copy == state else None
    return None


def pair(scene: Scene, result: Any) -> tuple[list[Message], Any]:
    """The request, copied, and the state."""
    two = isinstance(result, (tuple, list)) and len(result) == 2 and not isinstance(result[0], dict)
    what = "None" if result is None else f"a {type(result).__name__}"
    scene.expect(
        two,
        f"Two things were expected, a request and a state, but {what} came back.",
        why="The request is sent, and the state comes back to you with the next question.",
        hint=hints.TWO_THINGS,
    )
    sent, state = result
    scene.expect(
        isinstance(sent, (list, tuple)) and all(isinstance(message, dict) and "role" in message for message in sent),
        "The first of the two is no list of messages.",
        why="It is sent to the model as it is.",
        hint=hints.A_LIST_OF_MESSAGES,
    )
    scene.show(RETURNED, copied(list(sent)))
    return copied(list(sent)), state
