"""Checks work/07_chat_memory.py: a conversation as one object, whatever is said and whatever fails."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass
from itertools import pairwise
from random import Random
from typing import Any

import pytest

from calling import Guarded, Work
from criteria import Message, NotStarted, NotYet, NoUse, Scene
from long_talks import RULES, Fact, TalkServer, expect_messages, facts, in_order, small_talk, was_raised_for, words_of
from talking import spoken

START = (
    "Begin with SafeChat of lesson 07: the messages, and ask, which keeps question and reply together once the reply is there.",
    "Then, at the beginning of ask: would the messages and the question take more than max_tokens? Only then is something to do.",
    "What has to be summarised is all but the last keep_recent turns. Work with new lists, and assign to self in the last lines.",
)

KEEPING = (
    "When the next question does not fit: are the old turns dropped, or summarised? And what becomes of the summary before?",
    "summarize takes the summary so far as its third argument.",
    "Is the summary sent in every request, and does `messages` hold it?",
)
FAILED = (
    "What had ask changed when the call failed? Follow `messages` line by line, up to the line that calls the model.",
    "Build the request as a new list beside `messages`, and keep question and reply together, once the reply is there.",
)
COMMITTED = (
    "The summary was there, and then the question failed. When do summary and turns of the memory change?",
    "Assign to self in the last lines of ask, when nothing can fail any more.",
)
GONE = (
    "When the summary fails or is cut off, where are the turns that it should have stood for?",
    "Turns leave the memory only when the whole summary that replaces them is there, and the reply too.",
)
COUNTED = (
    "Do you count all that is sent, the summary and the new question too, and before it is sent?",
    "count_tokens([*…, question]) must be at most max_tokens. And whatever the summary may take has to fit as well.",
)
FOLDED = (
    "How large may the request for a summary get, and what sees to that?",
    "summarize holds to max_prompt_tokens: it then reads the old turns portion by portion.",
)
CAPPED = (
    "How long can a summary get, and what in your code, not in your prompt, sees to that?",
    "summarize cuts what is longer than max_tokens. So does the function cap of lesson 06.",
)


@dataclass
class Turn:
    """One question: what the memory held before, what was sent for it, and what came back."""

    scene: Scene
    text: str
    before: list[Message]
    requests: list[list[Message]]  # all that were sent
    asks: list[bool]  # of each, whether it asked the question
    sizes: list[int]  # in tokens
    reply: str
    after: list[Message]

    @property
    def questions(self) -> list[list[Message]]:
        return [request for request, asks in zip(self.requests, self.asks, strict=True) if asks]


class Talk:
    """A talk with an object of a learner's class."""

    def __init__(self, challenge: Work, seed: int, *sizes: int, rambling: int = 0, longer: int = 0) -> None:
        random = Random(seed)
        self.facts, self.small_talk, self.random = facts(random), small_talk(random, longer), random
        self.server, self.sizes = TalkServer(rambling), sizes
        self.challenge, self.made = challenge, None
        self.scene = Scene()
        self.turns: list[Turn] = []
        self.problem: NotYet | NotStarted | NoUse | None = None

    def next_text(self, longest: int = 0) -> str:
        """What the user says next: first three facts, then nothing that matters, of any length up to so many words more."""
        if len(self.turns) < len(self.facts):
            return self.facts[len(self.turns)].said
        return f"{next(self.small_talk)} {words_of(self.random.choice([0, 0, longest // 3, longest]))}".strip()

    @property
    def memory(self) -> Guarded:
        """The learner's object, made when it is needed first."""
        if self.made is None:
            made = self.challenge.call("ChatMemory", self.server.client(), RULES, *self.sizes)
            self.made = made if isinstance(made, Guarded) else Guarded(self.challenge, made)
        return self.made

    def messages(self) -> list[Message]:
        """What the memory holds, copied."""
        held = self.memory.messages
        held = list(held) if isinstance(held, tuple) else held
        expect_messages(self.scene, held, "`messages`")
        return deepcopy(held)

    def ask(self, text: str) -> str:
        """Ask a question, and return the reply. Raises NotYet when an error comes out."""
        scene = self.scene = Scene()
        if self.sizes:
            scene.show("A memory was made with max_tokens, keep_recent", ", ".join(map(str, self.sizes)))
        before, first = self.messages(), len(self.server.requests)
        scene.show("`messages` was", before)
        scene.show("and it was asked", text)
        self.server.asked = text
        try:
            reply = self.memory.ask(text)
        except NotYet as problem:
            self.show_sent(first)
            if was_raised_for(problem):
                after = self.messages()
                scene.show("`messages` is now", after)
                scene.expect(
                    after == before,
                    f"An error came out of ask ({type(problem.__cause__).__name__}), and `messages` has changed.",
                    why="The question is asked again, and is then there twice; or turns are gone that nothing stands for.",
                    hint=FAILED if len(after) >= len(before) else COMMITTED if self.server.asks[-1] else GONE,
                )
            raise
        self.show_sent(first)
        sent = self.server.requests[first:], self.server.asks[first:], self.server.prompt_tokens[first:]
        scene.show("ask returned", reply)
        replies = [r for r, asks in zip(self.server.replies[first:], sent[1], strict=True) if asks]
        scene.expect(
            replies,
            "The model was never asked: no request ends with the question.",
            why="The model answers the last message of a request. Everything else is what it may look up.",
            hint="What is the last message of the request, and what should it be?",
        )
        scene.expect(
            any(replies),
            "The call failed, or its reply was empty, and ask returned as if all were well.",
            why="Your caller takes what ask returns for the model's words, and does not know that it should ask again.",
            hint="Who has to learn of an error, and what happens to one that you catch?",
        )
        scene.expect(
            isinstance(reply, str) and reply == replies[-1],
            f"ask should return the text of the reply, {replies[-1]!r}.",
            why="It is what the user sees.",
            hint="What does the last line of ask return?",
        )
        after = self.messages()
        scene.show("`messages` is now", after)
        scene.expect(
            spoken(after[-2:]) == [("user", text), ("assistant", reply)],
            "After a question, `messages` should end with it and its reply.",
            why="The next request goes on from both.",
            hint="Which two messages does a turn add to what is remembered, and when?",
        )
        self.turns.append(Turn(scene, text, before, *sent, reply, after))
        return reply

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
            self.scene.show("You sent" if asks else "You sent, for a summary", request)

    def expect_known(self, fact: Fact, when: str, hints: tuple[str, ...]) -> None:
        reply = self.ask_again(fact.question)
        self.scene.expect(
            fact.answer in reply,
            f'"{fact.said}" was said {when}. Asked for it, the model answered: "{reply}"',
            why="What no request holds is not known.",
            hint=hints,
        )

    def expect_budget(self, budget: int, hints: tuple[str, ...] = ()) -> None:
        """Expect that no request of the last turn was over the budget."""
        turn = self.turns[-1]
        for size, asks in zip(turn.sizes, turn.asks, strict=True):
            turn.scene.expect(
                size <= budget,
                f"A request has {size} tokens by the server's count, and max_tokens is {budget}."
                + ("" if asks else " It is the one for the summary."),
                why="A server whose window is full refuses the request, and the conversation is over.",
                hint=hints or (COUNTED if asks else FOLDED),
            )

    def end(self) -> None:
        """Raise what ended the talk, if something did."""
        if self.problem:
            raise self.problem


