"""Checks work/13_server_side_state.py: a conversation that the server keeps, whatever the server does with it."""

from __future__ import annotations

from collections.abc import Iterator
from math import ceil
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import common

from ..engine import preconditions
from ..engine.criteria import NotYet, Scene
from ..engine.learner_code import Work
from ..engine.preconditions import beforehand
from ..engine.responses_calls import watched
from ..situations.expected_of_talks import only, was_raised_for
from ..situations.hints import NAME_OF_THE_MODEL
from . import hints
from .chains import chains, rest_of_a_chain
from .events import EVENTS, IGNORED, happen, happened
from .expected import (
    deleted,
    expect_all_read,
    expect_as_before,
    expect_begun_anew,
    expect_cost,
    expect_exported,
    expect_gone,
    expect_last_id,
    expect_model,
    expect_only_the_question,
    expect_reply,
    expect_rules,
    expect_whole_turn,
    raised,
)
from .keeping_server import Failure, KeepingServer, is_question
from .talk_with_the_server import ASKED, READ, Talk, spoken

SMALL_WINDOW = 400  # tokens
SEEDS = st.integers(100, 999)
HALF = {"length": "cut off", "filtered": "cut off by a filter (its status is incomplete)", "empty": "empty"}
WHY_DELETED = "Somebody wanted it deleted. What is left of it can be read by whoever has its id, for a month."


@pytest.fixture(scope="module", autouse=True)
def calls_are_watched() -> Iterator[None]:
    """While this is checked, calls of responses.create take a learner no time, as those of completions.create."""
    with watched():
        yield


def fewer(*things: Any) -> tuple[Any, ...]:
    """The first half of them where it has to be quick."""
    return things[: ceil(len(things) / preconditions.HURRY)]


@pytest.fixture(scope="module")
def kept(challenge: Work) -> list[Talk]:
    """Talks that nothing happens to."""
    talks = [Talk(challenge, seed) for seed in fewer(1, 2)]
    for talk in talks:
        talk.held_for(4)
    return talks


# As long as the server keeps it


def test_a_conversation_goes_on(challenge, kept):
    """ask returns the reply, which rests on all that was said before, and `messages` is your copy of it"""
    for talk in kept:
        for turn in talk.turns:
            expect_all_read(turn, hints.GOES_ON, hints.ONLY_THE_QUESTION)
            expect_reply(turn, talk.rules)
            expect_last_id(turn)
        talk.end()
        begun = talk.turns[0].before.messages
        Scene().expect(
            begun == [{"role": "system", "content": talk.rules}],
            f"Before the first question `messages` is {begun}, and should be the system message alone.",
            why="Your caller shows and saves what is in there, at any time.",
            hint=hints.OWN_COPY,
        )


def test_two_conversations_share_nothing(challenge):
    """Two conversations at once share nothing"""
    server = KeepingServer()
    talks = [Talk(challenge, 13, server), Talk(challenge, 15, server)]
    for _ in range(2):
        for talk, other in (talks, talks[::-1]):
            turn = talk.ask()
            expect_all_read(turn, hints.SHARED_BY_TWO)
            only(turn.scene, ASKED, READ).expect(
                ("system", other.rules) not in spoken(turn.read[-1]),
                "The model read the rules of another conversation.",
                why="One user would meet what was made for another.",
                hint=hints.SHARED_BY_TWO,
            )


def test_only_the_new_question_is_sent(challenge, kept):
    """As long as the server has the conversation, only the new question is sent"""
    for talk in kept:
        for turn in talk.turns:
            expect_only_the_question(turn)
        talk.end()


def test_the_rules_hold_in_each_turn(challenge, kept):
    """The rules hold in each turn: the model reads them each time, and once"""
    for talk in kept:
        for turn in talk.turns:
            expect_rules(turn, talk.rules)
        talk.end()


