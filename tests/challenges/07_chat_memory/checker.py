"""Checks work/07_chat_memory.py: a conversation as one object, whatever is said and whatever fails."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass
from itertools import pairwise
from random import Random
from textwrap import shorten
from typing import Any

import pytest

import chat_memory
from mock_model.api.tokens import PRIMING

from ..engine import preconditions
from ..engine.criteria import Message, NotStarted, NotYet, NoUse, Scene
from ..engine.learner_code import Guarded, Work
from ..situations.long_talks import (
    OTHER_RULES,
    RULES,
    Fact,
    TalkServer,
    beside_the_point,
    drawn,
    expect_all_read,
    expect_asked,
    expect_messages,
    expect_model,
    expect_note_of_the_model,
    facts,
    in_order,
    only,
    other_facts,
    reply_of,
    size_of,
    small_talk,
    unsaid,
    was_raised_for,
    words_of,
    words_of_the_note,
)
from ..situations.told_facts import spoken

START = (
    "Begin with SafeChat of lesson 07: the messages, and ask, which keeps question and reply together once the reply is there.",
    "Then, at the beginning of ask: would the messages and the question take more than max_tokens? Only then is something to do.",
    "What has to be summarised is all but the last keep_recent turns. Work with new lists, and assign to self in the last lines.",
)

LONG = 70  # turns
ROOMY = 380  # tokens of a question with the rules, of 500, that leave room for a summary
MADE, WAS, ASKED, IS_NOW = "A memory was made", "`messages` was", "and it was asked", "`messages` is now"
SENT, SENT_TO_SUMMARISE, RETURNED = "You sent", "You sent, for a summary", "ask returned"
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
TOO_MANY = (
    "What if the last keep_recent turns alone do not fit?",
    "Does something get cut away in the end, behind your back? trim_to_budget drops the oldest first: the summary.",
    "Let the oldest of them go into the summary too, until system message, summary, turns and question fit.",
)
NONE_KEPT = (
    "What are turns[-0:] and turns[:-0]? Try both with a list.",
    "-0 is 0: turns[-0:] is the whole list, and turns[:-0] is empty. "
    "Count from the front: old, recent = turns[:n], turns[n:] with n = len(turns) - keep_recent.",
)
ALL_OF_IT = (
    "May a request have exactly max_tokens tokens? Compare with <= or <, and look which one it is.",
    "Do you keep room for something, such as the reply? What the task limits is what you send.",
    "count_tokens([*messages, question]) is what the server counts, priming included.",
)
TO_THE_TOKEN = (
    "What is it that you compare with max_tokens, and how far is it from what the server counts?",
    "The summary stands in the request as well, with the question that asks for it. Count the whole list that you send.",
    "If a question leaves no room for the summary: raise ValueError, or leave the summary out of this one request.",
)
KEPT = (
    "How many turns are left when something was summarised? Count them: in turns, not in messages.",
    "turns[-keep_recent:] are the last keep_recent ones, if keep_recent is not 0.",
)
WORDS = (
    "How does your code find out which of the messages are the summary? By words? A user says those, too.",
    "Keep the summary in an attribute of its own, beside the turns: then nobody has to look for it.",
)
FINISHED = (
    "Which lines of the class are yours? It is the class that you are to write here; functions of chat_memory may help you.",
    "summarize, count_tokens, split_turns and trim_to_budget are there for it. From lesson 08 on, ChatMemory is yours to use.",
)
TOLD = (
    "What do you keep in the end: what was sent, with the reply? Or something that was larger or smaller than that?",
    "If turns are left out of the request, they have to be in the summary, and out of `messages`.",
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
    notes: list[str | None]  # what the model replied to those that did not ask it
    reply: str
    after: list[Message]

    @property
    def questions(self) -> list[list[Message]]:
        return [request for request, asks in zip(self.requests, self.asks, strict=True) if asks]


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
                hint="Is the line @property still above def messages?",
            )
            held = list(held) if isinstance(held, tuple) else held
            expect_messages(self.scene, held, "`messages`")
        return deepcopy(held)

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
            hint=FAILED if longer else COMMITTED if self.server.asks and self.server.asks[-1] else GONE,
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
            hint="Who has to learn of an error, and what happens to one that you catch?",
        )
        only(scene, ASKED, RETURNED).expect(
            isinstance(reply, str) and reply == replies[-1],
            f"ask should return the text of the reply, {replies[-1]!r}.",
            why="It is what the user sees.",
            hint="What does the last line of ask return?",
        )
        after = self.messages()
        scene.show(IS_NOW, after)
        only(scene, ASKED, RETURNED, IS_NOW).expect(
            in_order(
                [("user", text), ("assistant", reply)], spoken(after[-2:])
            ),  # a note may stand before the question
            "After a question, `messages` should end with it and its reply.",
            why="The next request goes on from both.",
            hint="Which two messages does a turn add to what is remembered, and when?",
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

    def expect_known(self, fact: Fact, when: str, hints: tuple[str, ...]) -> None:
        self.expect_answer(Answer(self, fact, self.ask_again(fact.question)), when, hints)

    def expect_answer(self, answer: Answer, when: str, hints: tuple[str, ...]) -> None:
        only(answer.turn.scene, MADE, ASKED, SENT).expect(
            answer.is_known,
            f'"{answer.fact.said}" was said {when}. Asked for it, the model answered: "{answer.reply}"',
            why="What no request holds is not known.",
            hint=hints,
        )

    def expect_budget(self, budget: int, hints: tuple[str, ...] = ()) -> None:
        """Expect that no request of the last turn was over the budget."""
        turn = self.turns[-1]
        for size, asks, request in zip(turn.sizes, turn.asks, turn.requests, strict=True):
            scene = only(turn.scene, MADE)
            scene.show(SENT if asks else SENT_TO_SUMMARISE, request)
            scene.expect(
                size <= budget,
                f"A request has {size} tokens by the server's count, and max_tokens is {budget}."
                + ("" if asks else " It is the one for the summary."),
                why="A server whose window is full refuses the request, and the conversation is over.",
                hint=FOLDED if not asks and hints in ((), TO_THE_TOKEN, WORDS) else hints or COUNTED,
            )

    def end(self) -> None:
        """Raise what ended the talk, if something did."""
        if self.problem:
            raise self.problem


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


def refused(talk: Talk, problem: NotYet, hints: tuple[str, ...] = TOO_MANY) -> NotYet | None:
    """What to say where the learner's code refuses a question that would have fitted."""
    error = problem.__cause__
    if not isinstance(error, ValueError) or len(talk.server.asked) > 1_000 or talk.server.failing:
        return None
    return NotYet(
        f"ask raised {type(error).__name__}, although the question alone would have fitted. "
        f"({shorten(str(error), 300)})",
        only(talk.scene, MADE, WAS, ASKED).shown,
        "Everything else can be summarised or made shorter. The conversation is over when its next question is refused.",
        hints,
        judged=False,
    )


