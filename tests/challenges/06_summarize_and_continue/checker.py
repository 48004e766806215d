"""Checks work/06_summarize_and_continue.py: old turns go into a note, and what they said is still known."""

from __future__ import annotations

import json

import pytest

from ..engine import preconditions
from ..engine.criteria import NotStarted, NotYet, NoUse
from ..engine.learner_code import Work
from ..engine.preconditions import on_a_machine_of_its_own
from ..situations.expected_of_talks import expect_model_in_each_turn, only
from ..situations.long_talks import OTHER_RULES
from ..situations.told_facts import spoken
from . import hints
from .expected_of_a_turn import (
    MOST,
    expect_all_in_the_history,
    expect_last_turns,
    expect_limit,
    expect_old_turns_read,
    expect_only_two_turns_left,
    expect_rules,
    expect_said_as_it_was,
    expect_sound_after_failures,
    keeps_to_the_limit,
    words_of_note,
)
from .talk_with_next_turn import ASKED, GIVEN, RETURNED, SENT, SENT_TO_SUMMARISE, Talk, turns_of

MOST_TOKENS = 1000
LONG = 100  # turns


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
    for talk, turn in turns_of(talks, 4):
        count = len(turn.said) + 1
        only(turn.scene, GIVEN, ASKED, SENT_TO_SUMMARISE).expect(
            not turn.summarised,
            f"A summary was asked for when the history, system message included, was {count} long.",
            why="There is nothing to shorten yet, and a summary costs a request and says less than the messages.",
            hint=hints.TOO_EARLY,
        )
        turn.scene.expect(
            spoken(turn.questions[-1]) == [("system", talk.rules), *turn.said, ("user", turn.text)],
            f"The history, {count} long, should be sent as it is, with the question behind it.",
            why="What is left out is not known, and nothing has to be left out yet.",
            hint=hints.ALL_IS_SENT,
        )


def test_every_request_names_the_model(talks):
    """Every request, that for a summary too, names MODEL"""
    for talk in talks:
        expect_model_in_each_turn(talk, ASKED)
        talk.end()


def test_the_callers_list_is_not_changed(talks):
    """Your caller's list, and the messages in it, stay as they were"""
    for _, turn in turns_of(talks):
        scene = only(turn.scene, GIVEN, ASKED)
        scene.show("Your caller's list is now", turn.handed)
        scene.expect(
            turn.handed == turn.before,
            "The list that was handed in has changed.",
            why="If a call fails half-way, this list is all that your caller has left.",
            hint=hints.IN_PLACE,
        )


def test_there_is_one_system_message_and_it_comes_first(talks):
    """Every question goes out behind the system message, as it was given, and there is no other one"""
    for talk, turn in turns_of(talks):
        for messages in turn.questions:
            scene = only(turn.scene, ASKED)
            scene.show(SENT, messages)
            expect_rules(messages, talk.rules, scene)


def test_user_and_assistant_take_turns(talks):
    """After the system message, user and assistant take turns, the user first"""
    for _, turn in turns_of(talks):
        for messages in turn.questions:
            scene = only(turn.scene, ASKED)
            scene.show(SENT, messages)
            roles = [message["role"] for message in messages]
            at = next((i for i, role in enumerate(roles) if i and role != ("assistant", "user")[i % 2]), 0)
            scene.expect(
                not at,
                "After the system message, there should be a user message and a reply, a user message and a reply …",
                why="Some servers refuse everything else, and then the conversation is over.",
                hint=hints.EQUAL_MESSAGES
                if at > 1 and {*spoken(messages[at - 1 : at + 1])} <= {*turn.said}
                else hints.ROLES_OF_THE_NOTE,
            )


def test_the_last_two_turns_are_sent_word_for_word(talks):
    """The last 2 turns go out word for word with each question"""
    for _, turn in turns_of(talks):
        expect_last_turns(turn)


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
                hint=hints.NOT_SHORTENED,
            )
        talk.end()


def test_more_than_eight_messages_are_summarised(challenge, talks):
    """With more than 8 messages behind system message and note the older ones are summarised, and only then"""
    tried: list[Talk] = []
    for count in (MOST - 2, MOST, MOST + 2, MOST + 4, 5 * MOST):
        talk = Talk(challenge, 60 + count).with_simple_replies().begun_with(count)
        talk.ask(next(talk.small_talk))
        expect_only_two_turns_left(talk, count)
        tried.append(talk)
    for _, turn in turns_of(talks):
        expect_limit(turn)
    while len(tried[1].turns) < 6:  # now with a note
        tried[1].ask(next(tried[1].small_talk))
    for turn in [turn for talk in tried for turn in talk.turns if turn.summarised]:
        expect_old_turns_read(turn)