def test_every_request_names_the_model(challenge, kept):
    """Every request names MODEL"""
    for turn in kept[0].turns:
        expect_model(turn)
    scene, server, other = Scene(), KeepingServer(), "gpt-4o-mini"
    with patch.object(common, "MODEL", other), beforehand():
        made = Talk(Work(challenge.path, challenge.name), 6, server)
        try:
            made.several(2)
        except NotYet as problem:  # the other model may take other options
            if not was_raised_for(problem) or not server.exchanges:
                raise
    found = {exchange.body.get("model") for exchange in server.exchanges if is_question(exchange)} - {other}
    scene.expect(
        not found,
        f"Where MODEL of common is {other!r}, a request is still for {', '.join(map(repr, found))}.",
        why="Who uses another server sets its model in one place. A name that is written out stays behind.",
        hint=NAME_OF_THE_MODEL,
    )


def test_each_turn_has_its_cost(challenge, kept):
    """`costs` has for each turn the input and output tokens that the server bills"""
    for talk in kept:
        expect_nothing_unasked(talk, "Before the first question", "no turn's cost")
        for turn in talk.turns:
            expect_cost(turn)
        talk.end()
    with beforehand():
        turns = [(talk := Talk(challenge, 7)).ask("It was a dark night, and it rained. " * 150), talk.ask()]
    begun = turns[0].before.costs
    Scene().expect(
        begun == [],
        f"Before the first question `costs` is {begun}, and should be [].",
        why="What another conversation has cost is on its own bill.",
        hint=hints.SHARED_BY_TWO,
    )
    for turn in turns:
        expect_cost(turn, hints.COST_CACHED)


# Branches


def test_a_branch_knows_what_was_said(challenge):
    """A branch goes on from what was said, with the same rules, and has cost nothing yet"""
    talk = Talk(challenge, 8).several(3)
    branch = talk.branch(9)
    held, before = branch.held(), talk.held()
    scene = Scene()
    scene.show("`messages` of the original", before.messages)
    scene.show("`messages` of its branch", held.messages)
    scene.expect(
        held.messages == before.messages,
        "The two should be equal.",
        why="The branch goes on from there, and needs a copy of its own for the day when the server has lost it.",
        hint=hints.BRANCH_KNOWS,
    )
    Scene().expect(
        held.costs == [],
        f"`costs` of a branch that was asked nothing is {held.costs}, and should be [].",
        why="Somebody adds up the costs of all conversations: what the original has paid would be there twice.",
        hint=hints.BRANCH_COSTS,
    )
    expect_nothing_unasked(branch, "For the branch", "nobody's `costs`")
    for turn in branch.several(2).turns:
        expect_all_read(turn, hints.BRANCH_KNOWS)
        expect_only_the_question(turn, hints.BRANCH_KNOWS)
        expect_rules(turn, talk.rules)
        expect_cost(turn, hints.BRANCH_COSTS)


def test_two_branches_go_their_own_way(challenge):
    """A branch goes its own way, and so does the original"""
    expect_all_read(Talk(challenge, 9).branch(10).ask(), hints.BRANCH_KNOWS)  # of what was not begun
    talk = Talk(challenge, 10).several(1)
    branches = [talk, talk.branch(11)]
    branches.append(branches[1].branch(12))
    said = [[*branch.held().messages] for branch in branches]
    for _ in range(2):
        for number, branch in enumerate(branches):
            branch.scene = Scene()
            branch.scene.expect(
                branch.held().messages == said[number],
                "A question was asked in another branch, and `messages` of this one has changed.",
                why="Each of them tries something else. What one says the other must not know.",
                hint=hints.BRANCHES_SHARE,
            )
            turn = branch.ask()
            expect_all_read(turn, hints.BRANCHES_SHARE)
            expect_cost(turn, hints.BRANCHES_SHARE)
            said[number] = turn.after.messages


# When the server no longer has it, or never did


def test_an_id_that_is_gone(challenge):
    """When the id is gone, the same question is answered from your own copy: nothing is lost, nothing comes twice"""
    for seed, lost, turns in fewer((16, "deleted", 2), (17, "too old", 5), (18, "deleted", 12)):
        talk = Talk(challenge, seed).several(turns)
        if lost == "deleted":
            talk.server.lose(talk.held().last_id)
        else:
            talk.server.lose_all()
        try:
            turn = talk.ask(happened=f"The newest response is {lost} on the server")
        except NotYet as problem:
            error = problem.__cause__
            if getattr(error, "code", None) != "previous_response_not_found":
                raise
            raise NotYet(
                f"The newest response is {lost} on the server, and ask raised {raised(problem)}.",
                only(talk.scene, ASKED).shown,
                "The server keeps what it likes as long as it likes. You have all that was said in `messages`.",
                hints.ID_GONE,
            ) from None
        expect_whole_turn(talk, turn, hints.FROM_THE_COPY)
        expect_last_id(turn)


