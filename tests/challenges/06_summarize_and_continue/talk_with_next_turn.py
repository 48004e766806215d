"""A talk with the learner's next_turn: what is said and sent turn by turn, and what every turn has to be."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from ..engine.criteria import Message, NotStarted, NotYet, NoUse, Scene
from ..engine.excerpts import beginning
from ..engine.learner_code import Work
from ..situations.expected_of_talks import MESSAGE_KEYS, beside_the_point, expect_asked, only, was_raised_for
from ..situations.hints import MESSAGE_OBJECT
from ..situations.long_talks import RULES, Fact, drawn, facts, reply_of, small_talk
from ..situations.summary_server import TalkServer
from ..situations.told_facts import spoken
from . import hints

GIVEN, ASKED, SENT, RETURNED = "You were given this history", "and the question", "You sent", "You returned"
SENT_TO_SUMMARISE = "You sent, for a summary"


@dataclass
class Turn:
    """One turn of a talk: what was handed in, what was sent, and what came back."""

    scene: Scene
    text: str
    handed: list[Message]
    before: list[Message]  # what was handed in, as it was then
    said: list[tuple[str, str]]  # in the whole talk so far, by whom
    behind: int  # how many of these messages should have stood behind the system message and the note
    sent: list[list[Message]]
    questions: list[list[Message]]  # those that asked the question
    to_summarise: list[list[Message]]  # the others
    notes: list[str | None]  # what the model replied to those
    written: bool  # whether one of those came to an end
    history: list[Message]  # what came back

    @property
    def summarised(self) -> bool:
        return len(self.sent) > len(self.questions)


class Talk:
    """A talk with a learner's function. What it returns is handed back to it as after a night in a file."""

    def __init__(
        self, challenge: Work, seed: int, longer: int = 0, server: TalkServer | None = None, rules: str = RULES
    ) -> None:
        random = drawn(challenge, seed)
        self.facts, self.small_talk = facts(random), small_talk(random, longer)
        self.challenge, self.server = challenge, server or TalkServer()
        self.client = self.server.client()
        self.rules, self.history = rules, [{"role": "system", "content": rules}]
        self.said: list[tuple[str, str]] = []
        self.behind = 0  # messages that should stand behind the system message and the note
        self.scene = Scene()
        self.turns: list[Turn] = []
        self.problem: NotYet | NotStarted | NoUse | None = None  # what ended the talk

    def with_simple_replies(self, rambling: int = 0) -> Talk:
        """The same talk with a server that only looks for the facts in what it is sent, which is faster."""
        self.server = TalkServer(rambling, self.facts)
        self.client = self.server.client()
        return self

    def begun_with(self, count: int) -> Talk:
        """The same talk, with so many messages behind the system message already."""
        texts = [next(self.small_talk) for _ in range(count // 2)]
        self.said = [said for text in texts for said in (("user", text), ("assistant", reply_of(text)))]
        self.history += [{"role": role, "content": text} for role, text in self.said]
        self.behind = count
        return self

    def next_text(self) -> str:
        """What the user says next: first three facts, then nothing that matters."""
        return self.facts[len(self.turns)].said if len(self.turns) < len(self.facts) else next(self.small_talk)

    def ask(self, text: str) -> str:
        """Take a turn, and return the reply. Raises NotYet when an error comes out, or something else than a history."""
        handed, before, first = self.history, deepcopy(self.history), len(self.server.requests)
        written = self.server.written
        self.server.asked = text
        scene = self.scene = Scene()
        scene.show(GIVEN, before)
        scene.show(ASKED, text)
        try:
            returned = self.challenge.call("next_turn", self.client, handed, text)
        except NotYet as problem:
            self.expect_good_requests(self.show_sent(first))
            if was_raised_for(problem):
                self.expect_unchanged(handed, before, problem)
            raise
        questions = self.show_sent(first)
        with beside_the_point():
            self.expect_good_requests(questions)
            reply, history = self.reply(returned, text, questions, first)
        sent, asks = self.server.requests[first:], self.server.asks[first:]
        others = [request for request, asks in zip(sent, asks, strict=True) if not asks]
        notes = [text for text, asks in zip(self.server.replies[first:], asks, strict=True) if not asks]
        done = self.server.written > written
        what = sent, questions, others, notes, done
        self.turns.append(Turn(scene, text, handed, before, self.said, self.behind, *what, returned))
        self.said = [*self.said, ("user", text), ("assistant", reply)]
        self.behind = 2 + (4 if done else self.behind)
        self.history = history
        return reply

    def expect_unchanged(self, handed: list[Message], before: list[Message], problem: NotYet) -> None:
        """Expect that an error has left the list as it was handed in."""
        self.scene.show("Your caller's list is now", handed)
        self.scene.expect(
            handed == before,
            f"An error came out ({type(problem.__cause__).__name__}), and the list that was handed in has changed.",
            why="Your caller catches the error and asks again, with what is left of the list.",
            hint=hints.CHANGED_BY_A_FAILURE,
        )

    def expect_good_requests(self, requests: list[list[Message]]) -> None:
        """Expect that what was sent is made of plain messages."""
        for request in requests:
            odd = [m for m in request if not is_plain(m)]
            of_the_model = any({"refusal", "reasoning", "reasoning_content", "annotations"} & set(m) for m in odd)
            only(self.scene, ASKED, SENT).expect(
                not odd,
                f"Every message that is sent should be a dict with a role and a content, but one is {odd[:1]!r:.200}.",
                why="Servers refuse keys and roles that they do not know; and what is sent is paid for, again and again.",
                hint=MESSAGE_OBJECT if of_the_model else hints.OWN_KEYS,
            )

    def reply(self, returned: Any, text: str, questions: list[list[Message]], first: int) -> tuple[str, list[Message]]:
        """The reply to the question, which has to stand at the end of what came back; and that, as read from a file."""
        scene = self.scene
        history = expect_history(scene, returned)
        scene.show(RETURNED, returned)
        expect_asked(only(scene, ASKED, SENT_TO_SUMMARISE, RETURNED), questions, text, self.server.requests[first:])
        replies = [
            r for r, asks in zip(self.server.replies[first:], self.server.asks[first:], strict=True) if asks and r
        ]
        only(scene, ASKED, RETURNED).expect(
            spoken(history[-2:]) == [("user", text), ("assistant", replies[-1] if replies else "")],
            "What you return should end with the question and the model's reply to it.",
            why="Your caller shows the reply to the user, and the next turn goes on from both.",
            hint=hints.QUESTION_AND_REPLY,
        )
        return replies[-1], history

    def ask_again(self, text: str, times: int = 4) -> str:
        """Take a turn; again, up to so many times, when an error comes out because a call failed."""
        for _ in range(times - 1):
            try:
                return self.ask(text)
            except NotYet as problem:
                if not was_raised_for(problem):
                    raise
        return self.ask(text)

    def show_sent(self, first: int) -> list[list[Message]]:
        """Show the requests from number `first` on; return those that asked the question."""
        sent = list(zip(self.server.requests[first:], self.server.asks[first:], strict=True))
        for request, asks in sent:
            self.scene.show(SENT if asks else SENT_TO_SUMMARISE, request)
        return [request for request, asks in sent if asks]

    def expect_known(self, fact: Fact, when: str, hint: tuple[str, ...]) -> None:
        """Expect that the question for a fact can be answered."""
        known, reply = self.knows(fact)
        only(self.scene, GIVEN, ASKED, SENT).expect(
            known,
            f'"{fact.said}" was said {when}. Asked for it, the model answered: "{reply}"',
            why="It was said once, and the message that said it is no longer sent. What no request holds is not known.",
            hint=hint,
        )

    def expect_facts_known(self, when: str, hint: tuple[str, ...]) -> None:
        """Expect that the question for each fact can be answered."""
        for fact in self.facts:
            self.expect_known(fact, when, hint)

    def knows(self, fact: Fact) -> tuple[bool, str]:
        """Whether a fact is known, and the reply to the question for it. The talk goes on as if nobody had asked."""
        before = self.history, self.said, self.behind
        reply = self.ask_again(fact.question)
        self.history, self.said, self.behind = before
        return fact.is_known(reply, self.turns.pop().questions), reply

    def end(self) -> None:
        """Raise what ended the talk, if something did."""
        if self.problem:
            raise self.problem


def turns_of(talks: Sequence[Talk], most: int | None = None) -> Iterator[tuple[Talk, Turn]]:
    """The turns, or the first ones, of each talk. What ended a talk is raised behind its last turn."""
    for talk in talks:
        yield from ((talk, turn) for turn in talk.turns[:most])
        talk.end()


def is_plain(message: Any) -> bool:
    """Whether this is a message that every server takes."""
    return (
        isinstance(message, dict)
        and {"role", "content"} <= set(message) <= MESSAGE_KEYS
        and message["role"] in ("system", "developer", "user", "assistant")
    )


def expect_history(scene: Scene, returned: Any) -> list[Message]:
    """What is read from the file to which the list was written that came back. Expect that it can be written to one."""
    scene.expect(
        isinstance(returned, list),
        f"what you return should be a list of messages, but it is {type(returned).__name__}.",
        why="Your caller hands it back to you with the next question, and shows its last message to the user.",
        hint=hints.NO_LIST,
    )
    try:
        return json.loads(json.dumps(returned))
    except (TypeError, ValueError) as error:
        odd = next((m for m in returned if not isinstance(m, dict)), None)
        scene.expect(
            False,
            "What you return cannot be written to a file as JSON: "
            + (f"it has {odd!r:.120}" if odd is not None else beginning(str(error), 120)),
            why="The conversation may go on tomorrow, from a file.",
            hint=MESSAGE_OBJECT if hasattr(odd, "content") else hints.NO_JSON,
        )
        raise
