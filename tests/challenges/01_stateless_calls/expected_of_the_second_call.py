"""What the second call should send, and what should come back of it."""

from hypothesis import assume

from ..engine.criteria import Scene
from ..engine.learner_code import Work
from ..engine.preconditions import beforehand
from ..situations.told_facts import Fact, TalkingServer, spoken
from . import hints
from .two_calls import ANOTHER_USER, WITH, second_call


def expect_the_question_alone(scene: Scene, server: TalkingServer, fact: Fact) -> None:
    """The second call sends the question, as it came in, and nothing that could give the answer."""
    sent = spoken(server.requests[1])
    said = [(role, text) for role, text in sent if role not in ("system", "developer")]
    scene.expect(
        len(said) == 1 and fact.word not in str(server.requests[1]),
        "The second call sends more than the question.",
        why="What is sent again is known again, and here we want to see what the model knows by itself.",
        hint=hints.RESENT,
    )
    scene.expect(
        said[0][0] == "user",
        f"The question is sent with the role {said[0][0]!r}.",
        why="The model answers what a user asks.",
        hint=hints.ROLE_OF_THE_QUESTION,
    )
    scene.expect(
        said[0][1].strip() == fact.asked.strip(),
        f"The question is {fact.asked!r}, and the message says something more.",
        why="The model reads every word: what stands beside the question could be what makes the difference.",
        hint=hints.MORE_THAN_THE_QUESTION,
    )
    scene.expect(
        len(sent) == 1,
        f"Beside the question, a message of the role {sent[0][0]!r} is sent.",
        why="Nothing but the question: only then it is certain that the model knows nothing by itself.",
        hint=hints.MESSAGE_BESIDE_THE_QUESTION,
    )


def expect_the_fact_where_it_belongs(scene: Scene, name: str, fact: Fact, returned: object, holds: bool) -> None:
    """What came back holds the fact, or does not."""
    scene.show("You returned", returned if isinstance(returned, str) else repr(returned))
    scene.expect(
        (fact.word in str(returned)) is holds,
        f"What {name} returns should {'hold' if holds else 'not hold'} {fact.word!r}.",
        why="The model answers only from the messages in the request: memory is what your code resends.",
        hint=hints.FACT_IN_THE_REPLY,
    )


def expect_as_it_was_said(scene: Scene, server: TalkingServer, name: str, wanted: tuple[str, ...]) -> None:
    """The second call sends these texts, and nothing is done to them."""
    told_again = [text for role, text in spoken(server.requests[1]) if role not in ("system", "developer")]
    scene.expect(
        len(told_again) == len(wanted) and all(w in text for w, text in zip(wanted, told_again, strict=True)),
        f"The second call should send {'the fact, the reply and the question' if name == WITH else 'the question'} as "
        f"{'they were' if name == WITH else 'it was'} said, and nothing else.",
        why="People write in every language, at length, and with all signs that there are.",
        hint=hints.AS_IT_IS,
    )


def expect_fact_and_reply(scene: Scene, server: TalkingServer, fact: Fact, sent: list[tuple[str, str]]) -> None:
    """The fact is told again, as it was, and the model's own reply stands beside it."""
    roles, texts = [role for role, _ in sent], [text for _, text in sent]
    reply = server.replies[0]
    scene.expect(
        any(fact.told in text for text in texts),
        "The second call does not tell the fact again.",
        why="The model knows nothing of the first call. What it should know has to be in this one.",
        hint=hints.FACT_LEFT_OUT,
    )
    scene.expect(
        not any(fact.told in text and fact.asked in text for text in texts),
        "The fact and the question are sent as one message.",
        why="They were said one after the other, with a reply between them. The model should read it as it was.",
        hint=hints.ONE_MESSAGE_FOR_BOTH,
    )
    scene.expect(
        any(text in texts for role, text in spoken(server.requests[0]) if fact.told in text),
        "The fact is told again in other words than in the first call.",
        why="The second call is to hold the exchange as it was: the model's reply belongs to the words that it answered.",
        hint=hints.OTHER_WORDS,
    )
    scene.expect(
        len(sent) > 2 or "assistant" in roles,
        "The model's own reply to the fact is not sent again.",
        why="Half of the exchange is missing: the model does not know what it said itself, and in lesson 02 a question "
        "will need just that.",
        hint=hints.REPLY_LEFT_OUT,
    )
    scene.expect(
        any(text.strip() == reply for text in texts),
        "What stands between the fact and the question is not what the model replied.",
        why="The model takes for its own words whatever you send as such.",
        hint=hints.REPLY_MADE_UP,
    )


