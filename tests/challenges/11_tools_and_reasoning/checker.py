"""Checks work/11_tools_and_reasoning.py: what is sent of a history with tools, and the loop that calls them."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from chat_memory import count_tokens, message_tokens
from common import MODEL
from mock_model import MockServer
from mock_model.api.completion import Reply

from ..engine.criteria import Message, NotYet, Scene, Texts
from ..engine.preconditions import beforehand
from ..situations.histories import TOWNS, copied, unusual_histories
from ..situations.told_facts import expect_model_by_its_name
from . import hints
from .scripted_model import (
    FAILING,
    NO_JSON,
    NO_OBJECT,
    NOT_FITTING,
    RIGHT,
    TOOLS,
    UNKNOWN,
    CtrlC,
    Interrupted,
    Run,
    Script,
    many,
    right,
    said_of,
    scripts,
)
from .tool_histories import (
    SHORT,
    THOUGHT,
    Parts,
    has_a_plain_turn,
    histories,
    is_called,
    just_too_small,
    with_a_large_turn,
    without_room,
    without_thought,
)
from .trimming import (
    call,
    expect_a_telling_error,
    expect_whole,
    given_in,
    reasoning_of,
    result_in,
    results_of,
    sent_whole,
    trimmed,
)

MANY = settings(max_examples=18)
FEW = settings(max_examples=12)
FAILURES = (429, "timeout", 500, "connection", "drop")
REFUSED = "A request that the server refuses is the end of a conversation: the next one holds the same messages."


def server_that_nods() -> MockServer:
    """A server that checks a request, and answers with one word."""
    return MockServer(reply_to=lambda body, fits: Reply("Yes."))


# trim_tools


@given(history=histories())
@FEW
def test_the_question_is_never_lost(challenge, history):
    """trim_tools: the system message is first, and the newest question is there"""
    parts = Parts(history)
    for max_tokens in parts.budgets():
        scene, sent = trimmed(challenge, history, max_tokens)
        users = [message for message in sent if message["role"] == "user"]
        scene.expect(
            sent and sent[0] == parts.system,
            "The system message is not the first one.",
            why="Without its rules the model is another one.",
            hint=hints.KEPT_APART,
        )
        scene.expect(
            users and users[-1] == parts.question,
            f"The newest question, {parts.question['content'][:30]!r}, is not there, or not as the newest.",
            why="Results without the question that they are for are answered with nothing that anybody asked.",
            hint=hints.NEVER_LOST,
        )


@given(history=histories(newest=st.integers(1, 3)))
@FEW
def test_no_call_and_no_result_is_alone(challenge, history):
    """trim_tools: no call without its results, no result without its call, at any budget"""
    for max_tokens in Parts(history).edges():
        scene, sent = trimmed(challenge, history, max_tokens)
        with scene.sent_by_us(why=REFUSED, hint=hints.ORPHANS):
            server_that_nods().client().chat.completions.create(model=MODEL, messages=sent)


@given(history=histories(older=st.integers(2, 4)).map(with_a_large_turn))
@FEW
def test_turns_and_steps_stay_whole(challenge, history):
    """trim_tools: older turns are there whole or not at all, and nothing is left out in the middle"""
    parts = Parts(history)
    for max_tokens in parts.budgets():
        scene, sent = trimmed(challenge, history, max_tokens)
        expect_whole(scene, parts, sent)


@given(history=histories())
@FEW
def test_never_over_the_budget(challenge, history):
    """trim_tools: a request never has more than max_tokens"""
    for max_tokens in Parts(history).budgets():
        scene, sent = trimmed(challenge, history, max_tokens)
        scene.expect(
            count_tokens(sent) <= max_tokens,
            f"What came back has {count_tokens(sent)} tokens, with the 3 that prime the reply, and max_tokens is {max_tokens}.",
            why="Over the model's window the whole request is refused.",
            hint=hints.OVER,
        )


@given(history=histories(older=st.integers(1, 4), thinks=True).filter(has_a_plain_turn))
@FEW
def test_the_reasoning_of_plain_turns_is_gone(challenge, history):
    """trim_tools: the reasoning of turns that called no tool is gone"""
    parts = Parts(history)
    plain = [message for turn in parts.older if not is_called(turn) for message in turn]
    for max_tokens in (count_tokens(history), *parts.edges()):
        scene, sent = trimmed(challenge, history, max_tokens)
        kept = [message for message in sent if message.get(THOUGHT) and without_thought(message) in plain]
        scene.show("Its turn called no tool", kept[:1])
        scene.expect(
            not kept,
            "A message of a turn without calls has its reasoning_content still.",
            why="No server reads it there. It takes room that other turns could have.",
            hint=hints.DEAD_WEIGHT,
        )


@given(history=histories(older=st.integers(1, 4), thinks=True))
@FEW
def test_the_reasoning_of_turns_with_tools_stays(challenge, history):
    """trim_tools: in turns that called tools, each message that stays keeps its reasoning"""
    parts = Parts(history)
    before = reasoning_of([message for turn in [*parts.older, *parts.steps] if is_called(turn) for message in turn])
    for max_tokens in parts.budgets():
        scene, sent = trimmed(challenge, history, max_tokens)
        lost = [key for key, thought in reasoning_of(sent).items() if key in before and thought != before[key]]
        if lost:
            scene.show("Without its reasoning, or with another", [json.loads(lost[0])])
            with scene.sent_by_us(why=REFUSED, hint=hints.REASONING_LOST):
                server_that_nods().client().chat.completions.create(model="offline-thinker", messages=sent)
        scene.expect(
            not lost,
            "A message of a turn that called tools has lost its reasoning_content, or it is another one.",
            why="DeepSeek and Kimi refuse a history in which it is missing; others answer worse without a word.",
            hint=hints.REASONING_LOST,
        )


@given(history=histories(), more=st.sampled_from((0, 1, 500)))
@FEW
def test_what_fits_is_sent_as_it_is(challenge, history, more):
    """trim_tools: what fits is sent as it is"""
    expect_as_it_is(challenge, history, more, hints.AS_IT_IS)


def test_messages_stay_as_they_are(challenge):
    """trim_tools: … whatever is in it"""
    for kind, talk in unusual_histories().items():
        expect_as_it_is(challenge, [*talk, {"role": "user", "content": "And now?"}], 0, hints.UNUSUAL[kind])


def expect_as_it_is(challenge, history: list[Message], more: int, hint) -> None:
    """With room for all of it, and so many tokens more, all of it comes back."""
    expected = Parts(history).whole
    scene, sent = trimmed(challenge, history, count_tokens(expected) + more)
    scene.show("Expected", expected)
    scene.expect(
        sent == expected,
        f"All of it fits, with {count_tokens(expected)} tokens, and something else came back.",
        why="What could have been sent and was not is forgotten for nothing.",
        hint=hint,
    )


@given(case=just_too_small(histories()))
@MANY
def test_results_are_shortened_before_anything_is_dropped(challenge, case):
    """trim_tools: older results are shortened before anything is dropped"""
    history, max_tokens = case
    parts = Parts(history)
    scene, _, older, steps = sent_whole(challenge, history, max_tokens)
    scene.expect(
        (older, steps) == (len(parts.older), len(parts.steps)),
        f"With every result before the newest step down to {SHORT} tokens, all turns and steps would fit. But "
        f"{many(len(parts.older) - older, 'turn')} and {many(len(parts.steps) - steps, 'step')} went.",
        why="A shortened result still says what was looked up, and what came of it. A turn that is gone says nothing.",
        hint=hints.SHORTEN_FIRST,
    )


@given(history=histories(older=st.integers(1, 4)))
@FEW
def test_old_turns_go_one_by_one(challenge, history):
    """trim_tools: of the old turns, as many stay as fit with short results"""
    parts = Parts(history)
    for max_tokens in parts.edges():
        must = parts.must_stay(max_tokens)
        scene, _, older, _ = sent_whole(challenge, history, max_tokens)
        scene.expect(
            older >= must.older,
            f"With every result before the newest step down to {SHORT} tokens, {many(must.older, 'older turn')} would fit. "
            f"Sent: {older}.",
            why="What could have been sent and was not is forgotten for nothing.",
            hint=hints.AS_MANY_TURNS_AS_FIT,
        )


@given(case=just_too_small(histories(older=st.integers(1, 3))) | without_room(histories(newest=st.integers(1, 3))))
@MANY
def test_a_shortened_result_says_so(challenge, case):
    """trim_tools: a shortened result says that something is missing; short ones stay whole"""
    history, max_tokens = case
    parts = Parts(history)
    newest = results_of(parts.steps[-1]) if parts.steps else []
    scene, sent, _, _ = sent_whole(challenge, history, max_tokens)
    for result in results_of(sent):
        before = result_in(history, result["tool_call_id"])
        if result == before:
            continue
        one = Scene([*scene.shown])
        one.show("One of the results ended", Texts([str(before["content"])[-60:]]))
        one.show("It came back, ending", Texts([str(result.get("content"))[-60:]]))
        one.expect(
            isinstance(result.get("content"), str) and result["content"].strip(),
            "A shortened result has no text.",
            why="To the model it looks as if the function had found nothing.",
            hint=hints.SOMETHING_LEFT,
        )
        one.expect(
            message_tokens(result) <= message_tokens(before),
            f"It has become larger: {message_tokens(result)} tokens, where it had {message_tokens(before)}.",
            why="What is said of the missing part takes tokens too.",
            hint=hints.SMALLER,
        )
        one.expect(
            message_tokens(before) > SHORT or before in newest,
            f"It had {message_tokens(before)} tokens, and results up to {SHORT} stay as they are.",
            why="There is little to gain, and a short result is often what matters: a number, a confirmation.",
            hint=hints.SHORT_ONES_STAY,
        )
        one.expect(
            not looks_whole(result["content"], before["content"]),
            "Nothing in it says that something is missing.",
            why="The model takes it for all there is, and answers that there is no more.",
            hint=hints.SAY_SO,
        )


def looks_whole(text: str, before: str) -> bool:
    """Whether a text is nothing but words of another, in their order: nothing is there that was not there before."""
    rest = iter(before.split())
    return text.strip() in before or all(word in rest for word in text.split())


@given(history=histories(newest=st.integers(1, 3)))
@FEW
def test_the_newest_results_are_shortened_last(challenge, history):
    """trim_tools: the results of the newest step are whole as long as something older can go"""
    parts = Parts(history)
    for max_tokens in parts.edges():
        scene, sent, _, _ = sent_whole(challenge, history, max_tokens)
        changed = [message for message in results_of(parts.steps[-1]) if message not in sent]
        scene.expect(
            not (parts.must_stay(max_tokens).newest_whole and changed),
            "Results of the newest step are not there as they were, although they fit: what is older can be short, or go.",
            why="The model has not read them yet, and is about to answer from them.",
            hint=hints.NEWEST_LAST,
        )


@given(case=without_room(histories(newest=st.integers(1, 3))))
@MANY
def test_steps_go_last_of_all(challenge, case):
    """trim_tools: steps of the newest turn go only when all results are short, the oldest first"""
    history, max_tokens = case
    must = Parts(history).must_stay(max_tokens)
    scene, _, _, steps = sent_whole(challenge, history, max_tokens)
    scene.expect(
        steps >= must.steps,
        f"Of the newest turn {many(must.steps, 'step')} fit with all results down to {SHORT} tokens. Sent: {steps}.",
        why="A step that is gone is made again: the model does not know that it has called the function already.",
        hint=hints.STEPS_GO_LAST,
    )


@given(case=without_room(histories(newest=st.integers(1, 2))))
@FEW
def test_the_room_for_the_newest_results_is_used(challenge, case):
    """trim_tools: of the newest results stays what there is room for, at least half of it"""
    history, max_tokens = case
    parts = Parts(history)
    whole = parts.steps[-1]
    scene, sent, _, steps = sent_whole(challenge, history, max_tokens)
    assume(steps)
    came = [result_in(sent, message["tool_call_id"]) for message in results_of(whole)]
    used = sum(map(message_tokens, came))
    room = max_tokens - count_tokens(sent) + used
    wanted = min(room, sum(map(message_tokens, results_of(whole)))) // 2
    scene.expect(
        used >= wanted,
        f"For the newest results there is room for {room} tokens, and they have {used}.",
        why="They are what the model answers from. What was left out for nothing it cannot know.",
        hint=hints.HALF_OF_THE_ROOM,
    )


@given(history=histories(older=st.integers(1, 3)))
@FEW
def test_the_history_is_not_changed(challenge, history):
    """trim_tools: your caller's list and its messages stay as they were"""
    for max_tokens in Parts(history).edges():
        handed, scene = copied(history), Scene()
        given_in(scene, history, max_tokens)
        with beforehand():
            call(challenge, handed, max_tokens)
        scene.show("Your caller's list is now", handed)
        changed = next(([old] for old, new in zip(history, handed, strict=False) if old != new), [])
        if changed:
            scene.show("It was", changed)
        scene.expect(
            handed == history,
            "The list that was handed in has changed, or a message in it.",
            why="A request is trimmed for this time. The history is what is remembered, and a later budget may be larger.",
            hint=hints.CHANGED_IN_PLACE,
        )


