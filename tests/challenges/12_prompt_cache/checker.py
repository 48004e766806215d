"""Checks work/12_prompt_cache.py: the same conversation within the same budget, at a lower bill."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ..engine import preconditions
from ..engine.criteria import NotYet, Scene
from ..engine.learner_code import Work
from ..engine.preconditions import beforehand
from ..situations.histories import copied
from . import hints
from .expected import (
    expect_a_cut_leaves_a_third,
    expect_a_sound_request,
    expect_dropped_only_where_it_must,
    expect_never_over,
    expect_newest_turns,
    expect_note,
    expect_question,
    expect_system_message,
    expect_taken,
    expect_whole_turns,
)
from .long_bills import LongTalk, expect_cheaper, expect_half_is_read
from .played import GIVEN, NOTE, asked, call, copy_of, pair, played, played_to_its_end
from .talks import a_talk, frames, long_talks, narrow_talks, talks, unusual_talks, with_other_replies

FEW = settings(max_examples=12)  # each is a whole talk
TURNS = 200


@contextmanager
def restarted() -> Iterator[None]:
    """Around a talk that goes on without a state: what goes wrong there comes of that."""
    try:
        yield
    except NotYet as problem:
        problem.hints = (*hints.WITHOUT_A_STATE, *problem.hints)
        raise


@pytest.fixture(scope="module")
def long(challenge: Work) -> list[LongTalk]:
    """The long talks, played to their end."""
    turns = TURNS // preconditions.HURRY
    return [LongTalk(kind, turns, played_to_its_end(challenge, talk)) for kind, talk in long_talks(turns).items()]


@given(talk=talks())
@FEW
def test_the_system_message_is_sent_first(challenge, talk):
    """The system message is always sent: first, once, and as it is"""
    for step in played(challenge, talk):
        expect_system_message(step)


def test_two_talks_go_on_at_once(challenge):
    """Two conversations can go on at once: all that is known of one is in its state"""
    one = a_talk(24, 131, 500, longer=20)
    for other in (a_talk(24, 132, 700, longer=30, calls=3), with_other_replies(one)):
        alone = [[step.sent for step in played(challenge, talk)] for talk in (one, other)]
        turn_by_turn = [played(challenge, talk) for talk in (one, other)]
        for number in range(24):
            for talk, wanted in zip(turn_by_turn, alone, strict=True):
                step = next(talk)
                step.scene.show("Where no other conversation goes on, you returned", wanted[number])
                step.scene.expect(
                    step.sent == wanted[number],
                    f"In turn {number + 1} of two conversations at once another request came back than of this one alone.",
                    why="A program talks with many users at once.",
                    hint=hints.OF_TWO_TALKS,
                )


@given(talk=talks())
@FEW
def test_the_newest_question_is_sent(challenge, talk):
    """The newest question is always sent, behind all that was said before"""
    for step in played(challenge, talk):
        expect_question(step)


@given(talk=talks())
@FEW
def test_the_note_is_sent(challenge, talk):
    """The note of now is sent with each question, once"""
    for step in played(challenge, talk):
        expect_note(step)


@given(talk=st.one_of(talks(), narrow_talks()))
@FEW
def test_never_over_the_budget(challenge, talk):
    """A request never has more than max_tokens tokens"""
    for step in played(challenge, talk):
        expect_never_over(step)


def test_a_long_note_is_counted(challenge):
    """… however long the note is"""
    for step in played(challenge, a_talk(45, 140, 2_400)._replace(long_notes=1), since=15):
        expect_never_over(step)


@given(talk=narrow_talks())
@FEW
def test_turns_stay_whole(challenge, talk):
    """Turns stay whole: a reply with its question, a call with its result"""
    for step in played(challenge, talk):
        expect_whole_turns(step)
        expect_taken(step)


@given(talk=narrow_talks())
@FEW
def test_no_turn_is_left_out_in_the_middle(challenge, talk):
    """What is sent are the newest turns, as they are, and none is left out in the middle"""
    for step in played(challenge, talk):
        expect_newest_turns(step)


def test_every_message_is_sent_as_it_is(challenge):
    """So are messages with a name, with parts or with reasoning: all that is in them is sent"""
    for talk in unusual_talks():
        for step in played(challenge, talk):
            expect_system_message(step)
            expect_newest_turns(step)


@given(talk=talks(), short=st.sampled_from((1, 2, 5, 20)))
@FEW
def test_an_error_says_when_it_is_impossible(challenge, talk, short):
    """If system message, question and note do not fit, a ValueError is raised"""
    *_, last = frames(talk.history)
    *_, step = None, *played(challenge, talk, leave=1)
    scene, note = Scene(), talk.note(len(talk.questions()) - 1)
    scene.show(GIVEN.format(last - short), talk.history)
    scene.show(NOTE, [note])
    try:
        with beforehand():
            result = call(challenge, copied(talk.history), note, max(1, last - short), step and step.state)
    except NotYet as problem:
        if not isinstance(problem.__cause__, ValueError):
            raise
        return
    pair(scene, result)
    scene.expect(
        False,
        f"The three have {last} tokens, max_tokens is {last - short}, and a request came back.",
        why="The server refuses it, or the model answers something that nobody asked. An error can be shown to the user.",
        hint=hints.TOO_LARGE,
    )


@given(talk=narrow_talks())
@FEW
def test_old_turns_go_only_when_they_must(challenge, talk):
    """Old turns are dropped only where more than nine tenths of the budget would be filled with them"""
    for step in played(challenge, talk):
        expect_dropped_only_where_it_must(step)


def test_many_messages_are_no_reason(challenge):
    """… however many messages they are"""
    for step in played(challenge, a_talk(90, 139, 5_000, longer=0), since=65):
        expect_dropped_only_where_it_must(step)


@given(talk=narrow_talks())
@FEW
def test_a_cut_leaves_a_third(challenge, talk):
    """What stays fills at least a third of the budget, as far as whole turns do"""
    for step in played(challenge, talk):
        expect_a_cut_leaves_a_third(step)


@given(talk=talks())
@FEW
def test_nothing_is_changed(challenge, talk):
    """What your caller gives you stays as it was"""
    before = None
    for number, at in enumerate(talk.questions()):
        history, note, scene = copied(talk.history[: at + 1]), talk.note(number), Scene()
        state = copy_of(before and before.state)
        scene.show(GIVEN.format(talk.max_tokens), talk.history[: at + 1])
        scene.show(NOTE, [note])
        with beforehand():
            call(challenge, history, note, talk.max_tokens, before and before.state)
        scene.show("Afterwards the history is", history)
        scene.show("and the note", [note])
        scene.expect(
            history == talk.history[: at + 1] and note == talk.note(number),
            "Something of what was handed in has changed.",
            why="The history is what is remembered; your caller goes on with it.",
            hint=hints.CHANGED_IN_PLACE,
        )
        if state is not None:
            scene.expect(
                copy_of(before.state) == state,
                "The state that was handed in has changed.",
                why="If the call fails, the same question is asked again with that state.",
                hint=hints.STATE_CHANGED,
            )
        before = asked(challenge, talk, number, before)


def test_the_history_grows(challenge):
    """Your caller may go on with one and the same list, which grows"""
    for talk in (a_talk(24, 137, 500, longer=20), a_talk(16, 138, 900, longer=30, calls=3)):
        one_list: list = []
        before = None
        for step in played(challenge, talk):
            one_list += copied(step.history[len(one_list) :])
            sent, state = pair(Scene(), call(challenge, one_list, step.note, talk.max_tokens, before))
            step.scene.show("With the list of the last question, to which the rest was added, you returned", sent)
            step.scene.expect(
                sent == step.sent,
                f"In turn {step.turn} another request came back for a list that has grown than for a new one that is equal.",
                why="Your caller appends to its history. What you keep of it in your state must not grow with it.",
                hint=hints.HISTORY_GROWS,
            )
            before = state


def test_a_question_that_is_asked_again(challenge):
    """A question that is asked again, because the call has failed, gets the same request"""
    for talk in (a_talk(24, 133, 500, longer=20), a_talk(16, 134, 900, longer=30, calls=3)):
        steps = []
        for number in range(len(talk.questions())):
            steps.append(asked(challenge, talk, number, steps[-1] if steps else None))
            for step in steps[-1:-3:-1]:  # it, and the one before: somebody takes back a turn
                again = asked(challenge, talk, step.turn - 1, step.before)
                step.scene.show("and when it was asked again", again.sent)
                step.scene.expect(
                    again.sent == step.sent,
                    f"Question {step.turn} was asked again, with the same state, and another request came back.",
                    why="Calls fail now and then. Whoever asks again wants an answer to the same, half of it from the cache.",
                    hint=hints.ASKED_AGAIN,
                )


def test_without_a_state_it_goes_on_too(challenge):
    """After a restart there is no state, and the conversation goes on"""
    for since in (1, 8, 20):
        for talk in (a_talk(24, 135, 600, longer=20), a_talk(24, 136, 900, longer=30, calls=3)):
            with restarted():
                for step in played(challenge, talk, since=since):
                    expect_a_sound_request(step)


def test_long_talks(long):
    """All of this holds in conversations of 200 turns, too"""
    for talk in long:
        talk.talk.end()
        for step in talk.talk.steps:
            expect_a_sound_request(step)


def test_half_of_the_tokens_are_read(long):
    """In these, at least half of all prompt tokens are read from the cache"""
    for talk in long:
        expect_half_is_read(talk)


def test_the_bill_is_lower(long):
    """… and its prompts cost at most two fifths of what they cost when they are trimmed in each turn"""
    for talk in long:
        expect_cheaper(talk)
