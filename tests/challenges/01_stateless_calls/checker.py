"""Checks work/01_stateless_calls.py: what a second call knows of the first."""

from hypothesis import given, settings

from ..engine.criteria import NotYet
from ..engine.preconditions import beforehand, works
from ..situations.told_facts import ODD, Fact, TalkingServer, expect_model_by_its_name, facts, simply, spoken
from . import hints
from .expected_of_the_second_call import (
    expect_a_fresh_beginning,
    expect_as_it_was_said,
    expect_fact_and_reply,
    expect_in_order,
    expect_the_fact_where_it_belongs,
    expect_the_question_alone,
    expect_the_second_reply,
)
from .two_calls import USUAL, WITH, WITHOUT, second_call

FEW = settings(max_examples=8)


@FEW
@given(fact=facts())
def test_without_history_one_call_tells_and_one_asks(challenge, fact):
    """Without history: a first call tells the fact, a second one asks for it"""
    second_call(challenge, WITHOUT, fact)


@FEW
@given(fact=facts())
def test_without_history_nothing_is_resent(challenge, fact):
    """Without history: the second call sends the question and nothing else"""
    with beforehand():
        scene, server, _ = second_call(challenge, WITHOUT, fact)
    expect_the_question_alone(scene, server, fact)


@FEW
@given(fact=facts())
def test_without_history_the_second_reply_comes_back(challenge, fact):
    """Without history: the text of the second reply comes back"""
    with beforehand():
        called = second_call(challenge, WITHOUT, fact)
    expect_the_second_reply(*called)


@FEW
@given(fact=facts())
def test_with_history_one_call_tells_and_one_asks(challenge, fact):
    """With history: a first call tells the fact, a second one asks for it"""
    second_call(challenge, WITH, fact)


@FEW
@given(fact=facts())
def test_with_history_the_exchange_is_resent(challenge, fact):
    """With history: the second call sends the fact, the model's own reply and the question"""
    with beforehand():
        scene, server, _ = second_call(challenge, WITH, fact)
    sent = [said for said in spoken(server.requests[1]) if said[0] not in ("system", "developer")]
    scene.show("To the fact the model had replied", server.replies[0])
    expect_fact_and_reply(scene, server, fact, sent)
    expect_in_order(scene, server, fact, sent)


@FEW
@given(fact=facts())
def test_with_history_the_second_reply_comes_back(challenge, fact):
    """With history: the text of the second reply comes back"""
    with beforehand():
        called = second_call(challenge, WITH, fact)
    expect_the_second_reply(*called)


@FEW
@given(fact=facts())
def test_the_reply_holds_the_fact_only_with_the_history(challenge, fact):
    """The reply holds the fact with the history, and only with it"""
    for name, holds in ((WITH, True), (WITHOUT, False), (WITH, True)):
        with beforehand():
            scene, _, returned = second_call(challenge, name, fact)
        expect_the_fact_where_it_belongs(scene, name, fact, returned, holds)


@FEW
@given(before=facts(), fact=facts())
def test_a_second_exchange_begins_afresh(challenge, before, fact):
    """A second exchange knows nothing of the first"""
    for name in (WITHOUT, WITH):
        expect_a_fresh_beginning(challenge, name, before, fact)


def test_whatever_is_said(challenge):
    """It is so whatever the fact and the question say, with MODEL as their model"""
    for told, asked in zip(ODD, (*ODD[1:], ODD[0]), strict=True):
        for name in (WITHOUT, WITH):
            try:
                scene, server, returned = second_call(challenge, name, Fact(told, asked, told), TalkingServer(simply))
            except NotYet as problem:
                problem.judged = works(lambda name=name: second_call(challenge, name, USUAL))
                problem.hints = (hints.AS_IT_IS, *problem.hints) if problem.judged else problem.hints
                raise
            wanted = (told, server.replies[0], asked) if name == WITH else (asked,)
            expect_as_it_was_said(scene, server, name, wanted)
            expect_the_second_reply(scene, server, returned)
    for name in (WITHOUT, WITH):
        expect_model_by_its_name(challenge, name, USUAL.told, USUAL.asked)