def test_all_that_is_known_is_in_the_history(challenge, talks):
    """All that is known of a conversation is in its history: not in another one, nor in the program"""
    with on_a_machine_of_its_own() as clear:
        expect_all_in_the_history(challenge, clear, keeps_to_the_limit(talks))


def test_what_is_summarised_is_still_known(challenge):
    """What the oldest turns said is known from the note"""
    talk = Talk(challenge, 63)
    while len(talk.turns) < 7 and not talk.server.summaries:
        talk.ask_again(talk.next_text())
    only(talk.scene, ASKED, SENT, RETURNED).expect(
        talk.server.summaries,
        "After 7 turns the model has not been asked for a summary.",
        why="What the old turns said is lost when nothing stands for them, and cut at random when nobody has read them.",
        hint=hints.NO_SUMMARY,
    )
    talk.expect_facts_known("early on, and has been summarised since", hints.KEPT_BY_THE_NOTE)


def test_an_early_fact_is_known_twenty_turns_later(talks):
    """An early fact is known 20 turns later, after many summaries"""
    for talk in talks:
        talk.end()
    for fact, other in zip(*(talk.facts for talk in talks), strict=True):
        for talk, known in zip(talks, (fact, other), strict=True):
            talk.expect_known(
                known, "more than 20 turns ago, and has been summarised more than once since", hints.NOTE_AFTER_NOTE
            )


def test_no_request_grows(challenge):
    """No request has more than 1,000 tokens, however long the talk, even when the model writes too long a summary"""
    talk = Talk(challenge, 64, longer=50).with_simple_replies(rambling=75)  # nearly as long as a turn can be
    for turns in range(1, LONG // preconditions.HURRY + 1):
        first = len(talk.server.requests)
        talk.ask_again(talk.next_text())
        size = max(talk.server.prompt_tokens[first:])
        only(talk.scene, SENT).expect(
            size <= MOST_TOKENS,
            f"After {turns} turns a request has {size:,} tokens.",
            why="The note is sent with every question, and is read for the next note. Here the model sometimes writes far more "
            "than anybody asked for, as real ones do: a wish in a prompt is no limit.",
            hint=hints.LONG_NOTE,
        )


def test_a_failing_summary_loses_nothing(challenge, talks):
    """A summary that fails, is empty or is cut off loses nothing"""
    for seed, kind in enumerate((429, "length", "empty", "blank"), 650):  # the first summary fails
        talk = Talk(challenge, seed)
        talk.server.fail_summaries[:] = [kind]
        while len(talk.turns) < 9 and not talk.server.written:
            talk.ask_again(talk.next_text())
        hint = hints.HALF_A_SUMMARY if kind == "length" else hints.LOST_BY_A_FAILURE
        talk.expect_facts_known("early on, and since then a summary has failed", hint)
        expect_sound_after_failures(talk)
    if talks[0].problem or not all(talks[0].knows(fact)[0] for fact in talks[0].facts):
        return  # lost although nothing failed, which is no matter of this criterion
    for seed, kinds in ((65, [500, "timeout"]), (66, ["empty", "length"])):  # later ones fail
        talk = Talk(challenge, seed)
        while len(talk.turns) < 13:
            if kinds and talk.server.written and not talk.server.fail_summaries:
                talk.server.fail_summaries[:] = [kinds.pop()]
            talk.ask_again(talk.next_text())
        hint = hints.LOST_BY_A_FAILURE if seed == 65 else hints.HALF_A_SUMMARY
        talk.expect_facts_known("early on, and since then some summaries have failed", hint)
        expect_sound_after_failures(talk)


def test_a_user_may_say_anything(challenge, talks):
    """A user may say the very words that your note has"""
    for talk in talks:
        talk.end()
    if not keeps_to_the_limit(talks):
        what = "Summaries do not come when they should, even when nobody says anything special."
        raise NotYet(what, hints=hints.MORE_THAN_EIGHT, judged=False)
    for where in ((0, 4), (2,)):
        for text, reply in words_of_note(talks):
            expect_said_as_it_was(challenge, text, reply, where)