def held(talk: Talk, turns: int, longest: int) -> Talk:
    """The talk, after so many turns."""
    try:
        for _ in range(turns):
            talk.ask(talk.next_text(longest))
    except (NotYet, NotStarted, NoUse) as problem:
        talk.problem = problem
    return talk


@pytest.fixture(scope="module")
def roomy(challenge: Work) -> Talk:
    """A talk for which there is room enough."""
    return held(Talk(challenge, 71), 8, longest=0)


@pytest.fixture(scope="module")
def narrow(challenge: Work) -> list[Talk]:
    """Talks for which there is not: one with texts of the same length, and some with texts of any length."""
    return [
        held(Talk(challenge, 72, 500, 2, longer=25), 24, longest=0),
        held(Talk(challenge, 73, 500, 6), 18, longest=110),
        held(Talk(challenge, 74, 780, 3), 18, longest=180),
    ]


def test_an_answer_rests_on_what_was_said_before(challenge, roomy):
    """As long as all fits, all is sent, and the reply rests on it"""
    for turn in roomy.turns:
        turn.scene.expect(
            all(turn.asks),
            "A summary was asked for, although everything would have fitted.",
            why="A summary costs a request, and says less than the messages.",
            hint="When is a summary needed? Compare tokens with max_tokens.",
        )
        turn.scene.expect(
            spoken(turn.requests[-1]) == [*spoken(turn.before), ("user", turn.text)],
            "Everything would have fitted, so that `messages` and the question should have been sent.",
            why="What is left out is not known; and `messages` should tell what the next request holds.",
            hint="What goes out with the question, and what does `messages` hold?",
        )
    roomy.end()
    for fact in roomy.facts:
        roomy.expect_known(fact, "before, and there is room for everything", KEEPING)


