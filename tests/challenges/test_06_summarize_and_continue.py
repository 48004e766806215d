"""Checks work/06_summarize_and_continue.py: old turns go into a note, and what they said is still known."""

from __future__ import annotations

import json
from copy import deepcopy
from dataclasses import dataclass
from random import Random
from typing import Any

import pytest

from calling import Work
from criteria import Message, NotStarted, NotYet, NoUse, Scene
from long_talks import (
    RULES,
    Fact,
    TalkServer,
    beside_the_point,
    expect_messages,
    facts,
    in_order,
    only,
    small_talk,
    was_raised_for,
)
from talking import spoken

START = (
    "Begin without any summary: make the question a message, send history and question, return both and the reply in a new list.",
    "Then, before that: when there are more than 8 messages, which of them are the last 2 turns, and which are old?",
    "Lesson 06 has all the parts: summarize (or a prompt of your own), the note as a turn of its own; and RECAP in history "
    "tells whether there is a note already.",
)

LONGEST = 15  # messages: the system message, a note in two, 8 messages, the question and its reply, and a few more
MOST_TOKENS = 1000
LONG = 100  # turns
GIVEN, ASKED, SENT, RETURNED = "You were given this history", "and the question", "You sent", "You returned"
SENT_TO_SUMMARISE = "You sent, for a summary"
KEEPING = (
    "Does the note hold it? If not, does your prompt say what has to survive? And if it does: is the note sent?",
    'A prompt such as "Summarize." leaves it to the model. Name what to keep, as in KEEP of lesson 06.',
    "Print the note, and look for the name and the number.",
)
FOLDING = (
    "When the next note is written, what becomes of the note that was there before?",
    "The note that is there has to be read by the model when it writes the next one, with the old turns. "
    '(Put "Summary so far:" before it, or send it as the first of the messages: the offline model reads it then.)',
)
OWN = (
    "What goes from call to call, and whose is it?",
    "Look for what outlives a call: a global, a default value that is a list or a dict, an attribute of a class.",
    "There may be many conversations, and tomorrow another program. The history that you return is all that comes back to you.",
)
DELETED = (
    "When the summary fails, where are the turns that it should have stood for?",
    "Summarise first, and leave turns out only when the summary is there. Or let the error out: your caller asks again.",
)
HALF = (
    "How does your code know that a summary is whole? What became of the facts that it had not written yet?",
    'A reply whose finish_reason is "length" was cut off: do not use it. (summarize raises IncompleteReply then.)',
)


@dataclass
class Turn:
    """One turn of a talk: what was handed in, what was sent, and what came back."""

    scene: Scene
    text: str
    handed: list[Message]
    before: list[Message]  # what was handed in, as it was then
    sent: list[list[Message]]
    requests: list[list[Message]]  # those that asked the question
    summaries: int  # asked for so far
    history: list[Message]  # what came back