@given(history=histories(), short=st.sampled_from((1, 2, 6)))
@FEW
def test_an_error_says_when_it_is_impossible(challenge, history, short):
    """trim_tools: where system message and question cannot fit, there is a ValueError"""
    needed = Parts(history).bare
    max_tokens = needed - short
    scene = Scene()
    given_in(scene, history, max_tokens)
    try:
        sent = call(challenge, copied(history), max_tokens)
    except NotYet as problem:
        if problem.__cause__ is None:
            raise
        expect_a_telling_error(scene, problem, needed, max_tokens)
        return
    scene.show("You returned", copied(sent))
    scene.expect(
        False,
        f"System message and question need {needed} tokens, more than {max_tokens}, so a ValueError was expected.",
        why="The server refuses what is too large; and without its question a request asks nothing.",
        hint=hints.LOOK_WHETHER_IT_FITS,
    )


# run_loop


@given(script=scripts(RIGHT, most=2))
@FEW
def test_each_request_holds_all_so_far(challenge, script):
    """run_loop: each request is for MODEL, with all messages so far and with the tools"""
    run = finished(challenge, script)
    run.expect_dicts()
    for number in range(len(run.server.bodies)):
        expect_request(run, number)


def expect_request(run: Run, number: int) -> None:
    """The request with this number, from 0, is for MODEL, with the tools, and with all messages so far."""
    body, scene = run.server.bodies[number], Scene([*run.scene.shown])
    name, sent = f"Request {number + 1}", body["messages"]
    scene.show(f"{name} held", sent)
    scene.expect(
        body.get("model") == MODEL,
        f"{name} is for the model {body.get('model')!r}, and not for MODEL, which is {MODEL!r} here.",
        why="Which model answers is set in one place.",
        hint=hints.NAME_OF_THE_MODEL,
    )
    scene.expect(
        body.get("tools") == TOOLS,
        f"{name} has {'no tools' if not body.get('tools') else 'other tools'}.",
        why="What a model may call it knows from the request alone. It forgets the tools as it forgets everything.",
        hint=hints.TOOLS_EACH_TIME,
    )
    count = len(run.before) + sum(1 + len(calls) for calls in run.script[:number])
    scene.expect(
        len(sent) == count,
        f"{name} should hold what was there before and {many(number, 'step')}, {many(count, 'message')}. "
        f"It holds {len(sent)}.",
        why="The model answers from the messages in the request: what it has called and got has to be there.",
        hint=hints.ALL_SO_FAR,
    )
    other = next((i for i, (one, kept) in enumerate(zip(sent, run.messages, strict=False)) if one != kept), None)
    if other is not None:
        lost = sorted(run.messages[other].keys() - sent[other].keys())
        scene.show("In `messages` stands", [run.messages[other]])
        scene.expect(
            False,
            f"Message {other + 1} of request {number + 1} is another one than in `messages`"
            f"{': without ' + ', '.join(lost) if lost else ''}.",
            why="The model answers from the messages in the request: what it has called and got has to be there.",
            hint=hints.ALL_SO_FAR,
        )