def test_then_the_server_keeps_it_again(challenge):
    """… and then the new chain is continued, with the new question only"""
    talk = Talk(challenge, 19).several(1)
    with beforehand():
        talk.server.lose_all()
        talk.ask(happened="The newest response is too old on the server")
    for _ in range(2):
        turn = talk.ask()
        expect_only_the_question(turn, hints.NEW_CHAIN)
        expect_whole_turn(talk, turn, hints.NEW_CHAIN)


def test_what_a_loss_costs(challenge):
    """… and costs what its answer costs: the refused request is free"""
    talk = Talk(challenge, 20).several(1)
    talk.server.lose_all()
    with beforehand():
        turn = talk.ask()
    expect_cost(turn)
    expect_cost(talk.ask())


def test_other_errors_come_out(challenge):
    """Every other error comes out, nothing else is sent, and everything is as before"""
    kinds = fewer((400, "unsupported_parameter"), 429, (401, "invalid_api_key"), "timeout")
    for seed, kind in enumerate(kinds, 30):
        talk = Talk(challenge, seed).several(seed % 3 or 1)
        expect_failed(talk, kind)
    expect_failed(Talk(challenge, 29), "connection")


def test_a_full_window_is_no_loss(challenge):
    """… also where the conversation no longer fits into the window of the model"""
    expect_full(Talk(challenge, 34, KeepingServer(context_window=SMALL_WINDOW)).several(3))


def test_half_a_reply_is_not_kept(challenge):
    """A reply that is empty or cut off is an error too, and changes nothing"""
    for seed, (kind, turns) in enumerate(fewer(("length", 0), ("filtered", 1), ("empty", 2)), 36):
        expect_tried_in_vain(Talk(challenge, seed).several(turns), "", kind)


def test_an_error_after_a_loss(challenge):
    """When the id is gone and the second request fails too, that error comes out, and nothing is lost"""
    for seed, kind in enumerate(fewer("length", 429), 35):
        talk = Talk(challenge, seed).several(1)
        talk.server.lose_all()
        expect_tried_in_vain(talk, "The id was gone", kind, id_is_gone=True)
    talk = Talk(challenge, 34, KeepingServer(context_window=SMALL_WINDOW)).several(3)
    talk.server.lose_all()
    expect_full(talk, id_is_gone=True)


def test_a_server_that_ignores_the_id(challenge):
    """A server that ignores the id is noticed: the reply that comes back rests on all that was said"""
    for talk in ignored(challenge):
        for turn in talk.several(2).turns:
            expect_whole_turn(talk, turn, hints.IGNORED)
            expect_last_id(turn)


def test_it_is_noticed_once(challenge):
    """… and from then on all is sent at once, in a branch too"""
    for talk in ignored(challenge):
        with beforehand():
            talk.several(2)
        expect_sent_at_once(talk)
    with beforehand():
        branch = talk.branch(52)
    expect_sent_at_once(branch, "in the original")


def expect_sent_at_once(talk: Talk, when: str = "before") -> None:
    """There is one request, with all of it."""
    turn = talk.ask()
    with beforehand():
        expect_all_read(turn, hints.IGNORED)
    turn.scene.expect(
        len(turn.sent) == 1,
        f"The server has ignored the id {when}, and for this turn {len(turn.sent)} requests were sent once more.",
        why="It answers each of them, and each is paid for.",
        hint=hints.NOTICED_ONCE,
    )


def test_what_being_ignored_costs(challenge):
    """… and the answer that was of no use is in the cost of its turn"""
    for talk in ignored(challenge):
        for _ in range(2):
            with beforehand():
                turn = talk.ask()
                expect_all_read(turn, hints.IGNORED)
            expect_cost(turn, hints.COST_OF_BOTH)