def test_two_memories_share_nothing(challenge):
    """Two memories share nothing"""
    talks = [Talk(challenge, seed) for seed in (75, 76)]
    for talk in talks:
        talk.ask(talk.next_text())
    for talk in talks:
        talk.scene.show("`messages` of this memory, to which one thing was said", talk.messages())
        talk.scene.expect(
            len(talk.messages()) == 3,
            f"It should hold the system message, a question and a reply, but it holds {len(talk.messages())} messages.",
            why="One user would read what another one said.",
            hint="Where is your list made: once, in the class or as a default value, or in __init__ for each memory?",
        )


def test_requests_are_sound(narrow):
    """Every request: the system message first, whole turns, the new question last"""
    for talk in narrow:
        replies = set()
        for turn in talk.turns:
            for request in turn.questions:
                roles = [message["role"] for message in request]
                turn.scene.expect(
                    roles[0] == "system" and RULES in request[0]["content"] and roles.count("system") == 1,
                    "A request should begin with the system message, and have no other one.",
                    why="Without its rules the model is another one; a second one is refused by many servers.",
                    hint="What becomes of the system message when old turns go? And as what is the summary sent?",
                )
                turn.scene.expect(
                    all(one != next_one for one, next_one in pairwise(roles)),
                    "After the system message, user and assistant should alternate.",
                    why="Many servers refuse two messages of the same role in a row.",
                    hint="Which messages have got separated: a question from its reply, or a request for a recap from the recap?",
                )
                turn.scene.expect(
                    roles[1] == "user" or request[1]["content"] not in replies,
                    "The request begins with a reply whose question is gone.",
                    why="The model reads an answer to nothing.",
                    hint="Are messages dropped one by one, or turns, a question with its reply?",
                )
            replies.add(turn.reply)
        talk.end()


def test_no_request_is_over_the_budget(narrow):
    """No request is over the budget"""
    for talk in narrow:
        turns, talk.turns = talk.turns, []
        for turn in turns:
            talk.turns.append(turn)
            talk.expect_budget(talk.sizes[0])
        talk.end()


def test_the_last_turns_are_sent_word_for_word(narrow):
    """The last turns go out word for word, as far as they fit"""
    for talk in narrow:
        budget, keep_recent = talk.sizes
        for number, turn in enumerate(talk.turns):
            recent: list[tuple[str, str]] = []
            for earlier in talk.turns[max(0, number - keep_recent) : number][::-1]:
                longer = [("user", earlier.text), ("assistant", earlier.reply), *recent]
                if sum(len(text) / 4 + 5 for _, text in [*longer, ("user", turn.text)]) > budget * 0.3:
                    break
                recent = longer
            for request in turn.questions:
                turn.scene.expect(
                    in_order(recent, spoken(request)[:-1]),
                    f"The last {len(recent) // 2} turns are small, but the request does not hold them as they were said.",
                    why='"Why?", "the second one", "say that again" refer to those very words.',
                    hint=(
                        "What goes into the summary: only old turns, or the last ones too?",
                        "The last keep_recent turns stay, as long as they are not too long.",
                    ),
                )
        talk.end()


def test_an_early_fact_is_known_long_after(narrow):
    """An early fact is known long after"""
    for talk in narrow:
        talk.end()
    for talk in narrow:
        talk.scene.expect(
            talk.server.summaries,
            "Not everything fits any more, and the model has not been asked for a summary.",
            why="What the old turns said is lost when nothing stands for them, and cut at random when nobody has read them.",
            hint=KEEPING,
        )
        for fact in talk.facts:
            talk.expect_known(fact, f"about {len(talk.turns)} turns ago", KEEPING)