@given(script=scripts(RIGHT, least=0), town=st.sampled_from(TOWNS))
@FEW
def test_the_loop_runs_to_the_answer(challenge, script, town):
    """run_loop: it asks and calls until there is an answer, which is returned; all stands in `messages`"""
    run = finished(challenge, script, town=town)
    run.expect_what_the_model_said()
    run.expect_all_answered()
    run.expect_the_answer()
    expect_results(run)
    expect_each_called_once(run)
    if not script:
        arguments = (copied(run.before), copied(TOOLS), run.functions, 3)
        with beforehand():
            expect_model_by_its_name(challenge, "run_loop", *arguments)


@given(script=scripts(RIGHT, most=2, parallel=3).filter(lambda script: max(map(len, script)) > 1))
@FEW
def test_parallel_calls_are_all_answered(challenge, script):
    """run_loop: calls that come together are all answered, each with its id, in order"""
    run = finished(challenge, script)
    run.expect_what_the_model_said()
    run.expect_all_answered()
    expect_results(run)
    expect_each_called_once(run)


@given(script=scripts(RIGHT | FAILING, most=2, parallel=3).filter(lambda script: "taxi" in str(script)))
@FEW
def test_a_failing_function_is_answered(challenge, script):
    """run_loop: what a function raises is its result, in words, and the loop goes on"""
    run = finished(challenge, script)
    run.expect_what_the_model_said()
    run.expect_all_answered()
    expect_results(run)
    run.expect_the_answer()