@pytest.fixture(scope="module")
def roomy(challenge: Work) -> Talk:
    """A talk for which there is room enough."""
    return held(Talk(challenge, 71), 8)


@pytest.fixture(scope="module")
def narrow(challenge: Work) -> list[Talk]:
    """Talks for which there is not: one with texts of the same length, and some with texts of any length."""
    return [
        held(Talk(challenge, 72, longer=25, max_tokens=500, keep_recent=2), 24),
        held(Talk(challenge, 73, simple=True, rules=OTHER_RULES, max_tokens=500, keep_recent=6), 16, longest=110),
        held(Talk(challenge, 74, simple=True, max_tokens=780, keep_recent=3), 16, longest=180),
    ]


class Answer:
    """What came of the question for a fact that was just asked."""

    def __init__(self, talk: Talk, fact: Fact, reply: str) -> None:
        self.talk, self.fact, self.reply, self.turn = talk, fact, reply, talk.turns[-1]
        self.is_known = fact.is_known(reply, self.turn.questions)


@pytest.fixture(scope="module")
def recalled(narrow: list[Talk]) -> list[Answer]:
    """What is answered to a question for each fact in the end; nothing where a talk has broken off."""
    if any(talk.problem for talk in narrow):
        return []
    try:
        return [Answer(talk, fact, talk.ask_again(fact.question)) for talk in narrow for fact in talk.facts]
    except NoUse as end:  # what is no Exception must not come out of a fixture: pytest would make it anew
        narrow[0].problem = end
        return []