class Talk:
    """A talk with a learner's function. What it returns is handed back to it as after a night in a file."""

    def __init__(self, challenge: Work, seed: int, longer: int = 0, server: TalkServer | None = None) -> None:
        random = Random(seed)
        self.facts, self.small_talk = facts(random), small_talk(random, longer)
        self.challenge, self.server = challenge, server or TalkServer()
        self.client = self.server.client()
        self.history: list[Message] = [{"role": "system", "content": RULES}]
        self.scene = Scene()
        self.turns: list[Turn] = []
        self.problem: NotYet | NotStarted | NoUse | None = None  # what ended the talk

    def next_text(self) -> str:
        """What the user says next: first three facts, then nothing that matters."""
        return self.facts[len(self.turns)].said if len(self.turns) < len(self.facts) else next(self.small_talk)

    def ask(self, text: str) -> str:
        """Take a turn, and return the reply. Raises NotYet when an error comes out, or something else than a history."""
        handed, before, first = self.history, deepcopy(self.history), len(self.server.requests)
        self.server.asked = text
        scene = self.scene = Scene()
        scene.show(GIVEN, before)
        scene.show(ASKED, text)
        try:
            returned = self.challenge.call("next_turn", self.client, handed, text)
        except NotYet as problem:
            if not was_raised_for(problem):
                raise
            self.show_sent(first)
            scene.show("Your caller's list is now", handed)
            scene.expect(
                handed == before,
                f"An error came out ({type(problem.__cause__).__name__}), and the list that was handed in has changed.",
                why="Your caller catches the error and asks again, with what is left of the list.",
                hint="What had you taken out of the list, or put into it, when the call failed?",
            )
            raise
        requests = self.show_sent(first)
        with beside_the_point():
            reply = self.reply(returned, text, requests, first)
        sent = self.server.requests[first:]
        self.turns.append(Turn(scene, text, handed, before, sent, requests, self.server.summaries, returned))
        self.history = json.loads(json.dumps(returned))
        return reply

    def reply(self, returned: Any, text: str, requests: list[list[Message]], first: int) -> str:
        """The reply to the question, which has to stand at the end of what came back."""
        scene = self.scene
        expect_messages(scene, returned, "what you return")
        scene.show(RETURNED, returned)
        only(scene, ASKED, SENT_TO_SUMMARISE, RETURNED).expect(
            requests,
            "The model was never asked: no request ends with the question.",
            why="The model answers the last message of a request. Everything else is what it may look up.",
            hint="What is the last message of the request, and what should it be?",
        )
        replies = [
            r for r, asks in zip(self.server.replies[first:], self.server.asks[first:], strict=True) if asks and r
        ]
        only(scene, ASKED, RETURNED).expect(
            spoken(returned[-2:]) == [("user", text), ("assistant", replies[-1] if replies else "")],
            "What you return should end with the question and the model's reply to it.",
            why="Your caller shows the reply to the user, and the next turn goes on from both.",
            hint="Which two messages does a turn add to the history, and in which order?",
        )
        return replies[-1]

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

    def expect_known(self, fact: Fact, when: str, hints: tuple[str, ...]) -> None:
        """Expect that the question for a fact is answered."""
        reply = self.beside(fact.question)
        only(self.scene, GIVEN, ASKED, SENT).expect(
            fact.answer in reply,
            f'"{fact.said}" was said {when}. Asked for it, the model answered: "{reply}"',
            why="It was said once, and the message that said it is no longer sent. What no request holds is not known.",
            hint=hints,
        )

    def beside(self, question: str) -> str:
        """The reply to a question, after which the talk goes on as if nobody had asked."""
        history = self.history
        reply = self.ask_again(question)
        self.history = history
        return reply

    def end(self) -> None:
        """Raise what ended the talk, if something did."""
        if self.problem:
            raise self.problem


@pytest.fixture(scope="module")
def talks(challenge: Work) -> list[Talk]:
    """Two talks of 23 turns, held at the same time: each must have a note of its own."""
    talks = [Talk(challenge, seed) for seed in (61, 62)]
    for _ in range(23):
        for talk in talks:
            try:
                talk.ask(talk.next_text())
            except (NotYet, NotStarted, NoUse) as problem:
                talk.problem = problem
                return talks
    return talks


def test_a_short_history_is_sent_as_it_is(talks):
    """A short history is sent as it is, and comes back with the question and its reply"""
    for talk in talks:
        for turn in talk.turns[:4]:
            count = len(turn.before)
            only(turn.scene, GIVEN, ASKED, SENT_TO_SUMMARISE).expect(
                not turn.summaries,
                f"A summary was asked for when the history, system message included, was {count} long.",
                why="There is nothing to shorten yet, and a summary costs a request and says less than the messages.",
                hint="From how many messages on is there something to summarise?",
            )
            turn.scene.expect(
                spoken(turn.history)[:-2] == spoken(turn.before) == spoken(turn.requests[-1])[:-1],
                f"The history, {count} long, should be sent and come back as it is, with the question behind it.",
                why="What is left out is not known, and nothing has to be left out yet.",
                hint="Which messages go out with the question while there are few of them?",
            )
        talk.end()


def test_the_callers_list_is_not_changed(talks):
    """Your caller's list, and the messages in it, stay as they were"""
    for talk in talks:
        for turn in talk.turns:
            scene = only(turn.scene, GIVEN, ASKED)
            scene.show("Your caller's list is now", turn.handed)
            scene.expect(
                turn.handed == turn.before,
                "The list that was handed in has changed.",
                why="If a call fails half-way, this list is all that your caller has left.",
                hint=(
                    "Which of your lines changes a list, or a message in it, in place?",
                    'append, pop, del, += and history[0]["content"] = … do. Build a new list, with [*…, …] and slices.',
                ),
            )
        talk.end()


