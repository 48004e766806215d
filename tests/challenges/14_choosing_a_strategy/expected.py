"""What is expected of a memory: that it answers, within its budget, what was said, and at what cost."""

from __future__ import annotations

import re

from common import MODEL

from ..engine.criteria import Lines, Scene
from ..situations.expected_of_talks import only
from ..situations.told_facts import spoken
from . import hints
from .model import Cost
from .played import ASKED, MADE, OWN, RETURNED, SENT, WINDOW, Beside, Played, Step, beside
from .reading import bare, thing_of

LEAST = 3 / 4  # of each kind
RECALL, SHARE = 0.85, 0.37  # the point: of all facts, and of what it costs to send everything
WHY_KNOWN = "What no request holds, the model does not know. Whoever has said it once does not want to say it again."
WHY = {  # of some kinds
    "corrected": "Whoever has corrected something, and hears the old value again, trusts nothing of the rest.",
    "negated": "A no that is lost on the way comes back as a yes, and nobody can tell that from a fact.",
}


def shown(step: Step, *titles: str) -> Scene:
    """What a step shows under these titles, what was asked included."""
    return only(step.scene, MADE, f"{ASKED} (turn {step.number})", *titles)


def expect_answer(talk: Played, step: Step) -> None:
    """The request ends with what the user has said, and ask returns the reply to it."""
    ends = [[text for role, text in spoken(request) if role == "user"][-1:] for request in step.sent]
    ends = [text for texts in ends for text in texts]
    near = any(step.said[:30] in end for end in ends)
    shown(step, SENT, OWN, RETURNED).expect(
        any(step.asks),
        "No request ends with what the user has said, as it is."
        if near
        else "The model was never asked what the user has said.",
        why="The model answers the last message of a request. Everything else is what it may look up.",
        hint=hints.CHANGED if near else hints.NOT_ASKED,
    )
    replies = [reply for reply, asks in zip(talk.model.replies[step.first :], step.asks, strict=False) if asks]
    shown(step, SENT, RETURNED).expect(
        step.reply in replies,
        f"ask should return the text of the reply, {replies[-1]!r:.80}.",
        why="It is what the user sees.",
        hint=hints.MADE_UP if step.planted and step.reply is not None else hints.NOT_THE_REPLY,
    )


def expect_the_system_message(talk: Played, step: Step) -> None:
    """Each request that asks what the user asks holds the system message, in a role that has its power."""
    for request, asks in zip(step.sent, step.asks, strict=True):
        rules = [text for role, text in spoken(request) if role in ("system", "developer")]
        scene = shown(step)
        scene.show(SENT, request)
        scene.expect(
            not asks or any(talk.talk.system in text for text in rules),
            "A request asks what the user asks, and the system message is not in it.",
            why="The model knows of a request what stands in it: without the system message nobody has told it how to answer.",
            hint=hints.NO_SYSTEM_MESSAGE,
        )


def expect_model(talk: Played, step: Step) -> None:
    """Each request names MODEL."""
    for name in talk.model.models[step.first : step.first + len(step.sent)]:
        shown(step).expect(
            name == MODEL,
            f"A request was for the model {name!r}, and not for MODEL, which is {MODEL!r} here.",
            why="Which model answers is set in one place: another one may not be there, or cost more.",
            hint=hints.MODEL_BY_NAME,
        )


def expect_within_the_budget(talk: Played, step: Step) -> None:
    """No request is over the budget."""
    for request, asks, size in zip(step.sent, step.asks, step.sizes, strict=True):
        scene = shown(step)
        scene.show(SENT if asks else OWN, request)
        scene.expect(
            size <= talk.max_tokens,
            f"A request has {size:,} tokens by the server's count, and max_tokens is {talk.max_tokens:,}."
            + ("" if asks else " It is one of your own."),
            why="A server whose window is full refuses the request, and the conversation is over.",
            hint=hints.OVER if asks else hints.OWN_OVER,
        )


def expect_known(talks: list[Played], what: str, hint: tuple[str, ...], *kinds: str) -> None:
    """Most of these kinds is known."""
    asked = [(talk, step) for talk in talks for step in talk.asked(*kinds)]
    missed = [(talk, step) for talk, step in asked if not step.is_right]
    known = len(asked) - len(missed)
    if known >= LEAST * len(asked):
        return
    told = [(talk, step, hint_for(talk, step) or hint) for talk, step in missed]
    talk, step, found = next((each for each in told if each[2] not in (hint, hints.NOT_FOUND)), told[0])
    talk.scene_of(step).expect(
        False,
        f"Of {len(asked)} facts {what}, {known} {'is' if known == 1 else 'are'} known. This one is not: expected was "
        f"{step.planted.answers[0]!r}, and the reply is {step.reply!r:.100}.",
        why=WHY.get(step.planted.kind, WHY_KNOWN),
        hint=found,
    )


