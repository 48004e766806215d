"""Checks work/06_summarize_and_continue.py: old turns go into a note, and what they said is still known."""

from __future__ import annotations

import json
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

import pytest

from ..engine import preconditions
from ..engine.criteria import Message, NotStarted, NotYet, NoUse, Scene
from ..engine.excerpts import beginning
from ..engine.learner_code import Work
from ..engine.preconditions import on_a_machine_of_its_own
from ..situations.long_talks import (
    MESSAGE_HINTS,
    MESSAGE_KEYS,
    OTHER_RULES,
    RULES,
    Fact,
    TalkServer,
    beside_the_point,
    drawn,
    expect_all_read,
    expect_asked,
    expect_model,
    expect_note_of_the_model,
    facts,
    in_order,
    only,
    other_facts,
    reply_of,
    small_talk,
    unsaid,
    was_raised_for,
    words_of_the_note,
)
from ..situations.told_facts import spoken

START = (
    "Begin without any summary: make the question a message, send history and question, return both and the reply in a new list.",
    "Then, before that: when there are more than 8 messages, which of them are the last 2 turns, and which are old?",
    "Lesson 06 has the parts: summarize (or a prompt of your own), and the note as a turn of its own in the request. In the "
    "history it can be anything that you know again, such as a dict with a role of its own, or with a key of its own.",
)

