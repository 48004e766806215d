"""What is expected of each request, whatever the cache makes of it: who is in it, how large it is, and how much is dropped."""

from __future__ import annotations

from ..engine.preconditions import beforehand
from . import hints
from .bills import Till
from .played import Step

TILL = Till()
INSTRUCTING = ("system", "developer")


def expect_system_message(step: Step) -> None:
    """It stands first, as it is, and there is no other one but notes."""
    system = step.history[0]
    instructions = [m for m in step.sent if m["role"] in INSTRUCTING and not step.is_note(m)]
    changed = instructions[:1] not in ([], [system])
    strange = not changed and any(message != system for message in instructions)
    said = "The system message is not at the beginning, or not only there."
    said = (
        "A system message is in the request that is neither the rules nor a note as you were given it."
        if strange
        else said
    )
    step.scene.expect(
        step.sent[:1] == [system] and instructions == [system],
        "The system message is not what it was." if changed else said,
        why="Without its rules the model is another one; and with other rules nothing behind them is read from the cache.",
        hint=hints.RULES_CHANGED if changed else hints.ANOTHER_NOTE if strange else hints.SYSTEM_FIRST,
    )


def expect_question(step: Step) -> None:
    """It is the last message of the request, but for notes."""
    question = step.history[-1]
    inside = question not in step.sent and any(str(question["content"]) in str(m.get("content")) for m in step.sent)
    where = "there only inside another text" if inside else "not there, or not the last message but for notes"
    step.scene.expect(
        step.said[-1:] == [question],
        f"The newest question, {str(question['content'])[:20]!r}, is {where}.",
        why="Without it the model answers a question that nobody asked, or an old one.",
        hint=hints.QUESTION_INSIDE if inside else hints.QUESTION_LAST,
    )


def expect_note(step: Step) -> None:
    """The note of now is there once."""
    times = step.sent.count(step.note)
    step.scene.expect(
        times == 1,
        f"The note of now is in the request {times} times." if times else "The note of now is not in the request.",
        why="The model has to know what time it is, and what is there twice is paid for twice.",
        hint=hints.AN_OLDER_NOTE if not times and any(map(step.is_note, step.sent)) else hints.NOTE_IS_THERE,
    )


def expect_never_over(step: Step) -> None:
    """All that is sent fits into the budget."""
    step.scene.expect(
        step.tokens <= step.max_tokens,
        f"The request has {step.tokens:,} tokens, but max_tokens is {step.max_tokens:,}.",
        why="Over the model's window a request is refused, and over the budget it costs what nobody wanted to pay.",
        hint=hints.NOT_ALL_COUNTED,
    )


def expect_whole_turns(step: Step) -> None:
    """A question comes with its reply, and a call with its results."""
    said = step.said
    called = {call["id"] for message in said for call in message.get("tool_calls") or ()}
    answered = {message.get("tool_call_id") for message in said if message["role"] == "tool"}
    role = said[0]["role"] if said else "user"
    step.scene.expect(
        role == "user" and called == answered,
        f"What is sent of the history begins with a message of the role {role!r}."
        if role != "user"
        else f"Called, but without a result: {sorted(called - answered)}. Not called: {sorted(answered - called)}.",
        why="The model reads an answer whose question is gone; a call without its result is refused with an error 400.",
        hint=hints.WHOLE_TURNS,
    )


def expect_taken(step: Step) -> None:
    """The server takes it."""
    refusal = TILL.take(step.sent).refusal
    step.scene.expect(
        not refusal,
        f"The server refuses the request: {refusal}",
        why="One refusal is the end of a conversation.",
        hint=hints.BETWEEN_CALL_AND_RESULT,
    )


def expect_newest_turns(step: Step) -> None:
    """What is sent is the end of the history."""
    step.scene.expect(
        step.said == step.history[max(1, step.first) :],
        "What was sent of the history is not its end: something is missing, or changed, or there twice, or in another order.",
        why="A later turn may rest on the one that is missing, and a message that was changed is another message.",
        hint=hints.LEFT_OUT,
    )


def expect_dropped_only_where_it_must(step: Step) -> None:
    """What the request before had, and what has come since, would have filled more than nine tenths of the budget."""
    _expect_an_end(step)
    dropped = step.first > (step.before.first if step.before else 1)
    step.scene.expect(
        not dropped or step.tokens_with_all * 10 > step.max_tokens * 9,
        f"Turns were dropped. {'Your last request, with what has come since,' if step.before else 'All of the history'} would "
        f"have {step.tokens_with_all:,} tokens, and max_tokens is {step.max_tokens:,}.",
        why="What could have been sent and was not is forgotten for nothing.",
        hint=hints.TOO_EARLY,
    )


def expect_a_cut_leaves_a_third(step: Step) -> None:
    """With the next older turn it would be over a third of the budget."""
    _expect_an_end(step)
    if step.first <= 1:
        return
    more = step.tokens_with_one_turn_more
    step.scene.expect(
        more * 3 > step.max_tokens,
        f"The request has {step.tokens:,} tokens, and would have {more:,} with the turn before. A third of "
        f"max_tokens is {step.max_tokens // 3:,}.",
        why="A cut has to be deep, but what was said just now is what the user speaks of.",
        hint=hints.TOO_DEEP,
    )


def expect_a_sound_request(step: Step) -> None:
    """All of that."""
    expect_system_message(step)
    expect_question(step)
    expect_note(step)
    expect_never_over(step)
    expect_whole_turns(step)
    expect_newest_turns(step)
    expect_dropped_only_where_it_must(step)
    expect_a_cut_leaves_a_third(step)


def _expect_an_end(step: Step) -> None:
    """Of what is no end of the history nobody can say how much of it was dropped."""
    with beforehand():
        expect_newest_turns(step)