def test_an_error_where_the_id_is_ignored(challenge):
    """… and where the request with all that was said fails, everything is as before"""
    for kind in fewer(429, "empty"):
        talk = ignored(challenge)[1]
        expect_tried_in_vain(talk, "The server ignored the id", None, kind)  # the first request is answered
        expect_tried_in_vain(talk, "The server is known to ignore the id", kind)


# Taking it away


def test_export_is_whole(challenge):
    """export returns all that was said, as plain messages, oldest first, however long it was"""
    server, all_of_them = chains()
    for what, chain in all_of_them.items():
        scene = Scene()
        scene.show("On the server is", what)
        scene.show("in which was said", chain.said)
        found = challenge.call("export", server.client(), chain.last_id)
        expect_exported(scene, found, chain.said)
        if gone := not server.keeps(chain.last_id):
            chains.cache_clear()  # who is checked next needs it
        scene.expect(
            not gone,
            "After export the response is gone.",
            why="To read is not to delete: the conversation goes on where it is, too.",
            hint=hints.EXPORTED_AND_GONE,
        )


def test_export_after_a_delete(challenge):
    """… also where responses before the last one are deleted"""
    server, chain = rest_of_a_chain()
    scene = Scene()
    scene.show("In a chain of four responses, the first and the third were deleted. It was said", chain.said)
    try:
        found = challenge.call("export", server.client(), chain.last_id)
    except NotYet as problem:
        if not was_raised_for(problem):
            raise
        raise NotYet(
            f"The last of four responses is on the server, others are deleted, and export raised {raised(problem)}.",
            scene.shown,
            "What is deleted cannot be asked for, but what was said in it is still in the conversation: a branch whose original "
            "was deleted, for example.",
            hints.EXPORTED_LOST,
        ) from None
    expect_exported(scene, found, chain.said)


def test_export_of_your_own(challenge):
    """… also of a conversation of yours, whose id was gone on the way, and of its branch"""
    talk = Talk(challenge, 40).several(2)
    with beforehand():
        talk.server.lose_all()
        talk.several(1)
        branch = talk.branch(41).several(1)
    for one in (talk, branch):
        scene, held = Scene(), one.held()
        scene.show("`messages` is", held.messages)
        found = challenge.call("export", one.server.client(), held.last_id)
        expect_exported(scene, found, held.messages[1:], rules_may_come=True)


# Deleting it


def test_delete_leaves_nothing(challenge):
    """After delete no response that the object has got is on the server"""
    talk = Talk(challenge, 42)
    deleted(talk)  # of what was never begun
    expect_begun_anew(talk, hints.AFTER_DELETE)
    talk.several(2)
    with beforehand():
        before = talk.held()
    deleted(talk)
    expect_gone(talk, WHY_DELETED, hints.DELETED_ALL)
    after = talk.held()
    Scene().expect(
        after == before._replace(last_id=None),
        f"After delete `last_id` is {after.last_id!r}, `messages` has {len(after.messages)} messages, and `costs` "
        f"{len(after.costs)} pairs; before, these were {len(before.messages)} and {len(before.costs)}.",
        why="The id leads nowhere now. Your own copy is yours, and what was paid is paid.",
        hint=hints.AFTER_DELETE,
    )
    expect_begun_anew(talk, hints.AFTER_DELETE)
    deleted(talk)
    expect_gone(talk, WHY_DELETED, hints.DELETED_ALL)


def test_delete_goes_on_after_what_is_gone(challenge):
    """What is gone already does not keep delete from the rest"""
    for which in fewer(0, -1, 1):
        talk = Talk(challenge, 48).several(3)
        talk.server.lose(talk.got[which])
        try:
            deleted(talk)
        except NotYet as problem:
            if not was_raised_for(problem):
                raise
            raise NotYet(
                f"One of three responses was gone already, and delete raised {raised(problem)}.",
                (),
                "It is gone: that is what was wanted. And the others are to go, too.",
                hints.GONE_ALREADY,
            ) from None
        expect_gone(talk, WHY_DELETED, hints.GONE_ALREADY)