def test_not_every_turn_is_summarised(narrow):
    """Most turns do without a summary"""
    talk = narrow[0]
    talk.end()
    summarised = [not all(turn.asks) for turn in talk.turns]
    since = summarised[summarised.index(True) :] if any(summarised) else [False]
    talk.turns[-1].scene.expect(
        sum(since) <= len(since) / 3,
        f"Once the budget was reached, {sum(since)} of {len(since)} turns needed a summary, all of them of the same length.",
        why="Each costs a request, the user waits for it, and whatever is summarised often loses a little each time.",
        hint=(
            "When is something summarised, and how much room is there afterwards? For how many turns?",
            "Only when the question does not fit; and then all turns but the last keep_recent, not just the oldest one.",
        ),
    )


def test_a_summary_that_is_too_long_does_no_harm(challenge):
    """No request is over the budget even when the model writes too long a summary"""
    talk = Talk(challenge, 77, 500, 2, rambling=40, longer=60)
    for _ in range(16):
        talk.ask_again(talk.next_text())
        talk.expect_budget(500, CAPPED)


def test_a_failed_summary_loses_nothing(challenge):
    """When a summary fails, nothing is lost"""
    for seed, kinds in ((80, [429, "timeout"]), (81, ["length", "empty"])):
        talk = Talk(challenge, seed, 500, 2, longer=60)
        for number in range(16):
            if number in (3, 10):
                talk.server.fail_summaries[:] = [kinds.pop()]
            talk.ask_again(talk.next_text())
            talk.expect_budget(500)
        for fact in talk.facts:
            talk.expect_known(
                fact,
                "early on, and some summaries have failed since",
                GONE,
            )


def test_a_failed_call_changes_nothing(challenge):
    """When a call fails, ask raises an error, and `messages` is as before"""
    talk = Talk(challenge, 78, 500, 2)
    kinds = [429, "timeout", 500, "connection", "drop"] * 3
    for number, kind in enumerate(kinds):
        if number > 2:
            talk.server.fail_questions[:] = [kind]
        talk.ask_again(talk.next_text(longest=60))
    for fact in talk.facts:
        talk.expect_known(fact, "early on, and some calls have failed since", KEEPING)


def test_half_a_reply_is_not_kept(challenge):
    """A reply that is empty or cut off is a failure too"""
    talk = Talk(challenge, 79)
    for kind in ("length", "empty"):
        talk.ask(talk.next_text())
        talk.server.fail_questions[:] = [kind]
        text = talk.next_text()
        count = len(talk.server.replies)
        talk.ask_again(text)
        failed, *later = talk.server.replies[count:]
        talk.scene.expect(
            later,
            f"The reply was {'empty' if kind == 'empty' else f'cut off ({failed!r})'}, and it was kept.",
            why="From now on the model would read it as its own words, and the user has no answer.",
            hint=(
                "How can you tell a whole reply from half of one, and what becomes of a turn that has none?",
                'Look at choices[0].finish_reason: only "stop" is a whole reply. Raise an error otherwise, and change nothing.',
            ),
        )


def test_a_question_that_cannot_fit_is_refused(challenge):
    """A question that cannot fit raises ValueError, and changes nothing"""
    for turns in (0, 4):
        talk = held(Talk(challenge, 82, 500, 2), turns, longest=0)
        talk.end()
        before, text = talk.messages(), f"What is this? {words_of(600)}"
        try:
            talk.ask(text)
        except NotYet as problem:
            if not was_raised_for(problem):
                raise
            error: Any = problem.__cause__
        else:
            error = None
        talk.scene.expect(
            isinstance(error, ValueError),
            f"The question has more than 600 tokens, and max_tokens is 500. {type(error).__name__ if error else 'No error'} "
            "came, where ValueError was expected.",
            why="Your caller can tell the user that the question is too long. Sent all the same, it is refused by the server.",
            hint=(
                "What is left to leave out when the question alone is too long?",
                "trim_to_budget raises BudgetError, which is a ValueError. Or compare, and raise ValueError yourself.",
            ),
        )
        talk.scene.expect(
            talk.messages() == before,
            "ValueError came, but `messages` has changed.",
            why="The conversation should go on as if the question had not been asked.",
            hint=FAILED,
        )
        talk.ask(talk.next_text())