def expect_in_order(scene: Scene, server: TalkingServer, fact: Fact, sent: list[tuple[str, str]]) -> None:
    """Fact, reply and question stand in their order, each as the words of who said it, and nothing gives the answer away."""
    reply, texts = server.replies[0], [text for _, text in sent]
    wanted = [("user", fact.told), ("assistant", reply), ("user", fact.asked)]
    by_whom = {text.strip(): role for role, text in sent}
    scene.expect(
        by_whom[reply] == "assistant",
        f"The model's reply is sent with the role {by_whom[reply]!r}.",
        why="Then the model reads its own words as if somebody else had said them.",
        hint=hints.ROLE_OF_THE_REPLY,
    )
    scene.expect(
        len(sent) == 3 and all(role == r and w in text for (role, text), (r, w) in zip(sent, wanted, strict=True)),
        "The second call should send three messages: the user's fact, the assistant's reply, the user's question.",
        why="The model reads a conversation in the order in which it was said, and answers the last message.",
        hint=hints.ORDER,
    )
    before = spoken(server.requests[0])
    others = [
        text
        for role, text in spoken(server.requests[1])
        if role not in ("user", "assistant") and (role, text) not in before
    ]
    scene.expect(
        not any(fact.word in text for text in (*others, texts[-1])),
        f"{fact.word!r} stands in another message, too, than in the one that told it.",
        why="What the model knows is to come from the exchange as it was held, and from nothing else.",
        hint=hints.ANSWER_GIVEN_AWAY,
    )


def expect_the_second_reply(scene: Scene, server: TalkingServer, returned: object) -> None:
    """The text of the second reply has come back."""
    first, second = server.replies
    scene.show("To the first call the model replied", first)
    scene.show("To the second call it replied", second)
    scene.show("You returned", returned if isinstance(returned, str) else repr(returned))
    scene.expect(
        returned is not None,
        "Nothing came back, where the text of the second reply was expected.",
        why="Who calls your function wants to read what the model said.",
        hint=hints.NO_RETURN,
    )
    scene.expect(
        isinstance(returned, str),
        f"The text of the second reply was expected, but {type(returned).__name__} came back.",
        why="An answer holds much more than the words of the model: ids, usage, lists of choices.",
        hint=hints.TEXT_OF_THE_ANSWER,
    )
    returned = str.__str__(returned).strip()  # whatever a class of the learner's own makes of it
    scene.expect(
        returned != first or first == second,
        "The reply to the fact came back, not the reply to the question.",
        why="The second reply is the one that shows what the model knows.",
        hint=hints.WHICH_ANSWER,
    )
    scene.expect(
        returned == second,
        "What came back is not what the model replied to the second call.",
        why="Only the model's own words show what it knows.",
        hint=hints.NOT_THE_MODELS_WORDS,
    )


def expect_a_fresh_beginning(challenge: Work, name: str, before: Fact, fact: Fact) -> None:
    """After an exchange about something else, the next one holds nothing of it."""
    assume(before.told != fact.told and before.asked != fact.asked)
    with beforehand():
        second_call(challenge, name, before)
        scene, server, _ = second_call(challenge, name, fact)
    scene.show("An exchange before was about", before.told)
    texts = [text for request in server.requests for _, text in spoken(request)]
    scene.expect(
        not any(old in text for text in texts for old in (before.told, before.asked)),
        "A call sends what was said in an exchange before.",
        why=ANOTHER_USER,
        hint=hints.ONE_LIST,
    )
