"""Talks of the scoreboard: reproducible, varied, plain data, and each question can be answered from what was said."""

from __future__ import annotations

import json
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chat_memory.scoreboard import KINDS, Planted, Said, Talk, Turn, talks, talks_as_json, talks_from_json
from chat_memory.scoreboard.denials import yes_or_no
from chat_memory.scoreboard.other_words import OTHER_WORDS, in_other_words
from chat_memory.scoreboard.scoring import names, outcome
from chat_memory.scoreboard.talk import NEVER, NOTHING_FOUND, Lookup
from chat_memory.scoreboard.wordings import ENTRIES, INVENTIONS, MATTERS
from chat_memory.search import terms

SEEDS = st.integers(0, 10**9)
few = settings(max_examples=8, deadline=None)


def told(turn: Turn) -> str:
    """All that is said in a turn."""
    return "\n".join([turn.user, turn.reply, turn.lookup.result if turn.lookup else ""])


@few
@given(SEEDS)
def test_the_same_seed_gives_the_same_talks_and_another_one_others(seed):
    assert talks(seed) == talks(seed)
    first, second = talks(seed)
    assert first.turns != second.turns
    assert talks(seed + 1)[0].turns != first.turns


@few
@given(SEEDS)
def test_talks_come_back_from_json_as_they_were(seed):
    made = talks(seed, number=1)
    assert talks_from_json(talks_as_json(made)) == made


@few
@given(SEEDS, st.integers(1, 3))
def test_there_are_as_many_questions_of_each_kind_as_asked_for(seed, each):
    [talk] = talks(seed, number=1, each=each)
    assert Counter(planted.kind for planted in talk.planted) == dict.fromkeys(KINDS, each)
    assert len(talk.turns) == 80
    assert len({turn.user for turn in talk.turns}) == 80


@few
@given(SEEDS)
def test_what_is_asked_for_was_said_where_its_kind_says_and_nowhere_else(seed):
    [talk] = talks(seed, number=1)
    for planted in talk.planted:
        places = [said.turn for said in planted.said]
        if planted.kind == NEVER:
            assert not places
            continue
        newest = talk.turns[places[-1]]
        if planted.answers == ("no",):
            assert yes_or_no(planted.question, newest.user) == "no", newest.user
        else:
            said = {n for n, turn in enumerate(talk.turns) if names(told(turn), planted.answers)}
            assert said == set(places if planted.kind != "corrected" else places[1:])
            assert names(newest.user, planted.answers) is (planted.kind not in ("by the assistant", "in a tool result"))
        assert places == sorted(places)
        assert len(places) == 1 + (planted.kind in ("corrected", "said twice"))
        assert all(place < 12 for place in places if planted.kind == "early")
        assert all((place >= 70) is (planted.kind == "late") for place in places)


@few
@given(SEEDS)
def test_a_fact_in_a_sentence_answers_its_question_and_a_corrected_one_is_false(seed):
    for talk in talks(seed):
        for planted in talk.planted:
            worth = [outcome(planted, said.fact) for said in planted.said]
            assert worth == {"corrected": ["false", "right"]}.get(planted.kind, ["right"] * len(planted.said))


def test_many_talks_are_worded_in_many_ways():
    made = [talk for seed in range(20) for talk in talks(seed, number=1)]
    assert len({planted.question for talk in made for planted in talk.planted}) > 180
    assert len({turn.user for talk in made for turn in talk.turns}) > 700


def test_a_fourth_of_what_was_said_is_asked_for_in_other_words_than_it_was_said_in():
    asked = {
        question for other in OTHER_WORDS for thing in other.names for question in in_other_words(thing, other.names)
    }
    said = [planted for seed in range(20) for planted in talks(seed, number=1)[0].planted if planted.kind != NEVER]
    otherwise = [planted for planted in said if planted.question in asked]
    assert 0.15 < len(otherwise) / len(said) < 0.35
    assert {"early", "late", "corrected", "said twice", "by the assistant", "in a tool result"} == {
        planted.kind for planted in otherwise
    }


@pytest.mark.parametrize("other", OTHER_WORDS, ids=lambda other: next(iter(other.names)))
def test_other_words_for_a_thing_share_none_with_its_name(other):
    [matter] = [each for each in (*MATTERS, *INVENTIONS, *ENTRIES) if set(other.names) <= set(each.things)]
    for thing, names_of_it in other.names.items():
        assert thing in matter.things
        for name in names_of_it:
            assert not set(terms.of_question(name)) & set(terms.of_fact(thing)), (thing, name)