@given(script=scripts(RIGHT | UNKNOWN | NO_JSON | NO_OBJECT | NOT_FITTING, most=3, parallel=2))
@MANY
def test_what_cannot_be_called_is_answered(challenge, script):
    """run_loop: unknown functions and wrong arguments are answered in words, and the loop goes on"""
    run = finished(challenge, script)
    run.expect_what_the_model_said()
    run.expect_all_answered()
    expect_results(run)
    expect_each_called_once(run)
    run.expect_the_answer()


@given(script=scripts(RIGHT, least=1, most=3, parallel=2), has_called=st.booleans())
@FEW
def test_the_reasoning_of_the_turn_is_kept(challenge, script, has_called):
    """run_loop: in a turn with calls, the model's reasoning is kept"""
    run = finished(challenge, script, has_called=has_called)
    run.expect_what_the_model_said()
    expect_reasoning(run)


def expect_reasoning(run: Run) -> None:
    """Each message of the model has kept what it thought."""
    kept = [message.get(THOUGHT) for message in run.messages[len(run.before) :] if message["role"] == "assistant"]
    said = [message.get(THOUGHT) for message in run.server.said]
    missing = sum(thought != meant for thought, meant in zip(kept, said, strict=True))
    run.expect(
        not missing,
        f"Of {many(len(said), 'message')} of the model, {missing} without the reasoning_content that came with it.",
        why="DeepSeek and Kimi refuse the next request where it is missing, and every later one.",
        hint=hints.REASONING_KEPT,
    )