def test_there_is_one_system_message_and_it_comes_first(talks):
    """Every request begins with the system message, as it was given, and has no other one"""
    for talk in talks:
        for turn in talk.turns:
            for title, messages in ((SENT, turn.requests[-1]), (RETURNED, turn.history)):
                first, roles = spoken(messages[:1]), [message["role"] for message in messages]
                scene = only(turn.scene, ASKED)
                scene.show(title, messages)
                scene.expect(
                    roles[:1] == ["system"] and RULES in first[0][1],
                    "The system message is no longer the first one, or has lost its words.",
                    why="Its rules hold for the whole talk. A summary of them is not obeyed.",
                    hint=("Is the system message among the old messages that you summarise?", "Keep history[0] apart."),
                )
                scene.expect(
                    first[0][1] == RULES,
                    f"The system message was: {RULES} Now there is more in it.",
                    why="What stands there is obeyed. The note is made of the user's words, which would become rules.",
                    hint=(
                        "Whose words are in the system message now, and what does the model take them for?",
                        "Leave history[0] as it is. In lesson 06 the note is a turn of its own.",
                    ),
                )
                scene.expect(
                    not {"system", "developer"} & set(roles[1:]),
                    "There is a second system message.",
                    why="Many servers refuse it. And the note is made of the user's words, which would become rules there.",
                    hint="Which role may words have that came from the user, so that every server takes them?",
                )
        talk.end()


def test_user_and_assistant_take_turns(talks):
    """After the system message, user and assistant take turns, the user first"""
    for talk in talks:
        for turn in talk.turns:
            for title, messages in ((SENT, turn.requests[-1]), (RETURNED, turn.history)):
                scene = only(turn.scene, ASKED)
                scene.show(title, messages)
                scene.expect(
                    all(m["role"] == ("user", "assistant")[i % 2] for i, m in enumerate(messages[1:])),
                    "After the system message, there should be a user message and a reply, a user message and a reply …",
                    why="Some servers refuse everything else, and then the conversation is over.",
                    hint=(
                        "As what does the note stand in the list, and which roles have the messages before and behind it?",
                        "In lesson 06 the note is a turn of its own: the user asks for a recap, and the assistant gives it.",
                    ),
                )
        talk.end()


def test_the_last_two_turns_are_sent_word_for_word(talks):
    """The last 2 turns go out word for word with each question"""
    for talk in talks:
        said = [message for turn in talk.turns for message in spoken(turn.history[-2:])]
        for number, turn in enumerate(talk.turns):
            last = said[: 2 * number][-4:]
            for request in turn.requests:
                only(turn.scene, GIVEN, ASKED, SENT).expect(
                    in_order(last, spoken(request)[:-1]),
                    "The last two turns before the question are not all in the request, as they were said.",
                    why='"Why?", "the second one", "say that again" refer to those very words.',
                    hint=(
                        "What goes into the summary: only old turns, or the last ones too? How many messages are 2 turns?",
                        "The last 2 turns are the last 4 messages. Summarise what stands before them.",
                    ),
                )
        talk.end()


def test_the_history_stays_short(talks):
    """Past 8 messages the oldest turns go, and the history stays short"""
    for talk in talks:
        for number, turn in enumerate(talk.turns, 1):
            only(turn.scene, RETURNED).expect(
                len(turn.history) <= LONGEST,
                f"After {number} turns the history has {len(turn.history)} messages: more than the system message, a note, "
                "8 messages, and the question with its reply.",
                why="Whatever is in the history is paid for in every turn.",
                hint=(
                    "What comes back when there were more than 8 messages: still the old turns, or a note in their place?",
                    "The system message, one note, the last 2 turns, the question and its reply.",
                ),
            )
        talk.end()


def test_all_that_is_known_is_in_the_history(challenge):
    """All that is known of a conversation is in its history: not in another one, nor in the program"""
    server = TalkServer()
    talks = [Talk(challenge, seed, server=server) for seed in (67, 68)]
    assert not {fact.answer for fact in talks[0].facts} & {fact.answer for fact in talks[1].facts}
    for _ in range(10):
        for talk, other in (talks, talks[::-1]):
            talk.ask(talk.next_text())
            for request in talk.turns[-1].sent:
                scene = only(talk.scene, GIVEN, ASKED)
                scene.show(SENT, request)
                for fact in other.facts:
                    scene.expect(
                        not any(fact.answer in text for _, text in spoken(request)),
                        f'Two conversations were held at the same time. "{fact.said}" was said in the other one.',
                        why="One user would read what another one said.",
                        hint=OWN,
                    )
    for talk in talks:
        known = [fact for fact in talk.facts if fact.answer in talk.beside(fact.question)]
        talk.challenge = Work(challenge.path, challenge.name)  # as when the program is started anew
        for fact in known:
            reply = talk.beside(fact.question)
            only(talk.scene, GIVEN, ASKED, SENT).expect(
                fact.answer in reply,
                f'"{fact.said}" was known, until the program was ended and started again. Now the answer is: "{reply}"',
                why="A program ends. The history may be in a file, and goes on tomorrow.",
                hint=OWN,
            )