def expect_memory(recalled: list[Answer]) -> None:
    """Expect that facts are known when nothing fails: otherwise nothing is found out by letting something fail."""
    if not all(answer.is_known for answer in recalled):
        raise NotYet("Early facts are not known even when nothing special happens.", hints=KEEPING, judged=False)


def not_the_finished_one(*_: object, **__: object) -> None:
    raise NotYet(
        "Your class leaves it to the finished ChatMemory of chat_memory.",
        why="Here you find out what is in that one.",
        hints=FINISHED,
        judged=False,
    )


@pytest.fixture(scope="module", autouse=True)
def without_the_finished_one() -> Iterator[None]:
    """While this is checked, nobody can make a ChatMemory of chat_memory."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(chat_memory.ChatMemory, "__init__", not_the_finished_one)
        yield


def test_an_answer_rests_on_what_was_said_before(challenge, roomy):
    """As long as all fits, all is sent, and the reply rests on it"""
    for turn in roomy.turns:
        only(turn.scene, MADE, ASKED, SENT_TO_SUMMARISE).expect(
            all(turn.asks),
            "A summary was asked for, although everything would have fitted.",
            why="A summary costs a request, and says less than the messages.",
            hint="When is a summary needed? Compare tokens with max_tokens.",
        )
        only(turn.scene, MADE, WAS, ASKED, SENT).expect(
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
    talks = [Talk(challenge, seed, longer=50, simple=True, max_tokens=500, keep_recent=2) for seed in (75, 76)]
    talks[1].facts = other_facts(drawn(challenge, 99), talks[0].facts)
    talks[1].server.known = talks[1].facts
    for _ in range(11):
        for talk, other in (talks, talks[::-1]):
            messages = talk.messages()
            talk.ask(talk.next_text())
            for request in (messages, *talk.turns[-1].requests):
                scene = only(talk.scene, ASKED)
                scene.show(WAS if request is messages else SENT, request)
                for fact in other.facts:
                    scene.expect(
                        not fact.is_in(request),
                        f'"{fact.said}" was said to another memory, and this one has it too.',
                        why="One user would read what another one said.",
                        hint="Where is your list made, and your summary: once, in the class or as a default value, or for each "
                        "memory in __init__?",
                    )


def test_every_request_names_the_model(roomy, narrow):
    """Every request, that for a summary too, names MODEL"""
    for talk in (roomy, *narrow):
        first = 0
        for turn in talk.turns:
            expect_model(only(turn.scene, ASKED), talk.server, first, first + len(turn.requests))
            first += len(turn.requests)
        expect_model(only(talk.scene, ASKED), talk.server, first, len(talk.server.models))
        talk.end()


def test_requests_are_sound(narrow):
    """Every request: the system message first, as it was given, whole turns, the new question last"""
    for talk in narrow:
        replies = set()
        for turn in talk.turns:
            for request in turn.questions:
                roles, scene = [message["role"] for message in request], only(turn.scene, MADE)
                scene.show(SENT, request)
                scene.expect(
                    roles[0] == "system"
                    and talk.rules in spoken(request)[0][1]
                    and not {"system", "developer"} & {*roles[1:]},
                    "A request should begin with the system message, and have no other one.",
                    why="Without its rules the model is another one; a second one is refused by many servers.",
                    hint="What becomes of the system message when old turns go? And as what is the summary sent?",
                )
                scene.expect(
                    spoken(request)[0][1] == talk.rules,
                    f"The system message was: {talk.rules} Now there is more in it.",
                    why="What stands there is obeyed. The summary is made of the user's words, which would become rules.",
                    hint=(
                        "Whose words are in the system message now, and what does the model take them for?",
                        "Leave the system message as it is. In lesson 06 the summary is a turn of its own.",
                    ),
                )
                scene.expect(
                    all(one != next_one for one, next_one in pairwise(roles)),
                    "After the system message, user and assistant should alternate.",
                    why="Many servers refuse two messages of the same role in a row.",
                    hint="Which messages have got separated: a question from its reply, or a request for a recap from the recap?",
                )
                scene.expect(
                    roles[1] == "user",
                    "The request begins with a reply whose question is gone."
                    if spoken(request)[1][1] in replies
                    else "After the system message, a user message should come first.",
                    why="The model reads an answer to nothing, and some servers refuse it.",
                    hint=(
                        "Are messages dropped one by one, or turns, a question with its reply?"
                        if spoken(request)[1][1] in replies
                        else "As what is the summary sent, and what stands before it?",
                        "In lesson 06 the summary is a turn of its own: the user asks for a recap, and the assistant gives it.",
                    ),
                )
            replies.add(turn.reply)
        talk.end()


def test_no_request_is_over_the_budget(narrow):
    """No request is over the budget"""
    for talk in narrow:
        turns, talk.turns = talk.turns, []
        for turn in turns:
            talk.turns.append(turn)
            talk.expect_budget(talk.sizes["max_tokens"])
        talk.end()


def test_all_is_sent_up_to_the_budget(challenge):
    """What has max_tokens exactly is sent as it is; with one token more, old turns are summarised"""
    texts = Talk(challenge, 85, longer=35)
    texts = [texts.facts[0].said, *(next(texts.small_talk) for _ in range(10))]
    said = [
        {"role": role, "content": text} for one in texts for role, text in (("user", one), ("assistant", reply_of(one)))
    ]
    needed = size_of([{"role": "system", "content": RULES}, *said[:-1]])
    for more in (0, 1, -1):
        talk = Talk(challenge, 85, simple=True, max_tokens=needed + more, keep_recent=2)
        talk.server.known = talk.facts[:1]
        try:
            for text in texts:
                talk.ask(text)
        except NotYet as problem:
            raise refused(talk, problem, ALL_OF_IT) or problem from None
        for turn in talk.turns if more >= 0 else talk.turns[:-1]:
            asked = size_of([*turn.before, {"role": "user", "content": turn.text}])
            only(turn.scene, MADE, ASKED, SENT_TO_SUMMARISE).expect(
                spoken(turn.requests[0]) == [*spoken(turn.before), ("user", turn.text)],
                f"`messages` and the question have {asked} tokens, max_tokens is {needed + more}, and they "
                "were not sent as they are.",
                why="Whatever is left out or summarised says less than the messages, and here nothing has to be.",
                hint=ALL_OF_IT,
            )
        talk.expect_budget(needed + more, TO_THE_TOKEN)
    for seed, turns, sizes in ((90, 3, {}), (91, 10, {"max_tokens": 520, "keep_recent": 1})):
        for more in (0, -1, 1):
            talk = held(Talk(challenge, seed, longer=40, simple=True, **sizes), turns)
            talk.end()
            while sizes and talk.turns and all(talk.turns[-1].asks) and len(talk.turns) < 16:
                talk.ask(talk.next_text())  # until old turns have just been summarised
            expect_sent_up_to(talk, sizes.get("max_tokens", 3000), more)


def expect_sent_up_to(talk: Talk, budget: int, more: int) -> None:
    """Ask what makes the budget full, but for `more` tokens, and expect that it is sent as it is, unless it is over."""
    before, error = talk.messages(), None
    try:
        talk.ask(question_of(budget + more, before))
    except NotYet as problem:
        if not isinstance(problem.__cause__, ValueError):
            raise
        error = problem.__cause__
    as_it_is = not error and spoken(talk.turns[-1].requests[0]) == [*spoken(before), ("user", talk.server.asked)]
    if more > 0:
        if as_it_is:
            talk.expect_budget(budget, TO_THE_TOKEN)
        return
    only(talk.scene, MADE, WAS, ASKED, SENT_TO_SUMMARISE).expect(
        as_it_is,
        f"`messages` and the question have {budget + more:,} tokens, max_tokens is {budget:,}"
        f"{'' if talk.sizes else ' where nobody says otherwise'}, and "
        + (f"ask raised {type(error).__name__}." if error else "they were not sent as they are."),
        why="Whatever is left out or summarised says less than the messages, and here nothing has to be.",
        hint=ALL_OF_IT,
    )


def test_the_last_turns_are_sent_word_for_word(narrow):
    """The last turns go out word for word, as far as they fit"""
    for talk in narrow:
        budget, keep_recent = talk.sizes.values()
        for number, turn in enumerate(talk.turns):
            recent: list[tuple[str, str]] = []
            for earlier in talk.turns[max(0, number - keep_recent) : number][::-1]:
                longer = [("user", earlier.text), ("assistant", earlier.reply), *recent]
                if sum(len(text) / 4 + 5 for _, text in [*longer, ("user", turn.text)]) > budget * 0.3:
                    break
                recent = longer
            for request in turn.questions:
                only(turn.scene, MADE, WAS, ASKED, SENT).expect(
                    in_order(recent, spoken(request)[:-1]),
                    f"The last {len(recent) // 2} turns are small, but the request does not hold them as they were said.",
                    why='"Why?", "the second one", "say that again" refer to those very words.',
                    hint=(
                        "What goes into the summary: only old turns, or the last ones too?",
                        "The last keep_recent turns stay, as long as they are not too long.",
                    ),
                )
        talk.end()


def expect_turns_kept(talk: Talk) -> None:
    """Expect that what was summarised goes: of small turns, the last keep_recent stay, and no more."""
    keep_recent = talk.sizes.get("keep_recent", 6)
    for number, turn in enumerate(talk.turns):
        if all(turn.asks):
            continue
        said = [words for one in talk.turns[:number] for words in (("user", one.text), ("assistant", one.reply))]
        last, older = said[len(said) - 2 * keep_recent :], said[-2 * keep_recent - 2 :][:2]
        sent = spoken(turn.questions[-1])[:-1]
        what = "fewer" if not in_order(last, sent) else "more" if in_order(older, sent) else ""
        only(turn.scene, MADE, WAS, ASKED, SENT).expect(
            not what,
            f"Old turns were summarised, and {what} than {keep_recent} turns are left, which are not long.",
            why="Too few: what was just said is gone. Too many: the next summary is needed sooner.",
            hint=KEPT if keep_recent else NONE_KEPT,
        )
        expect_note_of_the_model(only(turn.scene, SENT_TO_SUMMARISE, SENT), turn.notes, turn.questions[-1])
        gone = [words for words in said if in_order([words], spoken(turn.before)) and not in_order([words], sent)]
        to_summarise = [request for request, asks in zip(turn.requests, turn.asks, strict=True) if not asks]
        expect_all_read(only(turn.scene, MADE, WAS, ASKED, SENT_TO_SUMMARISE), gone, to_summarise)


def test_an_early_fact_is_known_long_after(narrow, recalled):
    """An early fact is known long after"""
    for talk in narrow:
        talk.end()
    for talk in narrow:
        said = [{"role": "user", "content": turn.text + turn.reply} for turn in talk.turns]
        only(talk.turns[-1].scene, MADE, ASKED, SENT).expect(
            talk.server.summaries or size_of(said) <= talk.sizes["max_tokens"],
            "Not everything fits any more, and the model has not been asked for a summary.",
            why="What the old turns said is lost when nothing stands for them, and cut at random when nobody has read them.",
            hint=KEEPING,
        )
    for answer in recalled:
        talk = answer.talk
        said = [words for turn in talk.turns for words in (("user", turn.text), ("assistant", turn.reply))]
        dropped = talk.server.written and not unsaid(answer.turn.questions[-1][1:], said)  # the summary is not sent
        talk.expect_answer(answer, f"about {len(talk.turns)} turns ago", TOO_MANY if dropped else KEEPING)


def test_not_every_turn_is_summarised(narrow):
    """Most turns do without a summary"""
    talk = narrow[0]
    talk.end()
    summarised = [not all(turn.asks) for turn in talk.turns]
    since = summarised[summarised.index(True) :] if any(summarised) else [False]
    only(talk.turns[-1].scene, MADE, WAS).expect(
        sum(since) <= len(since) / 3,
        f"Once the budget was reached, {sum(since)} of {len(since)} turns needed a summary, all of them of the same length.",
        why="Each costs a request, the user waits for it, and whatever is summarised often loses a little each time.",
        hint=(
            "When is something summarised, and how much room is there afterwards? For how many turns?",
            "Only when the question does not fit; and then all turns but the last keep_recent, not just the oldest one.",
        ),
    )


def test_what_was_summarised_goes(challenge):
    """When old turns are summarised, the last keep_recent turns stay, and no more"""
    for sizes in ({"keep_recent": 1}, {"keep_recent": 3}, {}):  # 6 where nothing is said
        talk = held(Talk(challenge, 86, longer=20, simple=True, max_tokens=500, **sizes), 18)
        talk.end()
        expect_turns_kept(talk)


def test_a_summary_that_is_too_long_does_no_harm(challenge, recalled):
    """No request is over the budget however long the talk, even when the model writes too long a summary"""
    talk = Talk(challenge, 77, rambling=40, longer=60, simple=True, max_tokens=500, keep_recent=2)
    for number in range(LONG // preconditions.HURRY):
        try:
            talk.ask_again(talk.next_text())
        except NotYet as problem:
            if not was_raised_for(problem):
                raise
            talk.scene.expect(
                False,
                f"After {number} turns, ask raised {type(problem.__cause__).__name__} again and again.",
                why="Every second summary is too long, and no call fails. The conversation should go on.",
                hint=CAPPED,
            )
        talk.expect_budget(500, CAPPED)
    expect_memory(recalled)
    for fact in talk.facts:
        talk.expect_known(fact, f"{len(talk.turns)} turns ago", CAPPED)


def test_long_turns(challenge, recalled):
    """Where the last keep_recent turns alone do not fit, fewer of them stay, and an early fact is still known"""
    expect_memory(recalled)
    for longer, sizes in ((85, {"max_tokens": 500}), (140, {"max_tokens": 620, "keep_recent": 4})):
        talk = Talk(challenge, 83, longer=longer, simple=True, **sizes)
        expect_all_is_well(held(talk, 14), TOO_MANY)


def test_no_turn_has_to_stay(challenge, recalled):
    """keep_recent=0 works too"""
    expect_memory(recalled)
    talk = held(Talk(challenge, 84, longer=25, simple=True, max_tokens=500, keep_recent=0), 24)
    expect_all_is_well(talk, NONE_KEPT)
    expect_turns_kept(talk)
    summarised = sum(not all(turn.asks) for turn in talk.turns)
    only(talk.turns[-1].scene, MADE, WAS).expect(
        summarised <= len(talk.turns) / 5,
        f"In {len(talk.turns)} turns {summarised} needed a summary. With no turn that has to stay there is room for many.",
        why="Each costs a request, and the user waits for it.",
        hint=NONE_KEPT,
    )


def expect_all_is_well(talk: Talk, hints: tuple[str, ...]) -> None:
    """Expect that no question is refused, that the budget holds, and that the facts are known."""
    budget = talk.sizes["max_tokens"]
    if isinstance(talk.problem, NotYet) and talk.problem.hints == TOO_MANY:  # a question was refused
        talk.problem.hints, talk.problem.judged = hints, True
    talk.end()
    turns, talk.turns = talk.turns, []
    for turn in turns:
        talk.turns.append(turn)
        talk.expect_budget(budget, hints)
    for fact in talk.facts:
        talk.expect_known(fact, f"about {len(talk.turns)} turns ago", hints)


def test_messages_tell_what_is_sent(narrow):
    """`messages` is what the next request holds before its question"""
    for talk in narrow:
        budget = talk.sizes["max_tokens"]
        for turn in talk.turns:
            if all(turn.asks):
                only(turn.scene, WAS, ASKED, SENT).expect(
                    spoken(turn.questions[-1][:-1]) == spoken(turn.before),
                    "No summary was asked for, and what was sent before the question is not what `messages` held.",
                    why="Whoever looks at `messages` wants to see what the model will read.",
                    hint=TOLD,
                )
            size = size_of(turn.after[:-1])
            only(turn.scene, MADE, ASKED, SENT, IS_NOW).expect(
                size <= budget,
                f"`messages` has {size} tokens without the last reply, and max_tokens is {budget}. So much was never sent.",
                why="Whoever looks at `messages` wants to see what the model will read.",
                hint=TOLD,
            )
        talk.end()


def test_a_failed_summary_loses_nothing(challenge, recalled):
    """When a summary fails, nothing is lost"""
    expect_memory(recalled)
    for seed, kinds in ((80, [429, "timeout"]), (81, ["blank", "length", "empty"])):
        talk = Talk(challenge, seed, longer=60, simple=True, max_tokens=500, keep_recent=2)
        for number in range(16):
            if number in (3, 7, 10) and kinds:
                talk.server.fail_summaries[:] = [kinds.pop()]
            talk.ask_again(talk.next_text())
            talk.expect_budget(500)
        for fact in talk.facts:
            talk.expect_known(fact, "early on, and some summaries have failed since", GONE)
        expect_model(only(talk.scene, ASKED), talk.server, 0, len(talk.server.models))


def test_a_failed_call_changes_nothing(challenge, recalled):
    """When a call fails, ask raises an error, and `messages` is as before"""
    talk = Talk(challenge, 78, simple=True, max_tokens=500, keep_recent=2)
    kinds = [429, "timeout", 500, "connection", "drop"] * 3
    for number, kind in enumerate(kinds):
        if number > 2:
            talk.server.fail_questions[:] = [kind]
        talk.ask_again(talk.next_text(longest=60))
    expect_model(only(talk.scene, ASKED), talk.server, 0, len(talk.server.models))
    expect_memory(recalled)
    for fact in talk.facts:
        talk.expect_known(fact, "early on, and some calls have failed since", KEEPING)


def test_half_a_reply_is_not_kept(challenge):
    """A reply that is empty or cut off is a failure too"""
    talk = Talk(challenge, 79)
    for kind in ("length", "empty", "blank", "length"):  # the first one with the first question
        talk.server.fail_questions[:] = [kind]
        text = talk.next_text()
        count = len(talk.server.replies)
        try:
            talk.ask_again(text)
        except NotYet as problem:
            problem.judged |= not was_raised_for(problem) and len(talk.server.replies) > count
            raise
        failed, *later = talk.server.replies[count:]
        only(talk.scene, ASKED, RETURNED, IS_NOW).expect(
            later,
            f"The reply was {f'cut off ({failed!r})' if kind == 'length' else 'empty'}, and it was kept.",
            why="From now on the model would read it as its own words, and the user has no answer.",
            hint=(
                "How can you tell a whole reply from half of one, and what becomes of a turn that has none?",
                'Look at choices[0].finish_reason: only "stop" is a whole reply. Raise an error otherwise, and change nothing.',
            ),
        )


def test_a_question_that_cannot_fit_is_refused(challenge):
    """A question that cannot fit raises ValueError, and changes nothing"""
    for turns in (0, 4):
        talk = held(Talk(challenge, 82, max_tokens=500, keep_recent=2), turns)
        talk.end()
        for needed in (700, 501):
            expect_refused(talk, question_of(needed), needed)
        talk.ask(talk.next_text())
    for needed in (499, 500):
        talk = Talk(challenge, 87, max_tokens=500, keep_recent=2)
        try:
            talk.ask(question_of(needed))
        except NotYet as problem:
            raise only_just_fits(talk, needed, problem) or problem from None
        talk.expect_budget(500, ALL_OF_IT)


def test_a_question_that_fits_without_the_summary(challenge, recalled):
    """A question that leaves no room for the summary leads to no larger request, and to no loss"""
    expect_memory(recalled)
    for needed in (380, 300, 500, 485, 460, 430):
        talk = held(Talk(challenge, 88, longer=60, simple=True, max_tokens=500, keep_recent=2), 11)
        talk.end()
        before, text = talk.messages(), question_of(needed)
        try:
            talk.ask(text)
        except NotYet as problem:
            if not isinstance(problem.__cause__, ValueError):
                raise
            only(talk.scene, MADE, WAS, ASKED).expect(
                needed > ROOMY,
                f"The question has {needed} tokens with the rules, max_tokens is 500, and ask raised "
                f"{type(problem.__cause__).__name__}. There is room for a summary of 60 tokens.",
                why="Old turns can go into the summary. The conversation is over when its next question is refused.",
                hint=TOO_MANY,
            )
        else:
            talk.expect_budget(500, TO_THE_TOKEN)
            before = talk.messages()
        only(talk.scene, WAS, ASKED).expect(
            talk.messages() == before,
            "ValueError came, but `messages` has changed.",
            why="The conversation should go on as if the question had not been asked.",
            hint=FAILED,
        )
        for fact in talk.facts:
            when = f"early on. Then came a question that needs {needed} of 500 tokens with the rules"
            talk.expect_known(fact, when, TO_THE_TOKEN[::-1])
            talk.expect_budget(500, TO_THE_TOKEN)
    talk = held(Talk(challenge, 92, rambling=8, longer=40, simple=True, max_tokens=500, keep_recent=2), 6)
    talk.server.rambles = True
    for needed in range(ROOMY + 20, 450, 3):  # whatever room there is for a summary, the model writes more
        with suppress_refusals():
            talk.ask(question_of(needed))
            talk.expect_budget(500, TO_THE_TOKEN)


@contextmanager
def suppress_refusals() -> Iterator[None]:
    """Around a question that may be refused: whether it should be is looked at elsewhere."""
    try:
        yield
    except NotYet as problem:
        if not isinstance(problem.__cause__, ValueError):
            raise


def question_of(needed: int, before: Sequence[Message] = ({"role": "system", "content": RULES},)) -> str:
    """A question that needs so many tokens in a request in which nothing else stands but these messages."""
    text, rest = "What is this?", needed - size_of([*before])
    while (size := size_of([{"role": "user", "content": text}]) - PRIMING) < rest:
        text += " And so it went on." * ((rest - size - 1) // 6) or " on"
    return text


def only_just_fits(talk: Talk, needed: int, problem: NotYet) -> NotYet | None:
    """What to say where a question is refused that fits, with nothing else to send but the system message."""
    if not isinstance(problem.__cause__, ValueError):
        return None
    return NotYet(
        f"The system message and the question have {needed} tokens together, max_tokens is 500, nothing was said before, and ask "
        f"raised {type(problem.__cause__).__name__}.",
        only(talk.scene, MADE, ASKED).shown,
        "What fits is sent.",
        ALL_OF_IT,
    )


def expect_refused(talk: Talk, text: str, needed: int) -> None:
    before, error = talk.messages(), None
    try:
        talk.ask(text)
    except NotYet as problem:
        if not was_raised_for(problem):
            raise
        error = problem.__cause__
    only(talk.scene, MADE, ASKED).expect(
        isinstance(error, ValueError),
        f"The question has {needed} tokens with the system message, and max_tokens is 500. "
        f"{type(error).__name__ if error else 'No error'} came, where ValueError was expected.",
        why="Your caller can tell the user that the question is too long. Sent all the same, it is refused by the server.",
        hint=(
            "What is left to leave out when the question alone is too long?",
            "trim_to_budget raises BudgetError, which is a ValueError. Or compare, and raise ValueError yourself.",
        ),
    )
    only(talk.scene, WAS, ASKED).expect(
        talk.messages() == before,
        "ValueError came, but `messages` has changed.",
        why="The conversation should go on as if the question had not been asked.",
        hint=FAILED,
    )


def test_a_user_may_say_anything(challenge, narrow, recalled):
    """A user may say the very words that your summary comes with"""
    for talk in narrow:
        talk.end()
    expect_memory(recalled)
    for place in ("request", "messages"):
        notes = []
        for talk in narrow[:2]:
            number = next((i for i, turn in enumerate(talk.turns) if not all(turn.asks)), -1)
            turn = talk.turns[number]
            said = [words for one in talk.turns for words in (("user", one.text), ("assistant", one.reply))]
            notes.append(unsaid(turn.questions[-1] if place == "request" else turn.after, said))
        for text, reply in words_of_the_note(*notes, filling="I like tea."):
            for where in ((0, 4), (2, 9)):
                expect_said(
                    Talk(challenge, 89, longer=45, simple=True, max_tokens=500, keep_recent=2), text, reply, where
                )


def expect_said(talk: Talk, text: str, reply: str, where: tuple[int, int]) -> None:
    """Let a user say this, and get this reply, in two of the turns, and expect that all goes on as ever."""
    others = iter([*(fact.said for fact in talk.facts)])
    what = f"The user has said: {text!r:.80}. "
    for number in range(13):
        special = number in where
        talk.server.own_reply = reply if special else ""
        said = [words for one in talk.turns for words in (("user", one.text), ("assistant", one.reply))]
        try:
            talk.ask(text if special else next(others, "") or next(talk.small_talk))
        except NotYet as problem:
            raise NotYet(f"{what}{problem}", problem.shown, problem.why, WORDS) from None
        talk.expect_budget(500, WORDS)
        turn = talk.turns[-1]
        fits = size_of([*turn.before, {"role": "user", "content": turn.text}]) <= 500
        request = spoken(turn.questions[-1])[:-1]
        only(turn.scene, MADE, WAS, ASKED, SENT).expect(
            in_order(said[-4:], request) and (not fits or request == spoken(turn.before)),
            f"{what}Now what was said last is not sent as it was said.",
            why="Whatever a user says is said, and no part of your summary.",
            hint=WORDS,
        )
    for fact in talk.facts:
        talk.expect_known(fact, "early on; and the user said the words of the summary", WORDS)
