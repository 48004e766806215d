"""Checks work/01_stateless_calls.py: what a second call knows of the first."""

from hypothesis import assume, given, settings

from ..engine.criteria import NotYet, Scene
from ..engine.learner_code import Work
from ..engine.preconditions import beforehand, works
from ..situations.told_facts import (
    ODD,
    Fact,
    TalkingServer,
    call_with_client,
    expect_model_by_its_name,
    facts,
    simply,
    spoken,
)

START = (
    "A call is client.chat.completions.create(model=MODEL, messages=[…]). Which messages does the first call send, and which "
    "the second?",
    "Write ask_without_history first: two calls, each with a list of one message. Of the second answer return "
    "choices[0].message.content.",
)

FEW = settings(max_examples=8)
ANOTHER_USER = "Two people may use your function: the second would hear what the first has said."
ONE_LIST = "Where is your list made: once for the whole program, or anew whenever the function is called?"
USUAL = Fact("My dog is called Biscuit.", "What is my dog called?", "Biscuit")
AS_IT_IS = "What is done to a text before it is sent: is it cut, stripped, put into quotation marks, or written in other letters?"
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
        hint="Where do you call client.chat.completions.create, and is it the client among your arguments?",
    )
    scene.expect(
        calls == 2,
        f"{name} made {calls} call{'s' * (calls > 1)}, where two were expected: one tells the fact, one asks.",
        why="The task is about what a call knows of another one. With only one call there is nothing to remember."
        if calls == 1
        else "Each call is paid for, and a third one tells nothing new.",
        hint=("Which call tells, and which one asks? Count the create(…) that are run.",),
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
        hint="What does the first call send, word for word?",
    )
    scene.expect(
        "assistant" not in [role for role, _ in told],
        "The first call sends what was said in an exchange before.",
        why=ANOTHER_USER,
        hint=ONE_LIST,
    )
    scene.expect(
        not any(fact.asked in text for _, text in told),
        "The first call tells the fact and asks the question as well.",
        why="Then the model is told and asked at once, and nothing has to be remembered.",
        hint="What is said first, and what is asked later? Each call has a list of messages of its own.",
    )
    scene.expect(
        any(fact.asked in text for _, text in asked),
        "The second call does not ask the question.",
        why="The model answers what it is asked, and nothing that is left out.",
        hint="What does the second call send, word for word?",
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
        hint=ONE_LIST,
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
        hint="Does your function end in a return?",
    )
    scene.expect(
        isinstance(returned, str),
        f"The text of the second reply was expected, but {type(returned).__name__} came back.",
        why="An answer holds much more than the words of the model: ids, usage, lists of choices.",
        hint=("Where in the answer is the text? The lesson reads it in its first call.", "choices[0].message.content"),
    )
    returned = str.__str__(returned).strip()  # whatever a class of the learner's own makes of it
    scene.expect(
        returned != first or first == second,
        "The reply to the fact came back, not the reply to the question.",
        why="The second reply is the one that shows what the model knows.",
        hint="Which of the two answers do you return?",
    )
    scene.expect(
        returned == second,
        "What came back is not what the model replied to the second call.",
        why="Only the model's own words show what it knows.",
        hint="Where does the text that you return come from: from the second answer, or from somewhere else?",
    )


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
    sent = spoken(server.requests[1])
    said = [(role, text) for role, text in sent if role not in ("system", "developer")]
    scene.expect(
        len(said) == 1 and fact.word not in str(server.requests[1]),
        "The second call sends more than the question.",
        why="What is sent again is known again, and here we want to see what the model knows by itself.",
        hint=(
            "Which list does the second call send, and what is still in it from before?",
            "Give each of the two calls a new list, with one message in it.",
        ),
    )
    scene.expect(
        said[0][0] == "user",
        f"The question is sent with the role {said[0][0]!r}.",
        why="The model answers what a user asks.",
        hint="Who asks the question: the user, or the assistant?",
    )
    scene.expect(
        said[0][1].strip() == fact.asked.strip(),
        f"The question is {fact.asked!r}, and the message says something more.",
        why="The model reads every word: what stands beside the question could be what makes the difference.",
        hint="What is the content of your message: the question as it came in, or a text that you have made of it?",
    )
    scene.expect(
        len(sent) == 1,
        f"Beside the question, a message of the role {sent[0][0]!r} is sent.",
        why="Nothing but the question: only then it is certain that the model knows nothing by itself.",
        hint="How many messages are in the list of your second call, and which of them does the task not ask for?",
    )


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


