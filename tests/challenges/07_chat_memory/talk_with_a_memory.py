"""A talk with an object of the learner's class: what it holds, is asked and sends, and what every turn has to be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from textwrap import shorten
from typing import Any

import chat_memory

from ..engine.criteria import Message, NotStarted, NotYet, NoUse, Scene
from ..engine.learner_code import Guarded, Work
from ..situations.expected_of_talks import beside_the_point, expect_asked, expect_messages, only, was_raised_for
from ..situations.histories import copied
from ..situations.long_talks import RULES, Fact, drawn, facts, in_order, small_talk, words_of
from ..situations.summary_server import TalkServer
from ..situations.told_facts import spoken
from . import hints

NARROW = {"max_tokens": 500, "keep_recent": 2}  # sizes of a memory that soon has to summarise
MADE, WAS, ASKED, IS_NOW = "A memory was made", "`messages` was", "and it was asked", "`messages` is now"
SENT, SENT_TO_SUMMARISE, RETURNED = "You sent", "You sent, for a summary", "ask returned"


@dataclass
class Turn:
    """One question: what the memory held before, what was sent for it, and what came back."""

    scene: Scene
    text: str
    before: list[Message]
    sent: list[list[Message]]  # all requests
    asks: list[bool]  # of each, whether it asked the question
    sizes: list[int]  # in tokens
    notes: list[str | None]  # what the model replied to those that did not ask it
    reply: str
    after: list[Message]

    @property
    def questions(self) -> list[list[Message]]:
        return [request for request, asks in zip(self.sent, self.asks, strict=True) if asks]

    @property
    def to_summarise(self) -> list[list[Message]]:
        return [request for request, asks in zip(self.sent, self.asks, strict=True) if not asks]

    @property
    def summarised(self) -> bool:
        return not all(self.asks)


def said_in(turns: Sequence[Turn]) -> list[tuple[str, str]]:
    """Who has said what in these turns."""
    return [words for turn in turns for words in (("user", turn.text), ("assistant", turn.reply))]


class Answer:
    """What came of the question for a fact that was just asked."""

    def __init__(self, talk: Talk, fact: Fact, reply: str) -> None:
        self.talk, self.fact, self.reply, self.turn = talk, fact, reply, talk.turns[-1]
        self.is_known = fact.is_known(reply, self.turn.questions)


class Talk:
    """A talk with an object of a learner's class."""

    def __init__(
        self,
        challenge: Work,
        seed: int,
        *,
        rambling: int = 0,
        longer: int = 0,
        simple: bool = False,
        rules: str = RULES,
        **sizes: int,
    ) -> None:
        random, self.rules = drawn(challenge, seed), rules
        self.facts, self.small_talk, self.lengths = facts(random), small_talk(random, longer), Random(seed)
        self.server, self.sizes = TalkServer(rambling, self.facts if simple else ()), sizes
        self.challenge, self.made = challenge, None
        self.scene = Scene()
        self.turns: list[Turn] = []
        self.problem: NotYet | NotStarted | NoUse | None = None

    def next_text(self, longest: int = 0) -> str:
        """What the user says next: first three facts, then nothing that matters, of any length up to so many words more."""
        if len(self.turns) < len(self.facts):
            return self.facts[len(self.turns)].said
        return f"{next(self.small_talk)} {words_of(self.lengths.choice([0, 0, longest // 3, longest]))}".strip()

    @property
    def memory(self) -> Guarded:
        """The learner's object, made when it is needed first."""
        if self.made is None:
            made = self.challenge.call("ChatMemory", self.server.client(), self.rules, **self.sizes)
            self.made = made if isinstance(made, Guarded) else Guarded(self.challenge, made)
            if isinstance(self.made._thing, chat_memory.ChatMemory):
                not_the_finished_one()
        return self.made

    def messages(self) -> list[Message]:
        """What the memory holds, copied."""
        held = self.memory.messages
        with beside_the_point():
            self.scene.expect(
                not callable(held),
                "`messages` is a method. It should be an attribute or a property: memory.messages, without ( ).",
                why="Your caller reads it as memory.messages.",
                hint=hints.MESSAGES_IS_A_METHOD,
            )
            held = list(held) if isinstance(held, tuple) else held
            expect_messages(self.scene, held, "`messages`")
        return copied(held)

    def ask(self, text: str) -> str:
        """Ask a question, and return the reply. Raises NotYet when an error comes out."""
        scene = self.scene = Scene()
        sizes = "".join(f", {name}={value}" for name, value in self.sizes.items())
        scene.show(MADE, f"ChatMemory(…{sizes})")
        with beside_the_point():
            before, first = self.messages(), len(self.server.requests)
        scene.show(WAS, before)
        scene.show(ASKED, text)
        self.server.asked = text
        try:
            reply = self.memory.ask(text)
        except NotYet as problem:
            if was_raised_for(problem):
                self.expect_unchanged(before, problem)
            raise
        self.show_sent(first)
        with beside_the_point():
            after = self.expect_reply(reply, text, first)
        asks = self.server.asks[first:]
        sent = self.server.requests[first:], asks, self.server.prompt_tokens[first:]
        notes = [text for text, asks in zip(self.server.replies[first:], asks, strict=True) if not asks]
        self.turns.append(Turn(scene, text, before, *sent, notes, reply, after))
        return reply

    def expect_unchanged(self, before: list[Message], problem: NotYet) -> None:
        """Expect that an error has left the memory as it was."""
        after = self.messages()
        scene = only(self.scene, WAS, ASKED)
        scene.show(IS_NOW, after)
        longer = len(after) > len(before)
        scene.expect(
            after == before,
            f"The call failed ({type(problem.__cause__).__name__}), and the memory is no longer what it was.",
            why="The question will be asked again, and is then there twice."
            if longer
            else "Your caller asks again, and expects to do so from where it was.",
            hint=hints.CHANGED_BY_A_FAILURE
            if longer
            else hints.ASSIGNED_TOO_EARLY
            if self.server.asks and self.server.asks[-1]
            else hints.LOST_BY_A_FAILURE,
        )

    def expect_reply(self, reply: Any, text: str, first: int) -> list[Message]:
        """Expect that ask returned the model's reply, and that `messages`, which is returned here, ends with it."""
        scene = self.scene
        scene.show(RETURNED, reply)
        replies = [r for r, asks in zip(self.server.replies[first:], self.server.asks[first:], strict=True) if asks]
        expect_asked(only(scene, ASKED, SENT_TO_SUMMARISE, RETURNED), replies, text, self.server.requests[first:])
        cut = self.server.failing.get(len(self.server.requests) - 1) == "length" and replies[-1]
        only(scene, ASKED, RETURNED).expect(
            any(replies) and not (cut and reply != cut),
            "The call failed, or its reply was empty, and ask returned as if all were well."
            if not cut
            else f"The reply was cut off ({cut!r}), and ask returned as if all were well.",
            why="Your caller takes what ask returns for the model's words, and does not know that it should ask again.",
            hint=hints.SWALLOWED_ERROR,
        )
        only(scene, ASKED, RETURNED).expect(
            isinstance(reply, str) and reply == replies[-1],
            f"ask should return the text of the reply, {replies[-1]!r}.",
            why="It is what the user sees.",
            hint=hints.NOT_THE_REPLY,
        )
        after = self.messages()
        scene.show(IS_NOW, after)
        only(scene, ASKED, RETURNED, IS_NOW).expect(
            in_order(
                [("user", text), ("assistant", reply)], spoken(after[-2:])
            ),  # a note may stand before the question
            "After a question, `messages` should end with it and its reply.",
            why="The next request goes on from both.",
            hint=hints.QUESTION_AND_REPLY,
        )
        return after

    def ask_again(self, text: str, times: int = 4) -> str:
        """Ask a question; again, up to so many times, when an error comes out because a call failed."""
        for _ in range(times - 1):
            try:
                return self.ask(text)
            except NotYet as problem:
                if not was_raised_for(problem):
                    raise
        return self.ask(text)

    def show_sent(self, first: int) -> None:
        for request, asks in zip(self.server.requests[first:], self.server.asks[first:], strict=True):
            self.scene.show(SENT if asks else SENT_TO_SUMMARISE, request)

    def expect_known(self, fact: Fact, when: str, hint: tuple[str, ...]) -> None:
        self.expect_answer(Answer(self, fact, self.ask_again(fact.question)), when, hint)

    def expect_facts_known(self, when: str, hint: tuple[str, ...]) -> None:
        for fact in self.facts:
            self.expect_known(fact, when, hint)

    def expect_answer(self, answer: Answer, when: str, hint: tuple[str, ...]) -> None:
        only(answer.turn.scene, MADE, ASKED, SENT).expect(
            answer.is_known,
            f'"{answer.fact.said}" was said {when}. Asked for it, the model answered: "{answer.reply}"',
            why="What no request holds is not known.",
            hint=hint,
        )

    def expect_budget(self, budget: int, hint: tuple[str, ...] = ()) -> None:
        """Expect that no request of the last turn was over the budget."""
        turn = self.turns[-1]
        for size, asks, request in zip(turn.sizes, turn.asks, turn.sent, strict=True):
            scene = only(turn.scene, MADE)
            scene.show(SENT if asks else SENT_TO_SUMMARISE, request)
            scene.expect(
                size <= budget,
                f"A request has {size} tokens by the server's count, and max_tokens is {budget}."
                + ("" if asks else " It is the one for the summary."),
                why="A server whose window is full refuses the request, and the conversation is over.",
                hint=hints.LARGE_REQUEST_FOR_A_SUMMARY
                if not asks and hint in ((), hints.TO_THE_TOKEN, hints.WORDS_OF_THE_SUMMARY)
                else hint or hints.NOT_ALL_COUNTED,
            )

    def expect_budget_in_each_turn(self, hint: tuple[str, ...] = ()) -> None:
        """Expect that no request of any turn was over the budget."""
        turns, self.turns = self.turns, []
        for turn in turns:
            self.turns.append(turn)
            self.expect_budget(self.sizes["max_tokens"], hint)

    def end(self) -> None:
        """Raise what ended the talk, if something did."""
        if self.problem:
            raise self.problem