def test_a_name_that_fits_two_things_of_a_talk_is_not_asked_by():
    assert any("pet" in question for question in in_other_words("rabbit", ["rabbit", "ferry"]))
    beside_a_goat = in_other_words("rabbit", ["rabbit", "goat"])
    assert beside_a_goat and all("bunny" in question for question in beside_a_goat)
    assert not in_other_words("goat", ["rabbit", "goat"])
    assert not in_other_words("old roommate", ["old roommate", "flatmate"])
    assert not in_other_words("a thing without another name", ["ferry"])


def test_a_talk_that_is_too_short_for_its_facts_is_refused():
    with pytest.raises(ValueError, match="turns"):
        talks(1, turns=50, each=3)
    with pytest.raises(ValueError, match="seed"):
        talks(-1)


TALK = Talk(
    "by hand",
    (
        Turn("Please look up parcel Q-1.", "It is on its way.", Lookup("parcel Q-1", "depot: Bergamo")),
        Turn("Make up a code like AB-12.", "How about QX-71?"),
    ),
    (
        Planted(
            "by the assistant",
            "Which code did you make up?",
            ("QX-71",),
            (),
            (Said(1, "The code is QX-71."),),
            r"[A-Z]{2}-\d\d",
        ),
    ),
)


def test_a_scripted_model_calls_then_replies_and_says_nothing_to_a_question():
    asked = [{"role": "system", "content": TALK.system}, {"role": "user", "content": "Please look up  parcel Q-1."}]
    assert TALK.says(asked) == ("look_up", {"what": "parcel Q-1"})
    assert TALK.says(
        [*asked, {"role": "assistant", "content": None}, {"role": "tool", "content": "depot: Bergamo"}]
    ) == ("It is on its way.")
    assert TALK.says([{"role": "user", "content": TALK.turns[0].without_tools}]) == "It is on its way."
    assert TALK.says([*asked, {"role": "assistant", "content": "Yes."}]) is None
    assert TALK.says([{"role": "user", "content": "Which code did you make up?"}]) is None
    assert TALK.says([]) is None


def test_what_is_looked_up_is_found_however_it_is_named():
    [look_up] = TALK.tools()
    assert look_up("parcel Q-1") == look_up("the parcel q-1") == "depot: Bergamo"
    assert look_up("weather") == NOTHING_FOUND
    assert not Talk("no lookup", TALK.turns[1:], ()).tools()


def test_what_the_assistant_has_made_up_is_read_from_what_it_really_said():
    assert TALK.heard({1: "Let us take **ZZ-99**."}).planted[0].answers == ("ZZ-99",)
    assert TALK.heard({1: "Let us take ZZ-99."}).planted[0].said[0].fact == "The code is ZZ-99."
    nothing = TALK.heard({1: "I would rather not."}).planted[0]
    assert nothing.answers == ()
    assert outcome(nothing, "QX-71") == "void"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{}", "JSON list"),
        ("[]", "JSON list"),
        ('[{"turns": []}]', "planted"),
        ('[{"turns": [1], "planted": []}]', "no talk"),
        ('[{"turns": [{"user": "Hi"}], "planted": [{"kind": "odd", "question": "?", "answers": ["x"]}]}]', "no kind"),
        ('[{"turns": [{"user": "Hi"}], "planted": [{"kind": "early", "question": "Who?"}]}]', "no answer"),
        (
            '[{"turns": [{"user": "Hi"}], "planted": [{"kind": "early", "question": "Who?", "answers": ["x"],'
            ' "said": [{"turn": 1, "fact": "It is x."}]}]}]',
            "does not have",
        ),
    ],
)
def test_what_is_no_set_of_talks_is_refused_with_a_reason(text, words):
    with pytest.raises(ValueError, match=words):
        talks_from_json(text)


def test_answers_that_are_no_list_are_refused():
    planted = {"kind": "early", "question": "Who?", "answers": "Tom"}
    with pytest.raises(ValueError, match=r"'answers' is a list of texts.*'Tom'"):
        talks_from_json(json.dumps([{"turns": [{"user": "Tom is here."}], "planted": [planted]}]))


def test_somebody_else_may_leave_out_what_is_as_usual():
    data = [
        {"turns": [{"user": "I live in Porto."}], "planted": [{"kind": "early", "question": "?", "answers": ["Porto"]}]}
    ]
    [talk] = talks_from_json(json.dumps(data))
    assert talk.turns[0].reply
    assert outcome(talk.planted[0], "In Porto.") == "right"