@given(script=scripts(RIGHT, least=2, most=4), more=st.sampled_from((-2, -1, 0, 1)), has_called=st.booleans())
@FEW
def test_the_loop_has_an_end(challenge, script, more, has_called):
    """run_loop: after max_steps steps the model is asked once more, so that it answers"""
    max_steps = max(1, len(script) + more)
    run = finished(challenge, script, max_steps, has_called=has_called)
    steps = min(len(script), max_steps)
    calls = sum(bool(message.get("tool_calls")) for message in run.server.said)
    run.scene.show("max_steps", str(max_steps))
    run.expect(
        calls == steps,
        f"With max_steps={max_steps} the model was to make {many(steps, 'step')} with calls, and it made {calls}.",
        why="Without a limit a model that goes round in a circle spends your money until somebody looks; and a limit "
        "that is too early loses the answer.",
        hint=hints.LIMIT,
    )
    run.expect_what_the_model_said()
    run.expect_all_answered()
    run.expect_the_answer()
    expect_reasoning(run)
    for number, body in enumerate(run.server.bodies):
        expect_request(run, number)
        last = number == max_steps
        run.expect(
            (body.get("tool_choice") == "none") == last,
            f"Request {number + 1} has tool_choice={body.get('tool_choice')!r}, with max_steps={max_steps}.",
            why="Before the limit the model may call; behind it, it is to answer from what is there.",
            hint=hints.LIMIT,
        )


@given(script=scripts(RIGHT, most=3, parallel=2), data=st.data())
@MANY
def test_nothing_is_lost_when_a_request_fails(challenge, script, data):
    """run_loop: when a request fails, `messages` holds the complete steps, and the loop can go on from there"""
    run = Run(challenge, script, has_called=data.draw(st.booleans(), "whether tools were called before"))
    number = data.draw(st.integers(0, len(script)), "the request that fails")
    kind = data.draw(st.sampled_from(FAILURES), "how it fails")
    run.server.failing[number] = kind
    run.scene.show(f"Request {number + 1} fails", str(kind))
    with beforehand():
        error = run.go()
    if error is None:  # then it has tried again by itself, and has an answer
        run.expect(
            len(run.server.said) > number,
            f"Request {number + 1} failed, and run_loop let nobody know.",
            why="Your caller has to know that there is no answer: it may wait and try again.",
            hint=hints.ERROR_GOES_ON,
        )
        expect_the_end(run)
        return
    expect_complete_steps(run, number)
    run.server.failing.clear()
    run.scene.show("Then run_loop is called again, with the same list", copied(run.messages))
    run.go()
    expect_the_end(run)


