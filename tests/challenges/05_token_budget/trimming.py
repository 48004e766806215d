"""A learner's trim_to_budget, called and looked at: what comes back, and by what a wrong sum has come about."""

from __future__ import annotations

from chat_memory import budget as finished

from ..engine.criteria import Message, NotYet, Scene
from ..engine.finished_functions import Finished
from ..engine.learner_code import Work
from ..engine.preconditions import beforehand
from ..situations.histories import copied
from .budgets import Counting, as_text, fitting, in_other_words, needs

SENT_AS_IT_IS = "What you return is sent to the model as it is."
OF_THE_CALLER = "Each model has a count of its own: whoever calls your function knows which one is right."
MIXED_UP = (
    "Some of these messages have the same content, or none, and cost differently: they differ in role, or in calls. By what "
    "does your code remember what a message costs?",
    "Each message has to be asked about once only: a running sum needs no memory of costs.",
)
BUDGET = Finished(
    finished,
    (
        "chat_memory trims for you. With which turn does one begin to fill a budget, and when is it full?",
        "split_turns of chat_memory, a loop from the end and a running sum are all that you need.",
    ),
)


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
                or (
                    "They fit exactly. With what do you compare, and is something counted twice?"
                    if needed == max_tokens
                    else "When exactly is it impossible? Which messages must fit, and which may be dropped until the rest does?",
                    "Older turns that do not fit are no reason for an error.",
                ),
            )
            raise
        expect_messages(scene, sent, before)
    return scene, list(sent)


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
        hint="Does every way through your function end in a return?" if sent is None else "Make a list of it.",
    )
    scene.expect(
        not history or len(sent) <= 2 * len(history),
        f"{len(sent):,} messages came back of a history of {len(history):,}.",
        why="Each message is paid for.",
        hint="Which of your lines adds messages again that are there already?",
    )
    scene.show("You returned", copied(list(sent)) if history else list(sent))
    odd = next((message for message in sent if not isinstance(message, dict) or "role" not in message), None)
    scene.expect(
        odd is None,
        f"A list of messages was expected, but in it stands a {type(odd).__name__}.",
        why=SENT_AS_IT_IS,
        hint="Do you put a whole turn, which is a list, where its messages should be? What does + do, and what append?",
    )
    strange = [message for message in sent if history and message not in history]
    if strange:
        scene.show("Among them is", strange[:1])
    scene.expect(
        not strange,
        "What came back holds a message that is none of the history.",
        why="A message that loses its role, its id or its words is another message.",
        hint="Do you build messages anew, or keep some from another call? Take them as they are.",
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
        return MIXED_UP
    asked = set(map(as_text, counting.asked))
    never = [message for message in sent if as_text(message) not in asked]
    if not never or not asked:
        return None
    scene.show("message_tokens was never asked about", never[:1])
    return (
        "Is what this message costs in your sum, or is the cost of another one there in its place?",
        "Ask message_tokens about each message that you let in, once, and add what it says.",
    )