def test_delete_leaves_nothing_of_what_went_wrong(challenge):
    """Nor is one left whose reply was not kept, or which was made before a loss; and an id that is ignored stays so"""
    talk = Talk(challenge, 43).several(3)
    with beforehand():
        talk.server.lose(talk.held().last_id)
        talk.several(1)
        for kind in ("length", "empty"):
            talk.server.fail_next(kind)
            talk.refused("How does it end?", "The reply was not whole", hints.HALF_A_REPLY)
        talk.server.ignores = True
        talk.server.befall(None, 429)
        talk.refused(
            "How does it end?", "The server ignores the id, and the request with all that was said met a rate limit"
        )
        talk.several(2)
    deleted(talk)
    expect_gone(talk, WHY_DELETED, hints.DELETED_FAILED_ONES)
    talk.several(1)
    expect_sent_at_once(talk, "before delete")


def test_delete_leaves_the_others(challenge):
    """delete leaves a branch, and a branch the original, and both leave any other conversation"""
    talk = Talk(challenge, 44).several(2)
    with beforehand():
        stranger = Talk(challenge, 53, talk.server).several(1)
    branch = talk.branch(45).several(2)
    with beforehand():
        talk.several(1)
        other = talk.branch(46)
    deleted(branch)
    expect_gone(branch, WHY_DELETED, hints.DELETED_ALL)
    turn = talk.ask()
    expect_only_the_question(turn, hints.DELETED_OTHERS)
    gone = [id for id in talk.got if not talk.server.keeps(id)]
    Scene().expect(
        not gone,
        f"The branch was deleted, and {len(gone)} of {len(talk.got)} responses of the original are gone.",
        why="The branch was one try of several. Nobody wanted the others deleted.",
        hint=hints.DELETED_OTHERS,
    )
    with beforehand():
        last = talk.branch(47).several(1)
    deleted(talk)
    expect_gone(talk, WHY_DELETED, hints.DELETED_ALL)
    gone = [id for id in last.got if not talk.server.keeps(id)]
    Scene().expect(
        not gone,
        "The original was deleted, and a response of its branch is gone.",
        why="The branch goes on: somebody is still talking there.",
        hint=hints.DELETED_OTHERS,
    )
    Scene().expect(
        all(map(talk.server.keeps, stranger.got)),
        "A conversation was deleted, and with it the response of another one, which has nothing to do with it.",
        why="It is another user's.",
        hint=hints.SHARED_BY_TWO,
    )
    for one in (other, last):
        for _ in range(2):
            expect_whole_turn(one, one.ask(), hints.DELETED_OTHERS)


def test_a_delete_that_fails(challenge):
    """Another error comes out of delete, and when it is called again, it deletes the rest"""
    for failures in fewer((None, "connection"), ((429, "rate_limit_exceeded"),), (None, None, (502, "server_error"))):
        talk = Talk(challenge, 49).several(3)
        talk.server.befall(*failures, method="DELETE")
        try:
            deleted(talk)
        except NotYet as problem:
            if not was_raised_for(problem):
                raise
        else:
            Scene().expect(
                not any(talk.server.keeps(id) for id in talk.got) and not talk.server.befalls["DELETE"],
                "The server failed in the middle of delete, and no error came out.",
                why="Your caller says to the user that all is deleted, and it is not.",
                hint=hints.DELETE_FAILED,
            )
        expect_deleted_at_last(talk)


def expect_deleted_at_last(talk: Talk) -> None:
    """Delete again, and expect that all is gone and the conversation goes on."""
    deleted(talk)
    expect_gone(talk, WHY_DELETED, hints.DELETE_FAILED)
    expect_begun_anew(talk, hints.AFTER_DELETE)


