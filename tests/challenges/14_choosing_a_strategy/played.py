"""A talk with a learner's memory: every turn that was asked, what was sent for it, and what it was worth."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import openai

from chat_memory import message_tokens
from chat_memory.scoreboard.scoring import RIGHT, outcome
from chat_memory.scoreboard.talk import Planted, Talk, Turn
from chat_memory.tokens import PRIMING_TOKENS
from mock_model.api import tokens

from ..engine.criteria import Message, NotStarted, NotYet, NoUse, Scene
from ..engine.learner_code import Guarded, Work
from ..engine.preconditions import let_chance_begin_elsewhere
from ..situations.expected_of_talks import only
from .model import Cost, Model
from .reading import read

DEFAULT = 2_400  # tokens, which nobody asks for here
MAX_TOKENS = 1_200
WINDOW = 6  # turns that the window beside it keeps
MADE, ASKED, RETURNED = "A memory was made", "and it was asked", "ask returned"
SENT, OWN = "You sent", "You sent, for yourself"


@dataclass
class Step:
    """One thing that the user has said: what was sent for it, and what came back."""

    scene: Scene
    number: int  # from 1
    said: str
    planted: Planted | None  # what it asks for; None in the talk itself
    first: int  # the number of its first request
    sent: list[list[Message]]
    asks: list[bool]
    sizes: list[int]
    reply: Any

    @property
    def is_right(self) -> bool:
        return isinstance(self.reply, str) and outcome(self.planted, self.reply) == RIGHT


@dataclass
class Played:
    """A talk as it was played, and why it broke off, if it did."""

    talk: Talk
    model: Model
    seed: int
    max_tokens: int = MAX_TOKENS
    client: openai.OpenAI | None = None  # one of its own where it is None
    memory: Guarded | None = None
    steps: list[Step] = field(default_factory=list)
    problem: NotYet | NotStarted | NoUse | None = None

    @property
    def made(self) -> str:
        turns = len(self.talk.turns)
        return (
            f"Memory(client, system, max_tokens={self.max_tokens:,}), for a talk of {turns} turns (number {self.seed})"
        )

    def ask(self, challenge: Work, turn: Turn | None, planted: Planted | None = None) -> Step:
        """Say something to the memory, which is made first where it is not there."""
        scene, said = Scene(), turn.user if turn else planted.question
        scene.show(MADE, self.made)
        self.model.told(self.talk, said, turn.reply if turn else "", planted)
        let_chance_begin_elsewhere(challenge)
        if self.memory is None:
            client = self.client or self.model.client()
            made = challenge.call("Memory", client, self.talk.system, self.max_tokens)
            self.memory = made if isinstance(made, Guarded) else Guarded(challenge, made)
        scene.show(f"{ASKED} (turn {len(self.steps) + 1})", said)
        first = len(self.model.requests)
        reply = self.memory.ask(said)
        scene.show(RETURNED, reply)
        found = self.model.requests[first:], self.model.asks[first:], self.model.prompt_tokens[first:]
        for request, asks in zip(*found[:2], strict=True):
            scene.show(SENT if asks else OWN, request)
        self.steps.append(Step(scene, len(self.steps) + 1, said, planted, first, *found, reply))
        return self.steps[-1]

    def end(self) -> None:
        """Raise what broke it off."""
        if self.problem:
            raise self.problem

    def asked(self, *kinds: str) -> list[Step]:
        """The steps that asked for facts of these kinds."""
        return [step for step in self.steps if step.planted and step.planted.kind in kinds]

    def scene_of(self, step: Step) -> Scene:
        """What to show of a question: where the facts were said, and what was sent for it."""
        scene = Scene()
        scene.show(MADE, self.made)
        for said in step.planted.said:
            scene.show(f"In turn {said.turn + 1} it was said that", said.fact)
        scene.show(f"and in turn {step.number} it was asked", step.said)
        scene.shown += only(step.scene, SENT, RETURNED).shown[::-1]
        return scene


def played(challenge: Work, talk: Talk, seed: int) -> Played:
    """Play a talk to its end: all that is said in it, then all questions."""
    result = Played(talk, Model(talk), seed)
    try:
        for turn in talk.turns:
            result.ask(challenge, turn)
        for planted in talk.planted:
            result.ask(challenge, None, planted)
    except (NotYet, NotStarted, NoUse) as problem:
        result.problem = problem
    return result


@dataclass
class Beside:
    """What becomes of a talk where the last turns are sent, or all of them: recall, and cost."""

    right: int
    asked: int
    cost: Cost


def beside(talk: Talk, window: int | None) -> Beside:
    """Play a talk with the last turns alone, this one included, or with everything: the sums of what it would cost."""
    system: Message = {"role": "system", "content": talk.system}
    turns: list[list[Message]] = []
    sizes: list[int] = []
    cost, right = Cost(), 0
    for said in (*talk.turns, *talk.planted):
        user: Message = {"role": "user", "content": said.user if isinstance(said, Turn) else said.question}
        recent = turns if window is None else turns[len(turns) - window + 1 :] if len(turns) >= window else turns
        if isinstance(said, Turn):
            text = said.reply
        else:
            text = read(said, [system, *(message for turn in recent for message in turn), user])
            right += said.kind != "never said" and outcome(said, text) == RIGHT
        cost.prompt += (
            sum(sizes[len(sizes) - len(recent) :]) + sum(map(message_tokens, (system, user))) + PRIMING_TOKENS
        )
        cost.completion += tokens.count_text(text, "o200k_base")
        turns.append([user, {"role": "assistant", "content": text}])
        sizes.append(sum(map(message_tokens, turns[-1])))
    return Beside(right, sum(planted.kind != "never said" for planted in talk.planted), cost)