def not_the_finished_one(*_: object, **__: object) -> None:
    raise NotYet(
        "Your class leaves it to the finished ChatMemory of chat_memory.",
        why="Here you find out what is in that one.",
        hints=hints.FINISHED_CLASS,
        judged=False,
    )


def held(talk: Talk, turns: int, longest: int = 0) -> Talk:
    """The talk, after so many turns."""
    try:
        for _ in range(turns):
            talk.ask(talk.next_text(longest))
    except NotYet as problem:
        talk.problem = refused(talk, problem) or problem
    except (NotStarted, NoUse) as problem:
        talk.problem = problem
    return talk


def refused(talk: Talk, problem: NotYet, hint: tuple[str, ...] = hints.LONG_TURNS) -> NotYet | None:
    """What to say where the learner's code refuses a question that would have fitted."""
    error = problem.__cause__
    if not isinstance(error, ValueError) or len(talk.server.asked) > 1_000 or talk.server.failing:
        return None
    return NotYet(
        f"ask raised {type(error).__name__}, although the question alone would have fitted. "
        f"({shorten(str(error), 300)})",
        only(talk.scene, MADE, WAS, ASKED).shown,
        "Everything else can be summarised or made shorter. The conversation is over when its next question is refused.",
        hint,
        judged=False,
    )