def expect_tried_in_vain(talk: Talk, happened: str, *failures: Failure, id_is_gone: bool = False) -> None:
    """Let the coming requests fail, or a reply that is not whole: an error comes out, and the question can be asked again."""
    before, kind = talk.held(), failures[-1]
    talk.server.befall(*failures)
    what = f"{happened}, and the request with all that was said" if happened else "The request"
    what = f"{what} got a reply that was {HALF[kind]}" if kind in HALF else f"{what} met a rate limit"
    hint = hints.HALF_A_REPLY if kind in HALF else hints.OTHER_ERRORS
    problem = talk.refused("How does it end?", what, hint)
    expect_as_before(talk, before, f"{what}. {raised(problem)} came out", id_is_gone)
    turn = talk.ask("How does it end?")
    expect_whole_turn(talk, turn, hints.CHANGED_BY_A_FAILURE)
    with beforehand():
        expect_cost(turn, hints.COST_OF_BOTH)


def expect_full(talk: Talk, id_is_gone: bool = False) -> None:
    """Ask what no longer fits into the window: the error comes out, and nothing is left out silently."""
    what = "The question would have fitted, but not with all that was said before (code context_length_exceeded)"
    before, first, read = talk.held(), len(talk.server.exchanges), len(talk.server.read)
    problem = talk.refused("And so on. " * (SMALL_WINDOW // 5), what, hints.CUT_SILENTLY)
    talk.scene.expect(
        len(talk.server.read) == read,
        f"{what}, and the model was asked without some of it.",
        why="What was left out is forgotten, and nobody was told.",
        hint=hints.CUT_SILENTLY,
    )
    if not id_is_gone:
        expect_one_request(talk, first, what)
    expect_as_before(talk, before, f"{raised(problem)} came out", id_is_gone)
    expect_whole_turn(talk, talk.ask(), hints.CHANGED_BY_A_FAILURE)


def expect_failed(talk: Talk, kind: Failure) -> None:
    """Let a request fail: the error comes out, and the question can be asked again."""
    before, first = talk.held(), len(talk.server.exchanges)
    text = next(talk.texts)
    talk.server.befall(kind)
    what = f"The request failed ({' '.join(map(str, kind)) if isinstance(kind, tuple) else kind})"
    problem = talk.refused(text, what)
    expect_one_request(talk, first, what)
    expect_as_before(talk, before, f"{raised(problem)} came out")
    turn = talk.ask(text)
    expect_whole_turn(talk, turn, hints.CHANGED_BY_A_FAILURE)
    expect_only_the_question(turn, hints.KEPT_AGAIN)


def expect_nothing_unasked(talk: Talk, when: str, where: str) -> None:
    """The model was asked nothing that no user has asked."""
    Scene().expect(
        not talk.unasked,
        f"{when} the model was asked {len(talk.unasked)} times by your code. That is in {where}.",
        why="Each answer is billed, and stays on the server.",
        hint=hints.COST_UNASKED,
    )


def expect_one_request(talk: Talk, first: int, what: str) -> None:
    """Since the request with this number there was one."""
    sent = [exchange for exchange in talk.server.exchanges[first:] if is_question(exchange)]
    talk.scene.expect(
        len(sent) <= 1,
        f"{what}, and {len(sent)} requests were sent.",
        why="The server has the conversation: to send all of it does not help, and costs.",
        hint=hints.OTHER_ERRORS,
    )


def ignored(challenge: Work) -> list[Talk]:
    """Talks with servers that ignore the id: always, or from some turn on."""
    later = Talk(challenge, 51).several(1)
    later.server.ignores = True
    return [Talk(challenge, 50, KeepingServer(keeps="nothing")), later]


# All of it


@given(events=st.lists(st.sampled_from(EVENTS), max_size=6), last=st.lists(st.just(IGNORED), max_size=1), seed=SEEDS)
@settings(max_examples=16)
def test_whatever_happens(challenge, events, last, seed):
    """All of this holds whatever happens, in whichever order"""
    events = [*events, *last]
    with happened(events):
        talks = [Talk(challenge, seed).several(1)]
        for event in events:
            happen(event, talks)
            for talk in talks[-2:]:
                turn = talk.ask()
                expect_whole_turn(talk, turn, hints.STEP_BY_STEP)
                expect_cost(turn, hints.STEP_BY_STEP)
        for talk in talks:
            deleted(talk)
            expect_gone(talk, WHY_DELETED, hints.STEP_BY_STEP)
