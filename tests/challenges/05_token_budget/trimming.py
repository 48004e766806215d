"""A learner's trim_to_budget, called and looked at: what comes back, and by what a wrong sum has come about."""

from __future__ import annotations

from chat_memory import budget as finished

from ..engine.criteria import Message, NotYet, Scene
from ..engine.finished_functions import Finished
from ..engine.learner_code import Work
from ..engine.preconditions import beforehand
from ..situations.histories import copied
from . import hints
from .budgets import PRIMING, Counting, as_text, cost, fitting, in_other_words, needs

SENT_AS_IT_IS = "What you return is sent to the model as it is."
OF_THE_CALLER = "Each model has a count of its own: whoever calls your function knows which one is right."
BUDGET = Finished(finished, hints.FINISHED)


def call(challenge: Work, history: list[Message], max_tokens: int, tokens: object, reply_tokens: int = 0) -> object:
    """Call the learner's function; where no room is wanted for the reply, nothing is said of it."""
    room = {"reply_tokens": reply_tokens} if reply_tokens else {}
    return BUDGET.call(challenge, "trim_to_budget", history, max_tokens, tokens, **room)


def given_in(scene: Scene, history: list[Message], max_tokens: int, reply_tokens: int = 0) -> None:
    room = f" and reply_tokens={reply_tokens}" if reply_tokens else ""
    scene.show(f"You were given, with max_tokens={max_tokens}{room}", copied(history))


def trimmed(
    challenge: Work, history: list[Message], max_tokens: int, counting: Counting | None = None, reply_tokens: int = 0
) -> tuple[Scene, list[Message]]:
    """Call the learner's function where the newest question fits, and note what came."""
    scene, needed, before = Scene(), needs(history)[0] + reply_tokens, copied(history)
    given_in(scene, history, max_tokens, reply_tokens)
    with beforehand():
        try:
            counting = counting or Counting()
            sent = call(challenge, history, max_tokens, counting, reply_tokens)
        except NotYet as problem:
            raised, must = isinstance(problem.__cause__, ValueError), [before[0], before[-1]]
            scene.expect(
                not raised,
                f"It raised {problem.why.rstrip('.')}. But {what_is_needed(reply_tokens)} are {needed} tokens, so with "
                f"{max_tokens} there is something to send.",
                why="An error where a shorter request would do stops a conversation that could go on.",
                hint=(raised and wrong_sum(challenge, scene, before, max_tokens, counting, must, reply_tokens))
                or (hints.NO_REASON_EXACTLY if needed == max_tokens else hints.NO_REASON),
            )
            raise
        expect_messages(scene, sent, before)
    return scene, list(sent)


def show_expected(scene: Scene, expected: list[Message]) -> None:
    scene.show(f"Expected, {cost(expected) + PRIMING} tokens with the 3 that prime the reply", expected)


def what_is_needed(reply_tokens: int) -> str:
    rest = (
        f", the 3 that prime the reply and the {reply_tokens} for it"
        if reply_tokens
        else " and the 3 that prime the reply"
    )
    return f"the system message, the newest question{rest}"


def expect_messages(scene: Scene, sent: object, history: list[Message]) -> None:
    """A list of messages has come back, of this history. (In an empty one it is not looked for them: that takes long.)"""
    scene.expect(
        isinstance(sent, (list, tuple)),
        f"A list of messages was expected, but {type(sent).__name__} came back.",
        why=SENT_AS_IT_IS,
        hint=hints.NO_RETURN if sent is None else hints.MAKE_A_LIST,
    )
    scene.expect(
        not history or len(sent) <= 2 * len(history),
        f"{len(sent):,} messages came back of a history of {len(history):,}.",
        why="Each message is paid for.",
        hint=hints.ADDED_AGAIN,
    )
    scene.show("You returned", copied(list(sent)) if history else list(sent))
    odd = next((message for message in sent if not isinstance(message, dict) or "role" not in message), None)
    scene.expect(
        odd is None,
        f"A list of messages was expected, but in it stands a {type(odd).__name__}.",
        why=SENT_AS_IT_IS,
        hint=hints.A_TURN_AS_A_LIST,
    )
    strange = [message for message in sent if history and message not in history]
    if strange:
        scene.show("Among them is", strange[:1])
    scene.expect(
        not strange,
        "What came back holds a message that is none of the history.",
        why="A message that loses its role, its id or its words is another message.",
        hint=hints.BUILT_ANEW,
    )


def costs_are_mixed_up(challenge: Work, history: list[Message], max_tokens: int, reply_tokens: int = 0) -> bool:
    """Whether it is right as soon as no two messages have the same content: under that costs are remembered."""
    if len({str(message["content"]) for message in history}) == len(history):
        return False
    other, costs = in_other_words(history)
    count = len(fitting(history, max_tokens - reply_tokens)) - 1
    try:
        sent = call(challenge, other, max_tokens, lambda message: costs[as_text(message)], reply_tokens)
    except NotYet:
        return False
    return isinstance(sent, (list, tuple)) and list(sent) == [other[0], *other[-count:]]


def wrong_sum(
    challenge: Work,
    scene: Scene,
    history: list[Message],
    max_tokens: int,
    counting: Counting,
    sent: list[Message],
    reply_tokens: int = 0,
) -> tuple[str, ...] | None:
    """The hint where the sum is wrong because the cost of another message was taken, or none."""
    if costs_are_mixed_up(challenge, history, max_tokens, reply_tokens):
        return hints.MIXED_UP
    asked = set(map(as_text, counting.asked))
    never = [message for message in sent if as_text(message) not in asked]
    if not never or not asked:
        return None
    scene.show("message_tokens was never asked about", never[:1])
    return hints.NEVER_ASKED_ABOUT


def expect_no_change(challenge: Work, history: list[Message], max_tokens: int, reply_tokens: int) -> None:
    """The list that is handed in is the same afterwards."""
    before, scene = copied(history), Scene()
    given_in(scene, before, max_tokens, reply_tokens)
    try:
        call(challenge, history, max_tokens, Counting(), reply_tokens)
    except NotYet as problem:
        if problem.__cause__ is None or max_tokens >= needs(before)[0] + reply_tokens:
            raise  # where it is impossible, another criterion looks at the error
    scene.show("Your caller's list is now", history)
    scene.expect(
        history == before,
        "The list that was handed in has changed.",
        why="A request is trimmed for this time. The history is what is remembered, and a later budget may be larger.",
        hint=hints.CHANGED_IN_PLACE,
    )


def expect_right_without_room(challenge: Work, history: list[Message], limit: int, expected: list[Message]) -> None:
    """Where no room is wanted for the reply, expect it to be right: there are other criteria for that."""
    with beforehand():
        plain_scene, plain = trimmed(challenge, list(history), limit)
        plain_scene.expect(
            plain == expected,
            "Without any room for the reply, too, what came back are not as many of the newest turns as fit.",
            why="What is wrong there has to be right before the room for the reply can be looked at.",
            hint=hints.LOOK_ABOVE,
        )