def expect_fact_and_reply(scene: Scene, server: TalkingServer, fact: Fact, sent: list[tuple[str, str]]) -> None:
    """The fact is told again, as it was, and the model's own reply stands beside it."""
    roles, texts = [role for role, _ in sent], [text for _, text in sent]
    reply = server.replies[0]
    scene.expect(
        any(fact.told in text for text in texts),
        "The second call does not tell the fact again.",
        why="The model knows nothing of the first call. What it should know has to be in this one.",
        hint="The model answers only from the messages in the request. Which of them tells it the fact?",
    )
    scene.expect(
        not any(fact.told in text and fact.asked in text for text in texts),
        "The fact and the question are sent as one message.",
        why="They were said one after the other, with a reply between them. The model should read it as it was.",
        hint="How many messages were said until now, and by whom? Each of them is a dict of its own.",
    )
    scene.expect(
        any(text in texts for role, text in spoken(server.requests[0]) if fact.told in text),
        "The fact is told again in other words than in the first call.",
        why="The second call is to hold the exchange as it was: the model's reply belongs to the words that it answered.",
        hint="Compare what the two calls send for the fact. Where do the two texts come from?",
    )
    scene.expect(
        len(sent) > 2 or "assistant" in roles,
        "The model's own reply to the fact is not sent again.",
        why="Half of the exchange is missing: the model does not know what it said itself, and in lesson 02 a question "
        "will need just that.",
        hint=("Who spoke between the fact and the question?", "Keep the text of the first reply: it is a message too."),
    )
    scene.expect(
        any(text.strip() == reply for text in texts),
        "What stands between the fact and the question is not what the model replied.",
        why="The model takes for its own words whatever you send as such.",
        hint=(
            "Where does the text of that message come from: from the first answer, or from you?",
            "The model words its replies anew each time: read the text from the first answer.",
        ),
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
        hint="The role says who speaks. Who said these words?",
    )
    scene.expect(
        len(sent) == 3 and all(role == r and w in text for (role, text), (r, w) in zip(sent, wanted, strict=True)),
        "The second call should send three messages: the user's fact, the assistant's reply, the user's question.",
        why="The model reads a conversation in the order in which it was said, and answers the last message.",
        hint="What was said first, second and third, and by whom?",
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
        hint="What is in the messages that you send beside the fact and its reply: the question as it came in, or more?",
    )


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
        scene.show("You returned", returned if isinstance(returned, str) else repr(returned))
        scene.expect(
            (fact.word in str(returned)) is holds,
            f"What {name} returns should {'hold' if holds else 'not hold'} {fact.word!r}.",
            why="The model answers only from the messages in the request: memory is what your code resends.",
            hint="Look at what the second call sent. Is the fact in it, and should it be?",
        )


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
                problem.hints = (AS_IT_IS, *problem.hints) if problem.judged else problem.hints
                raise
            told_again = [text for role, text in spoken(server.requests[1]) if role not in ("system", "developer")]
            wanted = (told, server.replies[0], asked) if name == WITH else (asked,)
            scene.expect(
                len(told_again) == len(wanted) and all(w in text for w, text in zip(wanted, told_again, strict=True)),
                f"The second call should send {'the fact, the reply and the question' if name == WITH else 'the question'} as "
                f"{'they were' if name == WITH else 'it was'} said, and nothing else.",
                why="People write in every language, at length, and with all signs that there are.",
                hint=AS_IT_IS,
            )
            expect_the_second_reply(scene, server, returned)
    for name in (WITHOUT, WITH):
        expect_model_by_its_name(challenge, name, USUAL.told, USUAL.asked)
