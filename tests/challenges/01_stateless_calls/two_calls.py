"""The two calls that a learner's function makes: one tells a fact, one asks for it."""

from ..engine.criteria import Scene
from ..engine.learner_code import Work
from ..situations.told_facts import Fact, TalkingServer, call_with_client, spoken
from . import hints

ANOTHER_USER = "Two people may use your function: the second would hear what the first has said."
USUAL = Fact("My dog is called Biscuit.", "What is my dog called?", "Biscuit")
WITHOUT, WITH = "ask_without_history", "ask_with_history"


def second_call(
    challenge: Work, name: str, fact: Fact, server: TalkingServer | None = None
) -> tuple[Scene, TalkingServer, str]:
    """Call one of the learner's functions, and see that it made two calls: one that tells, one that asks."""
    scene, server = Scene(), server or TalkingServer()
    scene.show("You were given the fact", fact.told)
    scene.show("and the question", fact.asked)
    returned = call_with_client(challenge, scene, server, name, fact.told, fact.asked)
    for number, request in enumerate(server.requests, 1):
        scene.show(f"Call {number} of {name} sent", request)
    calls = len(server.requests)
    scene.expect(
        calls > 0,
        f"{name} made no call with the client that it was given.",
        why="Only a reply of the model shows what the model knows.",
        hint=hints.NO_CALL,
    )
    scene.expect(
        calls == 2,
        f"{name} made {calls} call{'s' * (calls > 1)}, where two were expected: one tells the fact, one asks.",
        why="The task is about what a call knows of another one. With only one call there is nothing to remember."
        if calls == 1
        else "Each call is paid for, and a third one tells nothing new.",
        hint=hints.NUMBER_OF_CALLS,
    )
    expect_two_parts(scene, server, fact)
    return scene, server, returned


def expect_two_parts(scene: Scene, server: TalkingServer, fact: Fact) -> None:
    """The first call tells and does not ask, the second one asks."""
    told, asked = (spoken(request) for request in server.requests)
    scene.expect(
        any(fact.told in text for _, text in told),
        "The first call does not tell the fact.",
        why="The model has to be told before it can be asked.",
        hint=hints.FIRST_CALL,
    )
    scene.expect(
        "assistant" not in [role for role, _ in told],
        "The first call sends what was said in an exchange before.",
        why=ANOTHER_USER,
        hint=hints.ONE_LIST,
    )
    scene.expect(
        not any(fact.asked in text for _, text in told),
        "The first call tells the fact and asks the question as well.",
        why="Then the model is told and asked at once, and nothing has to be remembered.",
        hint=hints.TOLD_AND_ASKED_AT_ONCE,
    )
    scene.expect(
        any(fact.asked in text for _, text in asked),
        "The second call does not ask the question.",
        why="The model answers what it is asked, and nothing that is left out.",
        hint=hints.SECOND_CALL,
    )