MOST = 8  # messages that can stand behind the system message and the note
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
COUNTING = (
    "What do you count when you ask whether there are more than 8 messages? And are 8 more than 8?",
    "The system message and the note are always there, and the new question is not there yet: count the messages between.",
    "With 8 messages nothing is summarised, with 10 all but the last 4.",
)
WORDS = (
    "How does your code find out whether there is a note in the history, and which part of it? By words? A user says those, too.",
    "Know it by what nobody can say: in the history, the note can have a role of its own, or a key of its own, which you leave "
    "out of the requests.",
)
OWN_KEYS = (
    "What do you send that is no message? See what is in the history, and build the request from it.",
    "A message is a dict with a role (system, user, assistant) and a content. What else you keep in the history stays there.",
)
OWN = (
    "What goes from call to call, and whose is it?",
    "Look for what outlives a call: a global, a default value that is a list or a dict, an attribute of a class, a file.",
    "There may be many conversations, and tomorrow another program. The history that you return is all that comes back to you.",
)
DELETED = (
    "When the summary fails, where are the turns that it should have stood for?",
    "Summarise first, and leave turns out only when the summary is there. Or let the error out: your caller asks again.",
)
NOT_SENT = (
    "There is no summary of the old turns now. What of them do you send with this question?",
    "Where the summary fails, build this one request of all that is in the history; or let the error out, and nothing is asked.",
)
EQUALS = (
    "Some of these messages are equal. By what does your code find a message again: with index, in, remove or ==?",
    "Go by their place: history[:n] and history[n:], and not by what they say.",
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
    said: list[tuple[str, str]]  # in the whole talk so far, by whom
    behind: int  # how many of these messages should have stood behind the system message and the note
    sent: list[list[Message]]
    requests: list[list[Message]]  # those that asked the question
    to_summarise: list[list[Message]]  # the others
    notes: list[str | None]  # what the model replied to those
    written: bool  # whether one of those came to an end
    history: list[Message]  # what came back

    @property
    def summarised(self) -> bool:
        return len(self.sent) > len(self.requests)


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
            if not was_raised_for(problem):
                raise
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
            self.expect_good_requests(requests)
            reply, history = self.reply(returned, text, requests, first)
        sent, asks = self.server.requests[first:], self.server.asks[first:]
        others = [request for request, asks in zip(sent, asks, strict=True) if not asks]
        notes = [text for text, asks in zip(self.server.replies[first:], asks, strict=True) if not asks]
        done = self.server.written > written
        what = sent, requests, others, notes, done
        self.turns.append(Turn(scene, text, handed, before, self.said, self.behind, *what, returned))
        self.said = [*self.said, ("user", text), ("assistant", reply)]
        self.behind = 2 + (4 if done else self.behind)
        self.history = history
        return reply

    def expect_good_requests(self, requests: list[list[Message]]) -> None:
        """Expect that what was sent is made of plain messages."""
        for request in requests:
            odd = [m for m in request if not is_plain(m)]
            of_the_model = any({"refusal", "reasoning", "reasoning_content", "annotations"} & set(m) for m in odd)
            only(self.scene, ASKED, SENT).expect(
                not odd,
                f"Every message that is sent should be a dict with a role and a content, but one is {odd[:1]!r:.200}.",
                why="Servers refuse keys and roles that they do not know; and what is sent is paid for, again and again.",
                hint=MESSAGE_HINTS if of_the_model else OWN_KEYS,
            )

    def reply(self, returned: Any, text: str, requests: list[list[Message]], first: int) -> tuple[str, list[Message]]:
        """The reply to the question, which has to stand at the end of what came back; and that, as read from a file."""
        scene = self.scene
        history = expect_history(scene, returned)
        scene.show(RETURNED, returned)
        expect_asked(only(scene, ASKED, SENT_TO_SUMMARISE, RETURNED), requests, text, self.server.requests[first:])
        replies = [
            r for r, asks in zip(self.server.replies[first:], self.server.asks[first:], strict=True) if asks and r
        ]
        only(scene, ASKED, RETURNED).expect(
            spoken(history[-2:]) == [("user", text), ("assistant", replies[-1] if replies else "")],
            "What you return should end with the question and the model's reply to it.",
            why="Your caller shows the reply to the user, and the next turn goes on from both.",
            hint="Which two messages does a turn add to the history, and in which order?",
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

    def expect_known(self, fact: Fact, when: str, hints: tuple[str, ...]) -> None:
        """Expect that the question for a fact can be answered."""
        known, reply = self.knows(fact)
        only(self.scene, GIVEN, ASKED, SENT).expect(
            known,
            f'"{fact.said}" was said {when}. Asked for it, the model answered: "{reply}"',
            why="It was said once, and the message that said it is no longer sent. What no request holds is not known.",
            hint=hints,
        )

    def knows(self, fact: Fact) -> tuple[bool, str]:
        """Whether a fact is known, and the reply to the question for it. The talk goes on as if nobody had asked."""
        before = self.history, self.said, self.behind
        reply = self.ask_again(fact.question)
        self.history, self.said, self.behind = before
        return fact.is_known(reply, self.turns.pop().requests), reply

    def end(self) -> None:
        """Raise what ended the talk, if something did."""
        if self.problem:
            raise self.problem


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
        hint="Does every way through your function end in a return, and of a list?",
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
            hint=MESSAGE_HINTS
            if hasattr(odd, "content")
            else "Which value in it is no dict, list, text, number, True or None?",
        )
        raise


@pytest.fixture(scope="module")
def talks(challenge: Work) -> list[Talk]:
    """Two talks of 23 turns, held at the same time: each must have a note of its own."""
    talks = [Talk(challenge, 61), Talk(challenge, 62, rules=OTHER_RULES)]
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
            count = len(turn.said) + 1
            only(turn.scene, GIVEN, ASKED, SENT_TO_SUMMARISE).expect(
                not turn.summarised,
                f"A summary was asked for when the history, system message included, was {count} long.",
                why="There is nothing to shorten yet, and a summary costs a request and says less than the messages.",
                hint="From how many messages on is there something to summarise?",
            )
            turn.scene.expect(
                spoken(turn.requests[-1]) == [("system", talk.rules), *turn.said, ("user", turn.text)],
                f"The history, {count} long, should be sent as it is, with the question behind it.",
                why="What is left out is not known, and nothing has to be left out yet.",
                hint="Which messages go out with the question while there are few of them?",
            )
        talk.end()


def test_every_request_names_the_model(talks):
    """Every request, that for a summary too, names MODEL"""
    for talk in talks:
        first = 0
        for turn in talk.turns:
            expect_model(only(turn.scene, ASKED), talk.server, first, first + len(turn.sent))
            first += len(turn.sent)
        expect_model(only(talk.scene, ASKED), talk.server, first, len(talk.server.models))
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
    """Every question goes out behind the system message, as it was given, and there is no other one"""
    for talk in talks:
        for turn in talk.turns:
            for messages in turn.requests:
                first, roles = spoken(messages[:1]), [message["role"] for message in messages]
                scene = only(turn.scene, ASKED)
                scene.show(SENT, messages)
                scene.expect(
                    roles[:1] == ["system"] and talk.rules in first[0][1],
                    "The system message is no longer the first one, or has lost its words.",
                    why="Its rules hold for the whole talk. A summary of them is not obeyed.",
                    hint=("Is the system message among the old messages that you summarise?", "Keep history[0] apart."),
                )
                scene.expect(
                    first[0][1] == talk.rules,
                    f"The system message was: {talk.rules} Now there is more in it.",
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
            for messages in turn.requests:
                scene = only(turn.scene, ASKED)
                scene.show(SENT, messages)
                roles = [message["role"] for message in messages]
                at = next((i for i, role in enumerate(roles) if i and role != ("assistant", "user")[i % 2]), 0)
                scene.expect(
                    not at,
                    "After the system message, there should be a user message and a reply, a user message and a reply …",
                    why="Some servers refuse everything else, and then the conversation is over.",
                    hint=EQUALS
                    if at > 1 and {*spoken(messages[at - 1 : at + 1])} <= {*turn.said}
                    else (
                        "As what is the note sent, and which roles have the messages before and behind it?",
                        "In lesson 06 the note is a turn of its own: the user asks for a recap, and the assistant gives it.",
                    ),
                )
        talk.end()


def test_the_last_two_turns_are_sent_word_for_word(talks):
    """The last 2 turns go out word for word with each question"""
    for talk in talks:
        for turn in talk.turns:
            expect_last_turns(turn)
        talk.end()


def expect_last_turns(turn: Turn) -> None:
    """Expect that the last two turns go out with the question, as they were said."""
    for request in turn.requests:
        only(turn.scene, GIVEN, ASKED, SENT).expect(
            in_order(turn.said[-4:], spoken(request)[:-1]),
            "The last two turns before the question are not all in the request, as they were said.",
            why='"Why?", "the second one", "say that again" refer to those very words.',
            hint=(
                "What goes into the summary: only old turns, or the last ones too? How many messages are 2 turns?",
                "The last 2 turns are the last 4 messages. Summarise what stands before them.",
            ),
        )


def test_the_history_stays_short(talks):
    """Past 8 messages the oldest turns go, and the history stays short"""
    for talk in talks:
        for number, turn in enumerate(talk.turns, 1):
            kept = json.dumps(turn.history)
            words = [text for role, text in turn.said if role == "user" and json.dumps(text) in kept]
            only(turn.scene, RETURNED).expect(
                len(words) <= MOST / 2 + 1,
                f"After {number} turns the history still holds {len(words)} questions of earlier turns as they were asked.",
                why="Whatever is in the history is paid for in every turn.",
                hint=(
                    "What comes back when there were more than 8 messages: still the old turns, or a note in their place?",
                    "The system message, one note, the last 2 turns, the question and its reply.",
                ),
            )
        talk.end()


def test_more_than_eight_messages_are_summarised(challenge, talks):
    """With more than 8 messages behind system message and note the older ones are summarised, and only then"""
    tried: list[Talk] = []
    for count in (MOST - 2, MOST, MOST + 2, MOST + 4, 5 * MOST):
        talk = Talk(challenge, 60 + count)
        talk.server = TalkServer(known=talk.facts)
        talk.client = talk.server.client()
        texts = [next(talk.small_talk) for _ in range(count // 2)]
        talk.said = [said for text in texts for said in (("user", text), ("assistant", reply_of(text)))]
        talk.history += [{"role": role, "content": text} for role, text in talk.said]
        talk.behind = count
        talk.ask(next(talk.small_talk))
        expect_limit(talk.turns[-1])
        expect_last_turns(talk.turns[-1])
        older = talk.said[-8:-6] if count > MOST else []
        only(talk.scene, GIVEN, ASKED, SENT).expect(
            not older or not in_order(older, spoken(talk.turns[-1].requests[-1])),
            f"{count} messages stood behind the system message, and more than the last 2 turns are left.",
            why="What stays is sent with every question, and the next summary is needed sooner.",
            hint="Which messages does the note stand for, and which stay? 2 turns are 4 messages.",
        )
        turn = talk.turns[-1]
        expect_note_of_the_model(only(talk.scene, SENT_TO_SUMMARISE, SENT), turn.notes, turn.requests[-1])
        tried.append(talk)
    for talk in talks:
        for turn in talk.turns:
            expect_limit(turn)
        talk.end()
    while len(tried[1].turns) < 6:  # now with a note
        tried[1].ask(next(tried[1].small_talk))
    for turn in [turn for talk in tried for turn in talk.turns if turn.summarised]:
        left = spoken(turn.requests[-1])
        gone = [said for said in turn.said[len(turn.said) - turn.behind :] if not in_order([said], left)]
        expect_all_read(only(turn.scene, GIVEN, ASKED, SENT_TO_SUMMARISE), gone, turn.to_summarise)


def expect_limit(turn: Turn, hint: tuple[str, ...] = COUNTING, what: str = "") -> None:
    """Expect a summary with this question if too many messages stand there, and only then."""
    wanted = turn.behind > MOST
    only(turn.scene, GIVEN, ASKED, SENT_TO_SUMMARISE).expect(
        turn.summarised == wanted,
        f"{what}{turn.behind} messages stood behind the system message and the note, and "
        + ("the model was not asked for a summary." if wanted else "a summary was asked for."),
        why="Whatever is in the history is paid for in every turn."
        if wanted
        else "Each costs a request, the user waits for it, and whatever is summarised often loses a little each time.",
        hint=hint,
    )


def test_all_that_is_known_is_in_the_history(challenge, talks):
    """All that is known of a conversation is in its history: not in another one, nor in the program"""
    with on_a_machine_of_its_own() as clear:
        expect_all_in_the_history(challenge, talks, clear)


def expect_all_in_the_history(challenge: Work, talks: list[Talk], clear: Callable[[], None]) -> None:
    """Hold two talks at once, go on in two ways from one history, and start the program again. `clear` takes its files."""
    server = TalkServer()
    pair = [Talk(challenge, seed, server=server) for seed in (67, 68)]
    pair[1].facts = other_facts(drawn(challenge, 69), pair[0].facts)
    for _ in range(10):
        for talk, other in (pair, pair[::-1]):
            talk.ask(talk.next_text())
            expect_unheard(
                talk, other.facts, "Two conversations were held at the same time. {} was said in the other one."
            )
    for talk in pair:
        known = [fact for fact in talk.facts if talk.knows(fact)[0]]
        expect_untold(talk, other_facts(drawn(challenge, 70), [*pair[0].facts, *pair[1].facts])[0])
        for _ in range(4):
            clear()
            talk.challenge = Work(challenge.path, challenge.name)  # as when the program is started anew
            talk.client = server.client()
            for fact in known:
                still, reply = talk.knows(fact)
                only(talk.scene, GIVEN, ASKED, SENT).expect(
                    still,
                    f'"{fact.said}" was known, until the program was ended and started again. Now the answer is: "{reply}"',
                    why="A program ends. The history may be in a file, and goes on tomorrow.",
                    hint=OWN,
                )
            talk.ask(talk.next_text())
            if keeps_to_the_limit(challenge, talks):
                expect_limit(talk.turns[-1], OWN, "The program was started again with each question. ")


def expect_untold(talk: Talk, fact: Fact) -> None:
    """Go on in two ways from the same history. Expect that what is said on the first way is not known on the second."""
    before, turns = (talk.history, talk.said, talk.behind), len(talk.turns)
    for text in (fact.said, "And now?", "Why?", "Go on."):
        talk.ask(text)
    talk.history, talk.said, talk.behind = before
    for text in ("And then?", "I see.", "Is that so?", "What else?"):
        talk.ask(text)
        expect_unheard(talk, [fact], "{} was said once this history had been handed out, and it went on without that.")
    talk.history, talk.said, talk.behind = before
    del talk.turns[turns:]


def expect_unheard(talk: Talk, facts: list[Fact], what: str) -> None:
    """Expect that these facts are in no request of the last turn."""
    for request in talk.turns[-1].sent:
        scene = only(talk.scene, GIVEN, ASKED)
        scene.show(SENT, request)
        for fact in facts:
            scene.expect(
                not fact.is_in(request),
                what.format(f'"{fact.said}"'),
                why="One user would read what another one said.",
                hint=OWN,
            )


def keeps_to_the_limit(challenge: Work, talks: list[Talk]) -> bool:
    """Whether summaries come when they should, where nothing special happens."""
    return not any(talk.problem or (turn.behind > MOST) != turn.summarised for talk in talks for turn in talk.turns)


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


def test_no_request_grows(challenge):
    """No request has more than 1,000 tokens, however long the talk, even when the model writes too long a summary"""
    talk = Talk(challenge, 64, longer=50)  # nearly as long as a turn can be
    talk.server = TalkServer(rambling=75, known=talk.facts)
    talk.client = talk.server.client()
    for turns in range(1, LONG // preconditions.HURRY + 1):
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
    for seed, kind in enumerate((429, "length", "empty", "blank"), 650):  # the first summary fails
        talk = Talk(challenge, seed)
        talk.server.fail_summaries[:] = [kind]
        while len(talk.turns) < 9 and not talk.server.written:
            talk.ask_again(talk.next_text())
        for fact in talk.facts:
            talk.expect_known(
                fact, "early on, and since then a summary has failed", HALF if kind == "length" else DELETED
            )
        expect_sound_after_failures(talk)
    if talks[0].problem or not all(talks[0].knows(fact)[0] for fact in talks[0].facts):
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
        expect_sound_after_failures(talk)


def expect_sound_after_failures(talk: Talk) -> None:
    """Expect that all turns that no summary stands for yet go out with the question, where a summary has failed."""
    for turn in talk.turns:
        only(turn.scene, GIVEN, ASKED, SENT).expect(
            not turn.summarised
            or turn.written
            or in_order(turn.said[len(turn.said) - turn.behind :], spoken(turn.requests[-1])[:-1]),
            "The summary failed, was empty or was cut off, and the question went out without the turns that it should stand for.",
            why="For this question they are lost: the reply is one of somebody who does not know of them.",
            hint=NOT_SENT,
        )
    expect_model(only(talk.scene, ASKED), talk.server, 0, len(talk.server.models))


def test_a_user_may_say_anything(challenge, talks):
    """A user may say the very words that your note has"""
    for talk in talks:
        talk.end()
    if not keeps_to_the_limit(challenge, talks):
        what = "Summaries do not come when they should, even when nobody says anything special."
        raise NotYet(what, hints=COUNTING, judged=False)
    for where in ((0, 4), (2,)):
        for text, reply in words_of_note(talks):
            talk = Talk(challenge, 59)
            talk.server = TalkServer(known=talk.facts)
            talk.client = talk.server.client()
            others = iter([*(fact.said for fact in talk.facts), *["Go on."] * 2])
            for number in range(11):
                special = number in where
                talk.server.own_reply = reply if special else ""
                talk.ask(text if special else next(others, "") or next(talk.small_talk))
                what = f"The user has said: {text!r:.80}. "
                expect_limit(talk.turns[-1], WORDS, what)
                only(talk.scene, GIVEN, ASKED, SENT).expect(
                    in_order(talk.turns[-1].said[-4:], spoken(talk.turns[-1].requests[-1])),
                    f"{what}Now the last two turns are not sent as they were said.",
                    why="Whatever a user says is said, and no part of your note.",
                    hint=WORDS,
                )
            for fact in talk.facts:
                talk.expect_known(fact, "early on; and the user said the words of the note", WORDS)


def words_of_note(talks: list[Talk]) -> list[tuple[str, str]]:
    """What a user says, and the model replies, to sound like this learner's note."""
    for place in ("request", "history"):
        notes = []
        for talk in talks:
            turn = next((turn for turn in talk.turns if turn.summarised), talk.turns[-1])
            said = [*turn.said, ("user", turn.text), *talk.said[len(turn.said) : len(turn.said) + 2]]
            notes.append(unsaid(turn.requests[-1] if place == "request" else turn.history, said))
        yield from words_of_the_note(*notes, filling="I like tea.")