@given(script=scripts(RIGHT, most=2, parallel=3), data=st.data())
@FEW
def test_nothing_is_half_kept_when_a_function_is_interrupted(challenge, script, data):
    """run_loop: when a function is interrupted, `messages` holds the complete steps, and nothing half"""
    run = Run(challenge, script)
    run.interrupt_at = data.draw(st.integers(0, sum(map(len, script)) - 1), "the call that is interrupted")
    run.interrupt_with = data.draw(st.sampled_from((CtrlC, Interrupted)), "how")
    run.scene.show(f"In call {run.interrupt_at + 1} of a function", "it is interrupted, as by Ctrl-C")
    step, calls = 0, run.interrupt_at
    while calls >= len(script[step]):
        calls -= len(script[step])
        step += 1
    with beforehand():
        error = run.go()
    run.expect(
        isinstance(error, Interrupted),
        "A function was interrupted (with a BaseException, as Ctrl-C is one), and run_loop went on.",
        why="Who presses Ctrl-C wants it to end.",
        hint=hints.INTERRUPTED,
    )
    expect_complete_steps(run, step)


def test_messages_of_others(challenge):
    """run_loop: what was in the list before is sent and stays, whatever it is"""
    for talk in unusual_histories().values():
        run = Run(challenge, [[right("Lima")]])
        run.before = [*talk, {"role": "user", "content": "Tell me about Lima"}]
        run.messages: list[Message] = copied(run.before)
        run.go()
        run.expect_what_the_model_said()
        run.expect_the_answer()


def finished(challenge, script: Script, max_steps: int = 10, **more: Any) -> Run:
    """A loop that has come to its end."""
    run = Run(challenge, script, max_steps, **more)
    run.go()
    run.expect(
        run.server.requests,
        "run_loop sent nothing with the client that it was given.",
        why="Without a request there is no answer.",
        hint=hints.NO_REQUEST,
    )
    return run


def expect_results(run: Run) -> None:
    """Each result says what its function has said, or the words of its error; what could not be called, some words."""
    for made, result in run.results():
        expected = said_of(made.name, made.arguments)
        text = (result or {}).get("content")
        if expected is None or not isinstance(text, str):
            continue
        run.scene.show("The function said", expected)
        run.expect(
            text == expected if made.name != "taxi" else expected in text,
            f"The result of the call {made} is {text!r:.80}.",
            why="The model answers from what stands there, and from an error's words it can do better."
            if made.name == "taxi"
            else "The model answers from what stands there.",
            hint=hints.WORDS_OF_THE_ERROR if made.name == "taxi" else hints.RESULT_OF_ITS_CALL,
        )


def expect_each_called_once(run: Run) -> None:
    """The functions were called as the model wanted it, each once for each call."""
    wanted = [one for calls in run.script for one in calls if said_of(*one)]
    run.scene.show("Your loop has called", ", ".join(map(str, run.called)) or "nothing")
    missing, others = Counter(wanted) - Counter(run.called), Counter(run.called) - Counter(wanted)
    refused = run.server.bodies[0].get("tool_choice") == "none"
    run.expect(
        not (missing or others),
        f"{many(len(wanted), 'call')} could be made."
        + (f" Not made: {', '.join(map(str, missing.elements()))}." if missing else "")
        + (f" Too many, or others: {', '.join(map(str, others.elements()))}." if others else "")
        + (" Request 1 said already that the model may not call." if refused else ""),
        why="A function may book a table: twice is one too many.",
        hint=hints.CALLED_ONCE,
    )


def expect_complete_steps(run: Run, steps: int) -> None:
    """The list holds what was there before, and so many complete steps."""
    new = run.messages[len(run.before) :]
    kept = sum(message.get("role") == "tool" for message in new if isinstance(message, dict))
    run.expect(
        kept >= sum(map(len, run.script[:steps])),
        f"{many(steps, 'step')} complete, with {many(sum(map(len, run.script[:steps])), 'result')}. "
        f"In the list: {many(kept, 'result')}.",
        why="What was called has been done, and paid for. A list without it lets it be done again.",
        hint=hints.STEP_BY_STEP,
    )
    run.expect_what_the_model_said(steps)
    run.expect_all_answered()


def expect_the_end(run: Run) -> None:
    """All steps and the answer are there, with their reasoning, and nothing was called twice."""
    run.expect_what_the_model_said()
    expect_reasoning(run)
    run.expect_all_answered()
    run.expect_the_answer()
    expect_each_called_once(run)
