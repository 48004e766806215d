"""A talk with an object of the learner's class: what was asked, sent and read by the model, and what the object then holds."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import Any, NamedTuple

from ..engine.criteria import Message, NotStarted, NotYet, NoUse, Scene
from ..engine.learner_code import MISSING, Guarded, Work
from ..engine.preconditions import let_chance_begin_elsewhere
from ..situations.expected_of_talks import beside_the_point, expect_messages, was_raised_for
from ..situations.histories import copied
from ..situations.told_facts import ODD, TOLD
from . import hints
from .keeping_server import Exchange, KeepingServer, is_answered, is_question, sent_in, text_in

RULES = ("You are a patient guide. Be polite.", "Answer in one sentence.", "You help people who travel.")
BEFORE, CAME = "Before that", "and there came"
ASKED, SENT, READ, RETURNED, IS_NOW = "It was asked", "You sent", "The model read", "ask returned", "`messages` is now"
CODE = "    def f():\n        pass\n"
INSTRUCTING = {"system", "developer"}


class Held(NamedTuple):
    """What a learner's object holds."""

    messages: list[Message]
    last_id: str | None
    costs: list[tuple[Any, ...]]


@dataclass
class Turn:
    """One question: what was sent for it, what the model read, and what came back."""

    scene: Scene
    text: str
    before: Held
    sent: list[Exchange]  # requests for a response
    read: list[list[Message]]  # of each that was answered
    reply: str
    after: Held
    wanted: list[tuple[str, str]]  # what the model has to read beside the rules: all that was said, and the question

    @property
    def cost(self) -> tuple[int, int]:
        """Input tokens and output tokens of all its answers, as the server said them."""
        usages = [exchange.answer["usage"] for exchange in self.sent if is_answered(exchange)]
        return sum(usage["input_tokens"] for usage in usages), sum(usage["output_tokens"] for usage in usages)


def spoken(messages: list[Message]) -> list[tuple[str, str]]:
    """Who says what; every role that instructs is called system."""
    return [("system" if m["role"] in INSTRUCTING else m["role"], text_in(m["content"])) for m in messages]


def texts(seed: int) -> Any:
    """What a user says, without an end: facts, questions for them, things that people write too, some of them twice."""
    random = Random(seed)
    said: list[str] = []
    while True:
        told, (asked, words) = random.choice([*TOLD.items()])
        text = random.choice([told.format(random.choice(words)), asked, random.choice([*ODD[:5], CODE])])
        if len(said) > 1 and random.random() < 0.2:
            text = random.choice(said)
        said.append(text)
        yield text


