"""Checks work/07_chat_memory.py: a conversation as one object, whatever is said and whatever fails."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

import chat_memory

from ..engine import preconditions
from ..engine.criteria import NotYet, NoUse
from ..engine.learner_code import Work
from ..situations.expected_of_talks import expect_model, expect_model_in_each_turn, only, was_raised_for
from ..situations.long_talks import OTHER_RULES, RULES, drawn, other_facts, reply_of, unsaid
from ..situations.summary_server import size_of
from ..situations.told_facts import spoken
from . import hints
from .expected_of_a_memory import (
    ROOMY,
    expect_all_is_well,
    expect_last_turns,
    expect_memory,
    expect_messages_tell,
    expect_only_just_fits,
    expect_refused,
    expect_room_made,
    expect_said_as_it_was,
    expect_sent_as_it_is,
    expect_sent_up_to,
    expect_sound_request,
    expect_turns_kept,
    expect_unheard,
    question_of,
    suppress_refusals,
    words_of_the_summary,
)
from .talk_with_a_memory import (
    ASKED,
    IS_NOW,
    MADE,
    NARROW,
    RETURNED,
    SENT,
    SENT_TO_SUMMARISE,
    WAS,
    Answer,
    Talk,
    held,
    not_the_finished_one,
    said_in,
)

LONG = 70  # turns


@pytest.fixture(scope="module")
def roomy(challenge: Work) -> Talk:
    """A talk for which there is room enough."""
    return held(Talk(challenge, 71), 8)


@pytest.fixture(scope="module")
def narrow(challenge: Work) -> list[Talk]:
    """Talks for which there is not: one with texts of the same length, and some with texts of any length."""
    return [
        held(Talk(challenge, 72, longer=25, **NARROW), 24),
        held(Talk(challenge, 73, simple=True, rules=OTHER_RULES, max_tokens=500, keep_recent=6), 16, longest=110),
        held(Talk(challenge, 74, simple=True, max_tokens=780, keep_recent=3), 16, longest=180),
    ]


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
            not turn.summarised,
            "A summary was asked for, although everything would have fitted.",
            why="A summary costs a request, and says less than the messages.",
            hint=hints.SUMMARY_TOO_EARLY,
        )
        only(turn.scene, MADE, WAS, ASKED, SENT).expect(
            spoken(turn.sent[-1]) == [*spoken(turn.before), ("user", turn.text)],
            "Everything would have fitted, so that `messages` and the question should have been sent.",
            why="What is left out is not known; and `messages` should tell what the next request holds.",
            hint=hints.ALL_IS_SENT,
        )
    roomy.end()
    roomy.expect_facts_known("before, and there is room for everything", hints.FORGOTTEN)


def test_two_memories_share_nothing(challenge):
    """Two memories share nothing"""
    talks = [Talk(challenge, seed, longer=50, simple=True, **NARROW) for seed in (75, 76)]
    talks[1].facts = other_facts(drawn(challenge, 99), talks[0].facts)
    talks[1].server.known = talks[1].facts
    for _ in range(11):
        for talk, other in (talks, talks[::-1]):
            messages = talk.messages()
            talk.ask(talk.next_text())
            expect_unheard(talk, messages, other.facts)


def test_every_request_names_the_model(roomy, narrow):
    """Every request, that for a summary too, names MODEL"""
    for talk in (roomy, *narrow):
        expect_model_in_each_turn(talk, ASKED)
        talk.end()


def test_requests_are_sound(narrow):
    """Every request: the system message first, as it was given, whole turns, the new question last"""
    for talk in narrow:
        replies = set()
        for turn in talk.turns:
            for request in turn.questions:
                scene = only(turn.scene, MADE)
                scene.show(SENT, request)
                expect_sound_request(request, talk.rules, replies, scene)
            replies.add(turn.reply)
        talk.end()


def test_no_request_is_over_the_budget(narrow):
    """No request is over the budget"""
    for talk in narrow:
        talk.expect_budget_in_each_turn()
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
        expect_sent_as_it_is(challenge, texts, needed, more)
    for seed, turns, sizes in ((90, 3, {}), (91, 10, {"max_tokens": 520, "keep_recent": 1})):
        for more in (0, -1, 1):
            talk = held(Talk(challenge, seed, longer=40, simple=True, **sizes), turns)
            talk.end()
            while sizes and talk.turns and not talk.turns[-1].summarised and len(talk.turns) < 16:
                talk.ask(talk.next_text())  # until old turns have just been summarised
            expect_sent_up_to(talk, sizes.get("max_tokens", 3000), more)


def test_the_last_turns_are_sent_word_for_word(narrow):
    """The last turns go out word for word, as far as they fit"""
    for talk in narrow:
        budget, keep_recent = talk.sizes.values()
        for number, turn in enumerate(talk.turns):
            expect_last_turns(turn, talk.turns[max(0, number - keep_recent) : number], budget)
        talk.end()


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
            hint=hints.FORGOTTEN,
        )
    for answer in recalled:
        talk = answer.talk
        unsaid_words = unsaid(answer.turn.questions[-1][1:], said_in(talk.turns))
        dropped = talk.server.written and not unsaid_words  # the summary is not sent
        hint = hints.LONG_TURNS if dropped else hints.FORGOTTEN
        talk.expect_answer(answer, f"about {len(talk.turns)} turns ago", hint)


def test_not_every_turn_is_summarised(narrow):
    """Most turns do without a summary"""
    talk = narrow[0]
    talk.end()
    summarised = [turn.summarised for turn in talk.turns]
    since = summarised[summarised.index(True) :] if any(summarised) else [False]
    only(talk.turns[-1].scene, MADE, WAS).expect(
        sum(since) <= len(since) / 3,
        f"Once the budget was reached, {sum(since)} of {len(since)} turns needed a summary, all of them of the same length.",
        why="Each costs a request, the user waits for it, and whatever is summarised often loses a little each time.",
        hint=hints.SUMMARY_TOO_OFTEN,
    )


def test_what_was_summarised_goes(challenge):
    """When old turns are summarised, the last keep_recent turns stay, and no more"""
    for sizes in ({"keep_recent": 1}, {"keep_recent": 3}, {}):  # 6 where nothing is said
        talk = held(Talk(challenge, 86, longer=20, simple=True, max_tokens=500, **sizes), 18)
        talk.end()
        expect_turns_kept(talk)


def test_a_summary_that_is_too_long_does_no_harm(challenge, recalled):
    """No request is over the budget however long the talk, even when the model writes too long a summary"""
    talk = Talk(challenge, 77, rambling=40, longer=60, simple=True, **NARROW)
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
                hint=hints.LONG_SUMMARY,
            )
        talk.expect_budget(500, hints.LONG_SUMMARY)
    expect_memory(recalled)
    for fact in talk.facts:
        talk.expect_known(fact, f"{len(talk.turns)} turns ago", hints.LONG_SUMMARY)


def test_long_turns(challenge, recalled):
    """Where the last keep_recent turns alone do not fit, fewer of them stay, and an early fact is still known"""
    expect_memory(recalled)
    for longer, sizes in ((85, {"max_tokens": 500}), (140, {"max_tokens": 620, "keep_recent": 4})):
        talk = Talk(challenge, 83, longer=longer, simple=True, **sizes)
        expect_all_is_well(held(talk, 14), hints.LONG_TURNS)


def test_no_turn_has_to_stay(challenge, recalled):
    """keep_recent=0 works too"""
    expect_memory(recalled)
    talk = held(Talk(challenge, 84, longer=25, simple=True, max_tokens=500, keep_recent=0), 24)
    expect_all_is_well(talk, hints.NO_TURN_KEPT)
    expect_turns_kept(talk)
    summarised = sum(turn.summarised for turn in talk.turns)
    only(talk.turns[-1].scene, MADE, WAS).expect(
        summarised <= len(talk.turns) / 5,
        f"In {len(talk.turns)} turns {summarised} needed a summary. With no turn that has to stay there is room for many.",
        why="Each costs a request, and the user waits for it.",
        hint=hints.NO_TURN_KEPT,
    )


def test_messages_tell_what_is_sent(narrow):
    """`messages` is what the next request holds before its question"""
    for talk in narrow:
        for turn in talk.turns:
            expect_messages_tell(turn, talk.sizes["max_tokens"])
        talk.end()


def test_a_failed_summary_loses_nothing(challenge, recalled):
    """When a summary fails, nothing is lost"""
    expect_memory(recalled)
    for seed, kinds in ((80, [429, "timeout"]), (81, ["blank", "length", "empty"])):
        talk = Talk(challenge, seed, longer=60, simple=True, **NARROW)
        for number in range(16):
            if number in (3, 7, 10) and kinds:
                talk.server.fail_summaries[:] = [kinds.pop()]
            talk.ask_again(talk.next_text())
            talk.expect_budget(500)
        talk.expect_facts_known("early on, and some summaries have failed since", hints.LOST_BY_A_FAILURE)
        expect_model(only(talk.scene, ASKED), talk.server, 0, len(talk.server.models))


def test_a_failed_call_changes_nothing(challenge, recalled):
    """When a call fails, ask raises an error, and `messages` is as before"""
    talk = Talk(challenge, 78, simple=True, **NARROW)
    kinds = [429, "timeout", 500, "connection", "drop"] * 3
    for number, kind in enumerate(kinds):
        if number > 2:
            talk.server.fail_questions[:] = [kind]
        talk.ask_again(talk.next_text(longest=60))
    expect_model(only(talk.scene, ASKED), talk.server, 0, len(talk.server.models))
    expect_memory(recalled)
    talk.expect_facts_known("early on, and some calls have failed since", hints.FORGOTTEN)


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
            hint=hints.HALF_A_REPLY,
        )


def test_a_question_that_cannot_fit_is_refused(challenge):
    """A question that cannot fit raises ValueError, and changes nothing"""
    for turns in (0, 4):
        talk = held(Talk(challenge, 82, **NARROW), turns)
        talk.end()
        for needed in (700, 501):
            expect_refused(talk, needed)
        talk.ask(talk.next_text())
    for needed in (499, 500):
        expect_only_just_fits(Talk(challenge, 87, **NARROW), needed)


def test_a_question_that_fits_without_the_summary(challenge, recalled):
    """A question that leaves no room for the summary leads to no larger request, and to no loss"""
    expect_memory(recalled)
    for needed in (380, 300, 500, 485, 460, 430):
        talk = held(Talk(challenge, 88, longer=60, simple=True, **NARROW), 11)
        talk.end()
        expect_room_made(talk, needed)
    talk = held(Talk(challenge, 92, rambling=8, longer=40, simple=True, **NARROW), 6)
    talk.server.rambles = True
    for needed in range(ROOMY + 20, 450, 3):  # whatever room there is for a summary, the model writes more
        with suppress_refusals():
            talk.ask(question_of(needed))
            talk.expect_budget(500, hints.TO_THE_TOKEN)


def test_a_user_may_say_anything(challenge, narrow, recalled):
    """A user may say the very words that your summary comes with"""
    for talk in narrow:
        talk.end()
    expect_memory(recalled)
    for text, reply in words_of_the_summary(narrow[:2]):
        for where in ((0, 4), (2, 9)):
            expect_said_as_it_was(challenge, text, reply, where)