def test_what_is_summarised_is_still_known(challenge):
    """What the oldest turns said is known from the note"""
    talk = Talk(challenge, 63)
    while len(talk.turns) < 7 and not talk.server.summaries:
        talk.ask_again(talk.next_text())
    only(talk.scene, ASKED, SENT, RETURNED).expect(
        talk.server.summaries,
        "After 7 turns the model has not been asked for a summary.",
        why="What the old turns said is lost when nothing stands for them, and cut at random when nobody has read them.",
        hint="What stands in the place of the turns that are gone, and who wrote it?",
    )
    for fact in talk.facts:
        talk.expect_known(fact, "early on, and has been summarised since", KEEPING)


def test_an_early_fact_is_known_twenty_turns_later(talks):
    """An early fact is known 20 turns later, after many summaries"""
    for talk in talks:
        talk.end()
    for fact, other in zip(*(talk.facts for talk in talks), strict=True):
        for talk, known in zip(talks, (fact, other), strict=True):
            talk.expect_known(known, "more than 20 turns ago, and has been summarised more than once since", FOLDING)


def test_not_every_turn_is_summarised(talks):
    """Most turns do without a summary"""
    for talk in talks:
        talk.end()
        count, turns = talk.turns[22].summaries, talk.turns[:23]
        only(turns[-1].scene, GIVEN, ASKED, SENT_TO_SUMMARISE).expect(
            count <= len(turns) / 2,
            f"In {len(turns)} turns {count} summaries were asked for. One in two or three turns is enough.",
            why="Each costs a request, the user waits for it, and whatever is summarised often loses a little each time.",
            hint=(
                "What do you count when you ask whether there are more than 8 messages? How many are left after a summary?",
                "The system message and the note are always there: count the messages behind them.",
            ),
        )


def test_no_request_grows(challenge):
    """No request has more than 1,000 tokens, however long the talk, even when the model writes too long a summary"""
    talk = Talk(challenge, 64, longer=16)
    talk.server = TalkServer(rambling=75, known=talk.facts)
    talk.client = talk.server.client()
    for turns in range(1, LONG + 1):
        first = len(talk.server.requests)
        talk.ask_again(talk.next_text())
        size = max(talk.server.prompt_tokens[first:])
        only(talk.scene, SENT).expect(
            size <= MOST_TOKENS,
            f"After {turns} turns a request has {size:,} tokens.",
            why="The note is sent with every question, and is read for the next note. Here the model sometimes writes far more "
            "than anybody asked for, as real ones do: a wish in a prompt is no limit.",
            hint=(
                "How long can the note get, and what in your code, not in your prompt, sees to that?",
                "summarize(…, max_tokens=…) cuts what is too long. So does the function cap of lesson 06.",
                "And does each note replace the one before, or is it put behind it?",
            ),
        )


def test_a_failing_summary_loses_nothing(challenge, talks):
    """A summary that fails, is empty or is cut off loses nothing"""
    for seed, kind in enumerate((429, "length", "empty"), 650):  # the first summary fails
        talk = Talk(challenge, seed)
        talk.server.fail_summaries[:] = [kind]
        while len(talk.turns) < 9 and not talk.server.written:
            talk.ask_again(talk.next_text())
        for fact in talk.facts:
            talk.expect_known(
                fact, "early on, and since then a summary has failed", HALF if kind == "length" else DELETED
            )
    if talks[0].problem or not all(fact.answer in talks[0].beside(fact.question) for fact in talks[0].facts):
        return  # lost although nothing failed, which is no matter of this criterion
    for seed, kinds in ((65, [500, "timeout"]), (66, ["empty", "length"])):  # later ones fail
        talk = Talk(challenge, seed)
        while len(talk.turns) < 13:
            if kinds and talk.server.written and not talk.server.fail_summaries:
                talk.server.fail_summaries[:] = [kinds.pop()]
            talk.ask_again(talk.next_text())
        for fact in talk.facts:
            talk.expect_known(
                fact, "early on, and since then some summaries have failed", DELETED if seed == 65 else HALF
            )
