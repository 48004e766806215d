"""A message_tokens that is handed in and says something else than the usual one: each role has a cost."""

from __future__ import annotations

from ..engine.criteria import Message, NotYet, Scene
from ..engine.learner_code import Work
from ..situations.histories import copied
from . import hints
from .budgets import as_text, fitting, needs
from .trimming import OF_THE_CALLER, call, given_in

ROLES = ["system", *["user", "assistant"] * 3, "user"]
TEXTS = ["Say it after me.", "Oslo.", "Oslo.", "Rome.", "Oslo.", "Oslo.", "Rome.", "Rome."]
HISTORY = [{"role": role, "content": text} for role, text in zip(ROLES, TEXTS, strict=True)]
APART = [
    message | {"content": f"{i}. {message['content']}"} for i, message in enumerate(HISTORY)
]  # no two say the same


class CostsByRole:
    """What messages cost by their roles, handed in with each call, and the messages about which the last call has asked."""

    def __init__(self, challenge: Work, costs: dict[str, int]) -> None:
        self.challenge, self.costs = challenge, costs
        self.asked: list[Message] = []

    def __call__(self, message: Message) -> int:
        return self.costs[message["role"]]

    def right(self, messages: list[Message], max_tokens: int) -> bool:
        """Whether the right messages come back. Others are for another criterion, and an error because of them too."""
        self.asked.clear()

        def noting(message: Message) -> int:  # a new one in each call: nobody can know what it will say
            self.asked.append(message)
            return self(message)

        try:
            sent = call(self.challenge, copied(messages), max_tokens, noting)
        except NotYet as problem:
            if problem.__cause__ is None or not self.asked:
                problem.judged = False
                raise
            return False
        return isinstance(sent, (list, tuple)) and list(sent) == fitting(messages, max_tokens, self)


def expect_these_costs(challenge: Work, costs: dict[str, int]) -> bool:
    """What a message costs is what it costs here by its role, whatever it cost in an earlier call. Whether all was right."""
    by_role, all_met = CostsByRole(challenge, costs), True
    for max_tokens in needs(HISTORY, by_role):
        scene = Scene()
        given_in(scene, HISTORY, max_tokens)
        scene.show("message_tokens says here", ", ".join(f"{cost} for {role}" for role, cost in costs.items()))
        met = by_role.right(HISTORY, max_tokens)
        all_met = all_met and met
        expect_asked(scene, by_role)
        if not met:
            expect_not_mixed_up(scene, by_role, max_tokens)
        scene.expect(
            met or costs["assistant"],
            "What came back does not fit what message_tokens says, where a message costs 0 tokens.",
            why=OF_THE_CALLER,
            hint=hints.COST_OF_ZERO,
        )
    return all_met


def expect_asked(scene: Scene, by_role: CostsByRole) -> None:
    """Expect that the function was asked, in this call."""
    before = getattr(by_role.challenge, "has_asked", False)
    by_role.challenge.has_asked = before or bool(by_role.asked)
    scene.expect(
        by_role.asked,
        "Nobody asked the message_tokens that was handed in.",
        why=OF_THE_CALLER,
        hint=hints.NOT_ASKED_AGAIN if before else hints.NOT_ASKED,
    )


def expect_not_mixed_up(scene: Scene, by_role: CostsByRole, max_tokens: int) -> None:
    """Where what came back is wrong: expect that it is so too where no two messages have the same content."""
    count = {as_text(message) for message in by_role.asked}
    mixed_up = not count.issuperset(map(as_text, fitting(HISTORY, max_tokens, by_role)))
    scene.expect(
        not (mixed_up and by_role.right(APART, max_tokens)),
        f"It was asked about {len(count)} messages that are different, and what came back does not fit what it says.",
        why=OF_THE_CALLER,
        hint=hints.MIXED_UP,
    )