def hint_for(talk: Played, step: Step) -> tuple[str, ...]:
    """The hint that what was sent for a question tells; none where it tells nothing."""
    sent = "\n".join(text for request in step.sent for _, text in spoken(request))
    before = sent[: sent.rfind(step.said)]
    kind, answer, thing = step.planted.kind, step.planted.answers[0], bare(thing_of(step.said))
    is_there = re.search(rf"\b{re.escape(answer)}\b", before, re.I)
    if kind == "negated":
        return hints.DENIAL_LOST if re.search(rf"\b{re.escape(thing)}\b", before, re.I) else ()
    if any(wrong in before for wrong in step.planted.wrong):
        return hints.OLD_VALUE if is_there else hints.CORRECTION_LOST
    if is_there:
        return hints.VALUE_WITHOUT_THING
    if kind != "early":
        return ()
    if not all(talk.model.asks):
        return hints.ASK_TO_KEEP
    return hints.NOTHING_STANDS_FOR_IT if is_a_window(talk, step) else hints.NOT_FOUND


def is_a_window(talk: Played, step: Step) -> bool:
    """Whether what was sent for a message are the turns before it, and nothing else."""
    turns = [(("user", one.said), ("assistant", one.reply)) for one in talk.steps[: step.number - 1]]
    said = [message for turn in turns for message in turn]
    sent = [message for message in spoken(step.sent[-1]) if message[0] != "system"][:-1] if step.sent else []
    return sent == said[len(said) - len(sent) :]


def expect_nothing_made_up(talks: list[Played]) -> None:
    """A question to which there is no answer gets none."""
    for talk in talks:
        for step in talk.asked("never said"):
            talk.scene_of(step).expect(
                step.is_right,
                f"Nothing was ever said about this, and the reply is {step.reply!r:.100}.",
                why="An answer that is made up is worse than none: it is believed.",
                hint=hints.MADE_UP,
            )
            expect_answer(talk, step)


def expect_the_point(talks: list[Played]) -> None:
    """Enough is known, at a cost that is low enough."""
    yours, everything, window = sums(talks), *(besides(talks, turns) for turns in (None, 2 * WINDOW))
    own = sum(not asks for talk in talks for asks in talk.model.asks)
    requests = sum(len(talk.model.asks) for talk in talks)
    scene = Scene()
    scene.show(MADE, talks[0].made)
    rows = (("yours", yours), (f"a window of {2 * WINDOW} turns", window), ("everything", everything))
    lines = [
        f"{name}: {found.right} of {found.asked} known, {found.cost}, {found.cost.money / everything.cost.money:.1%}"
        for name, found in rows
    ]
    scene.show(
        f"In {len(talks)} talks, with {requests} requests of yours, {own} of them for yourself",
        Lines([*lines, f"the point: {RECALL:.0%} known, {SHARE:.0%} of what everything costs"]),
    )
    scene.expect(
        yours.right >= RECALL * yours.asked,
        f"{yours.right} of {yours.asked} facts are known: {yours.right / yours.asked:.0%}, and the point is at {RECALL:.0%}.",
        why=WHY_KNOWN,
        hint=hints.RECALL,
    )
    share = yours.cost.money / everything.cost.money
    own_share = cost_of_own(talks).money / yours.cost.money
    scene.expect(
        share <= SHARE,
        f"It costs {share:.1%} of what everything costs, and the point is at {SHARE:.0%}. {own_share:.0%} of that is for "
        "requests of your own.",
        why="A memory that costs as much as what it replaces is not worth its code.",
        hint=hints.COST_OF_OWN_REQUESTS if own_share > 1 / 3 else hints.COST_OF_WHAT_IS_SENT,
    )


def sums(talks: list[Played]) -> Beside:
    """Recall and cost of a learner's memory, over all talks."""
    asked = [step for talk in talks for step in talk.steps if step.planted and step.planted.kind != "never said"]
    cost = Cost(sum(talk.model.cost.prompt for talk in talks), sum(talk.model.cost.completion for talk in talks))
    return Beside(sum(step.is_right for step in asked), len(asked), cost)


def cost_of_own(talks: list[Played]) -> Cost:
    """What of that was for requests that do not ask what the user asks."""
    cost = Cost()
    for talk in talks:
        for asks, one in zip(talk.model.asks, talk.model.costs, strict=True):
            cost += Cost() if asks else one
    return cost


def besides(talks: list[Played], window: int | None) -> Beside:
    """The same of a window, or of everything."""
    found = [beside(talk.talk, window) for talk in talks]
    cost = sum((one.cost for one in found), Cost())
    return Beside(sum(one.right for one in found), sum(one.asked for one in found), cost)