class Talk:
    """A talk with an object of a learner's class, on a server of its own or on one that is given."""

    def __init__(self, challenge: Work, seed: int, server: KeepingServer | None = None) -> None:
        self.challenge, self.server, self.texts = challenge, server or KeepingServer(), texts(seed)
        self.rules = RULES[seed % len(RULES)]
        self.made: Guarded | None = None
        self.turns: list[Turn] = []
        self.said: list[tuple[str, str]] = []
        self.scene = Scene()
        self.problem: NotYet | NotStarted | NoUse | None = None
        self.got: list[str] = []  # the ids of all responses whose answers have come
        self.unasked: list[str] = []  # those among them that came before the first question

    @property
    def kept(self) -> Guarded:
        """The learner's object, made when it is needed first."""
        if self.made is None:
            let_chance_begin_elsewhere(self.challenge)
            first = len(self.server.exchanges)
            self.made = _guarded(self.challenge, self.challenge.call("KeptByServer", self.server.client(), self.rules))
            self._came_unasked(first)
        return self.made

    def _came_unasked(self, first: int) -> None:
        """Note what the model has answered since the request with this number, though nobody has asked anything."""
        self._sent_since(first)
        self.unasked = [*self.got]

    def held(self) -> Held:
        """What the object holds, copied."""
        kept = self.kept
        with self.challenge.guard.around("KeptByServer"):
            found = Held(*(getattr(kept._thing, name, MISSING) for name in Held._fields))
        for name, value in found._asdict().items():
            if value is MISSING:
                getattr(kept, name)  # says so
        with beside_the_point():
            self._expect_kinds(found)
        return Held(copied(found.messages), found.last_id, [tuple(one) for one in found.costs])

    def _expect_kinds(self, held: Held) -> None:
        """The attributes are what the task says: messages, an id, pairs."""
        for name, value in held._asdict().items():
            self.scene.expect(
                not callable(value),
                f"`{name}` is a method. It should be an attribute or a property.",
                why="Your caller reads it without ( ).",
                hint=hints.A_METHOD,
            )
        expect_messages(self.scene, held.messages, "`messages`")
        self.scene.expect(
            held.last_id is None or isinstance(held.last_id, str),
            f"`last_id` should be the id of a response, or None, but it is {held.last_id!r:.80}.",
            why="It is what the next request names.",
            hint=hints.LAST_ID,
        )
        self.scene.expect(
            isinstance(held.costs, list)
            and all(isinstance(one, (tuple, list)) and len(one) == 2 for one in held.costs),
            f"`costs` should be a list of pairs, input tokens and output tokens, but it is {held.costs!r:.80}.",
            why="Your caller adds them up, and multiplies each with its price.",
            hint=hints.PAIRS,
        )

    def ask(self, text: str = "", happened: str = "") -> Turn:
        """Ask a question, the next one where none is given. Raises NotYet when an error comes out.

        `happened`: what has happened on the server before, as it is shown.
        """
        text = text or next(self.texts)
        scene = self.scene = Scene()
        before = self.held()
        first, first_read = len(self.server.exchanges), len(self.server.read)
        if happened:
            scene.show(BEFORE, happened)
        scene.show(ASKED, text)
        try:
            reply = self.kept.ask(text)
        except NotYet as problem:
            self._sent_since(first)
            if was_raised_for(problem):
                self.show_sent(first)
            raise
        sent, read = self._sent_since(first), self.server.read[first_read:]
        self.show_sent(first)
        if read:
            scene.show(READ, read[-1])
        scene.show(RETURNED, reply)
        with beside_the_point():
            after = self.held()
        turn = Turn(scene, text, before, sent, read, reply, after, [*self.said, ("user", text)])
        self.said += [("user", text), ("assistant", reply)]
        self.turns.append(turn)
        return turn

    def several(self, number: int) -> Talk:
        """The talk, after so many turns more."""
        for _ in range(number):
            self.ask()
        return self

    def held_for(self, number: int) -> None:
        """So many turns more; what goes wrong in one ends the talk, and is raised by `end`."""
        try:
            self.several(number)
        except (NotYet, NotStarted, NoUse) as problem:
            self.problem = problem

    def end(self) -> None:
        """Raise what has ended the talk, if something has."""
        if self.problem:
            raise self.problem

    def refused(self, text: str, what: str, hint: tuple[str, ...] = hints.OTHER_ERRORS) -> NotYet:
        """Ask a question of which an error should come out. `what` has happened."""
        try:
            turn = self.ask(text)
        except NotYet as problem:
            if not was_raised_for(problem):
                raise
            return problem
        turn.scene.expect(
            False,
            f"{what}, and ask returned as if all were well.",
            why="Your caller should learn of it, and decide whether to ask again, or later.",
            hint=hint,
        )
        raise AssertionError

    def branch(self, seed: int) -> Talk:
        """A talk with a branch of the object."""
        other = Talk(self.challenge, seed, self.server)
        other.rules, other.said = self.rules, [*self.said]
        first = len(self.server.exchanges)
        other.made = _guarded(self.challenge, self.kept.branch())
        other._came_unasked(first)
        return other

    def show_sent(self, first: int) -> None:
        """Show what has been sent since the request with this number."""
        for exchange in self.server.exchanges[first:]:
            if is_question(exchange):
                self.scene.show(
                    title_of(exchange), [{"role": role, "content": text} for role, text in sent_in(exchange)]
                )
                if not is_answered(exchange):
                    error = (exchange.answer or {}).get("error") or {}
                    self.scene.show(CAME, f"{exchange.status or 'no answer'} {error.get('code') or ''}")

    def _sent_since(self, first: int) -> list[Exchange]:
        sent = [exchange for exchange in self.server.exchanges[first:] if is_question(exchange)]
        self.got += [exchange.answer["id"] for exchange in sent if is_answered(exchange)]
        return sent


def title_of(exchange: Exchange) -> str:
    """What stands above a request that is shown."""
    with_it = [name for name in ("instructions", "previous_response_id", "conversation") if exchange.body.get(name)]
    return f"{SENT}{', with ' if with_it else ''}{' and '.join(with_it)}"


def _guarded(challenge: Work, made: Any) -> Guarded:
    return made if isinstance(made, Guarded) else Guarded(challenge, made)
