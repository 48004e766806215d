"""Checks work/02_chat_loop.py: a conversation of many turns, with and without the model's replies."""

from hypothesis import given, settings
from hypothesis import strategies as st

from ..situations.told_facts import ODD, REASONING, TalkingServer, briefly, expect_model_by_its_name, said, simply
from . import hints
from .talk_with_run_chat import WITH, WITHOUT, Talk, expect_all_of_it, talk_of, usual
from .trip_to_japan import TRIP, claim, reply_to, trip, words

FEW = settings(max_examples=8)
SYSTEMS = st.sampled_from(["You are a helpful assistant.", "You help people to remember things.", "You are polite."])


@FEW
@given(system=SYSTEMS, turns=said(1, 3))
def test_each_turn_is_one_request(challenge, system, turns):
    """Each turn of the user is one request"""
    Talk(challenge, WITH, system, turns)


@FEW
@given(system=SYSTEMS, one=said(1, 2), two=said(1, 2))
def test_a_second_conversation_begins_afresh(challenge, system, one, two):
    """A second conversation knows nothing of the first"""
    first = talk_of(challenge, WITH, system, one)
    first.expect_a_fresh_beginning()
    before = repr(first.returned)
    second = talk_of(challenge, WITH, system, two)
    second.expect_a_fresh_beginning()
    second.scene.expect(
        repr(first.returned) == before,
        "The history of the first conversation has changed while the second one was held.",
        why="Your caller has kept it, perhaps to show or to save it.",
        hint=hints.SHARED_LIST,
    )


@FEW
@given(system=SYSTEMS, turns=said(1, 3))
def test_the_system_message_is_sent_first(challenge, system, turns):
    """Every request begins with the system message, and holds it once"""
    talk_of(challenge, WITH, system, turns).expect_the_system_message()


@FEW
@given(system=SYSTEMS, turns=said(1, 4))
def test_what_the_user_said_is_sent(challenge, system, turns):
    """Every request holds what the user has said, and ends with the newest"""
    talk_of(challenge, WITH, system, turns).expect_what_the_user_said()


@FEW
@given(system=SYSTEMS, turns=said(2, 8))
def test_the_replies_are_sent(challenge, system, turns):
    """Every request holds the model's replies too, each in its place, as the assistant's words"""
    talk = talk_of(challenge, WITH, system, turns)
    talk.expect_the_replies()


@FEW
@given(system=SYSTEMS, turns=said(1, 3))
def test_only_the_text_of_a_reply_is_kept(challenge, system, turns):
    """Of a reply its text is kept, and not the model's reasoning"""
    talk = talk_of(challenge, WITH, system, turns)
    talk.scene.show("The model replied, and beside it sent its reasoning", REASONING)
    talk.scene.expect(
        not any(REASONING in repr(said) for said in (talk.requests, talk.returned)),
        "The model's reasoning has come into the history.",
        why="The message object of an answer holds more than was said. All of it would be sent, and paid for, in every turn.",
        hint=hints.ONLY_THE_TEXT,
    )


@FEW
@given(system=SYSTEMS, turns=said(1, 4))
def test_the_whole_history_comes_back(challenge, system, turns):
    """The whole history comes back, the last reply too"""
    talk = talk_of(challenge, WITH, system, turns)
    talk.expect_the_whole_history()


@FEW
@given(system=SYSTEMS, turns=said(1, 3))
def test_the_list_of_turns_is_not_changed(challenge, system, turns):
    """Your caller's list of turns stays as it was"""
    talk = talk_of(challenge, WITH, system, turns)
    talk.expect_the_same_list(turns)


@FEW
@given(system=SYSTEMS, turns=said(1, 4))
def test_without_replies_only_the_user_is_heard(challenge, system, turns):
    """Without replies: each request holds the system message and what the user has said, no more"""
    talk = Talk(challenge, WITHOUT, system, turns)
    talk.expect_no_replies()
    talk.expect_a_fresh_beginning()
    talk.expect_the_system_message()
    talk.expect_what_the_user_said()
    talk.expect_the_users_words_only()


@FEW
@given(system=SYSTEMS, turns=said(1, 4))
def test_without_replies_the_replies_come_back(challenge, system, turns):
    """Without replies: the texts of the replies come back"""
    talk = talk_of(challenge, WITHOUT, system, turns)
    talk.expect_the_texts_of_the_replies()
    talk.expect_the_same_list(turns)


def test_however_long_it_is(challenge):
    """However long the conversation is, with the replies and without them"""
    turns = [f"Stop {number} is room {number * 7}." for number in range(1, 53)]
    for name in (WITH, WITHOUT):
        system, server = "You are a helpful assistant.", TalkingServer(briefly)
        expect_all_of_it(challenge, name, system, turns, server, hints.SHORT_ONES_ONLY)


def test_whatever_is_said(challenge):
    """Whatever is said, in any language, at any length; with MODEL as the model"""
    turns = [*ODD, "", "Exit", *ODD[:2], "", "bye"]
    for name in (WITH, WITHOUT):
        expect_all_of_it(challenge, name, " ".join(ODD[:3]), turns, TalkingServer(simply), hints.AS_IT_IS)
    for name in (WITH, WITHOUT):
        expect_model_by_its_name(challenge, name, *usual())


def test_you_know_which_question_breaks(challenge):
    """The trip to Japan: you say which question breaks without the replies"""
    scene, number, _ = claim(challenge)
    scene.expect(
        number in (1, 2, 3),
        f"There is no message {number} in TRIP: they are counted 1, 2 and 3.",
        why="People count from one.",
        hint=hints.COUNTED_FROM_ONE,
    )
    scene.show(f"Without the replies, message {number} is", TRIP[number - 1])
    scene.show("and the model replies", trip(resend=False)[number - 1])
    scene.expect(
        number == 3,
        f"Message {number} does not break: without the replies the model answers it as before.",
        why="A model does not forget everything when a message is missing. It loses what only that message said.",
        hint=hints.WHICH_ONE_BREAKS,
    )


def test_you_know_which_word_is_lost(challenge):
    """The trip to Japan: you say which word it needs that only the model said"""
    scene, _, word = claim(challenge)
    scene.show("The question that breaks", TRIP[2])
    scene.show("Without the replies the model replies", trip(resend=False)[2])
    scene.expect(
        len(word.split()) == 1,
        f"One word was expected, not {len(word.split())}.",
        why="A whole reply was left out, but the question needs very little of it.",
        hint=hints.ONE_WORD,
    )
    scene.expect(
        word not in words(TRIP),
        f"The user has said {word!r}, and what the user said is still sent.",
        why="Only what nobody else has said is lost with the replies.",
        hint=hints.SAID_BY_THE_USER,
    )
    scene.expect(
        word in words(trip(resend=True)),
        f"The model has not said {word!r} in this conversation.",
        why="What the question needs stood in one of the replies that were left out.",
        hint=hints.NOT_SAID_BY_THE_MODEL,
    )
    mended = reply_to([("user", TRIP[0]), ("user", TRIP[1]), ("assistant", word), ("user", TRIP[2])])
    scene.show(f"With the word {word!r} sent in place of the reply", mended)
    scene.expect(
        mended == trip(resend=True)[2],
        f"Also with the word {word!r} the model does not answer as it does with its replies.",
        why="The word that is lost is the one that makes the answer possible again.",
        hint=hints.LOST_WORD,
    )
