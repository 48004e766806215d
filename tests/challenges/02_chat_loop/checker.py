"""Checks work/02_chat_loop.py: a conversation of many turns, with and without the model's replies."""

import re
from collections.abc import Sequence

from hypothesis import given, settings
from hypothesis import strategies as st

from common import OFFLINE_MODEL

from ..engine.criteria import Message, NotYet, Scene
from ..engine.learner_code import Work
from ..engine.preconditions import beforehand, works
from ..situations.told_facts import (
    ODD,
    REASONING,
    TalkingServer,
    briefly,
    call_with_client,
    expect_model_by_its_name,
    said,
    simply,
    spoken,
)

START = (
    "Three steps for each turn: append the user's message, send all, append the reply. What is in the list before the loop?",
    "Begin run_chat with a list that holds the system message, and go through user_turns with a for loop.",
)

FEW = settings(max_examples=8)
SYSTEMS = st.sampled_from(["You are a helpful assistant.", "You help people to remember things.", "You are polite."])
WITH, WITHOUT = "run_chat", "run_chat_without_replies"
TRIP = ["I'm planning a trip to Japan.", "When should I visit?", "What should I pack for that season?"]


def messages(lines: list[tuple[str, str]]) -> list[dict]:
    return [{"role": role, "content": text} for role, text in lines]


def heard(messages: Sequence[Message]) -> list[tuple[str, str]]:
    """Who says what, message by message; developer is a newer name for system."""
    return [("system" if role == "developer" else role, text) for role, text in spoken(messages)]


class Talk:
    """One conversation that a learner's function has held, with one request for each turn."""

    def __init__(
        self, challenge: Work, name: str, system: str, turns: list[str], server: TalkingServer | None = None
    ) -> None:
        self.scene, self.server = Scene(), server or TalkingServer()
        self.system, self.turns = system, list(turns)
        self.scene.show(
            "The system message, and what the user says", messages([("system", system), *self.users(turns)])
        )
        self.returned = call_with_client(challenge, self.scene, self.server, name, system, turns)
        self.requests, self.replies = self.server.requests, self.server.replies
        self.scene.expect(
            self.requests,
            f"{name} sent nothing with the client that it was given.",
            why="Without a request there is no reply of the model.",
            hint="Where do you call client.chat.completions.create, and is it the client among your arguments?",
        )
        self.scene.expect(
            len(self.requests) == len(self.turns),
            f"{name} sent {len(self.requests)} request(s) for {len(self.turns)} turn(s) of the user.",
            why="Whatever a user says is answered before they say the next thing, and each request is paid for.",
            hint=(
                "What happens once for each turn, and what once for the whole conversation?",
                "Look at the indentation: which lines belong into the loop, and which one comes after it?",
            ),
        )

    @staticmethod
    def users(turns: list[str]) -> list[tuple[str, str]]:
        return [("user", text) for text in turns]

    def until(self, number: int, *, replies: bool = True) -> list[tuple[str, str]]:
        """What the request with this number, from 0, should hold."""
        users = self.users(self.turns[: number + 1])
        pairs = zip(users, self.replies, strict=False)
        halves = [half for user, reply in pairs for half in (user, ("assistant", reply))]
        return [("system", self.system), *(halves[: 2 * number + 1] if replies else users)]

    def each_request(self) -> list[tuple[int, list[tuple[str, str]], Scene]]:
        """The requests one by one: the number from 0, who says what in it, and a scene that shows it."""
        scenes = [Scene([*self.scene.shown]) for _ in self.requests]
        for number, (scene, request) in enumerate(zip(scenes, self.requests, strict=True), 1):
            scene.show(f"Request {number} held", request)
        return [(n, heard(request), scenes[n]) for n, request in enumerate(self.requests)]

    def expect_a_fresh_beginning(self) -> None:
        """The first request holds nothing but the beginning of this conversation."""
        _, sent, scene = self.each_request()[0]
        scene.expect(
            all(text == self.system or text in self.turns for _, text in sent),
            "The first request of a new conversation holds messages of one before.",
            why="Two people talk to your program: the second would hear what the first has said.",
            hint=(
                "Where is your list made: once for the whole program, or anew whenever the function is called?",
                "A list at the left margin of the file, or as a default in the def line, is made once and never again.",
            ),
        )

    def expect_the_system_message(self) -> None:
        """Each request begins with the system message, and has one."""
        for number, sent, scene in self.each_request():
            count = [role for role, _ in sent].count("system")
            scene.expect(
                count > 0,
                f"Request {number + 1} has no system message.",
                why="The model knows nothing of an earlier request, so its instructions go out with each one.",
                hint="What is in your list before the first user's message, and with which role? Does every request hold it?",
            )
            scene.expect(
                count == 1,
                f"Request {number + 1} has {count} system messages, where one was expected.",
                why="It is said once, at the beginning. Each copy is read and paid for again.",
                hint="Is the line that adds the system message before your loop, or in it?",
            )
            scene.expect(
                sent[0] == ("system", self.system),
                f"Request {number + 1} does not begin with the system message as it was given.",
                why="Instructions come first, so that they hold for all that follows.",
                hint="What is the first message of your list, what is its role, and what its content?",
            )

    def expect_what_the_user_said(self) -> None:
        """Each request holds what the user said, the newest last."""
        for number, sent, scene in self.each_request():
            scene.expect(
                sent[-1] == ("user", self.turns[number]),
                f"Request {number + 1} should end with the user's words {self.turns[number]!r}.",
                why="The model answers the last message. What is not in the list yet cannot be answered.",
                hint="In which order do you append the user's message and send the list? What is its role?",
            )
            users = [text for role, text in sent if role == "user"]
            scene.expect(
                all(users.count(text) >= self.turns[: number + 1].count(text) for text in self.turns[: number + 1]),
                f"Request {number + 1} does not hold all that the user has said until then.",
                why="The model answers only from the messages in the request: what is not resent is forgotten.",
                hint=(
                    "Which of the messages said so far does this request hold?",
                    "Send the whole list each time, not the newest message alone.",
                ),
            )

    def expect_the_same_list(self, turns: list[str]) -> None:
        """The list of turns that was handed in is as it was."""
        self.scene.show("Your caller's list is now", messages(self.users(turns)))
        self.scene.expect(
            turns == self.turns,
            "The list that was handed in has changed.",
            why="It is your caller's: it may be needed again.",
            hint="Which of your lines changes user_turns: pop, remove, append, clear?",
        )


def talk_of(challenge: Work, name: str, system: str, turns: list[str]) -> Talk:
    """A conversation for a criterion that can be judged only where each turn was one request."""
    with beforehand():
        return Talk(challenge, name, system, turns)


@FEW
@given(system=SYSTEMS, turns=said(1, 3))
def test_each_turn_is_one_request(challenge, system, turns):
    """Each turn of the user is one request"""
    Talk(challenge, WITH, system, turns)


@FEW
@given(system=SYSTEMS, one=said(1, 2), two=said(1, 2))
def test_a_second_conversation_begins_afresh(challenge, system, one, two):
    """A second conversation knows nothing of the first"""
    first = talk_of(challenge, WITH, system, one)
    first.expect_a_fresh_beginning()
    before = repr(first.returned)
    second = talk_of(challenge, WITH, system, two)
    second.expect_a_fresh_beginning()
    second.scene.expect(
        repr(first.returned) == before,
        "The history of the first conversation has changed while the second one was held.",
        why="Your caller has kept it, perhaps to show or to save it.",
        hint="Do both conversations use one and the same list? Where is it made?",
    )


@FEW
@given(system=SYSTEMS, turns=said(1, 3))
def test_the_system_message_is_sent_first(challenge, system, turns):
    """Every request begins with the system message, and holds it once"""
    talk_of(challenge, WITH, system, turns).expect_the_system_message()


@FEW
@given(system=SYSTEMS, turns=said(1, 4))
def test_what_the_user_said_is_sent(challenge, system, turns):
    """Every request holds what the user has said, and ends with the newest"""
    talk_of(challenge, WITH, system, turns).expect_what_the_user_said()


@FEW
@given(system=SYSTEMS, turns=said(2, 8))
def test_the_replies_are_sent(challenge, system, turns):
    """Every request holds the model's replies too, each in its place, as the assistant's words"""
    talk = talk_of(challenge, WITH, system, turns)
    for number, sent, scene in talk.each_request():
        expected, earlier = talk.until(number), talk.replies[:number]
        scene.show("It should hold", messages(expected))
        texts = [text for _, text in sent]
        scene.expect(
            not number or "assistant" in [role for role, _ in sent] or set(earlier) & set(texts),
            f"Request {number + 1} holds nothing that the model has replied.",
            why="The model does not know what it said itself. A question that rests on it breaks.",
            hint=(
                "Your list grows by what the user says. Who else has said something?",
                "A turn has two halves. What do you do with the reply before the next turn begins?",
            ),
        )
        scene.expect(
            all(text in texts for text in earlier),
            f"Request {number + 1} does not hold all that the model has replied, as it was said.",
            why="What is left out is forgotten, and what is changed the model takes for its own words.",
            hint=(
                "What exactly do you append after each answer: its text, every time?",
                "The text of a reply is answer.choices[0].message.content.",
            ),
        )
        scene.expect(
            all(role == "assistant" for role, text in sent if text in earlier),
            f"Request {number + 1} holds a reply of the model under another role than assistant.",
            why="The model would read its own words as if somebody else had said them.",
            hint="The role says who speaks. Who said the reply?",
        )
        scene.expect(
            sent == expected,
            f"Request {number + 1} does not hold exactly what was said until then, in the order in which it was said.",
            why="A reply makes sense only after the words that it answers, and what is sent twice is paid for twice.",
            hint="Go through one turn by hand: which message comes into the list first, which next, and where?",
        )


@FEW
@given(system=SYSTEMS, turns=said(1, 3))
def test_only_the_text_of_a_reply_is_kept(challenge, system, turns):
    """Of a reply its text is kept, and not the model's reasoning"""
    talk = talk_of(challenge, WITH, system, turns)
    talk.scene.show("The model replied, and beside it sent its reasoning", REASONING)
    talk.scene.expect(
        not any(REASONING in repr(said) for said in (talk.requests, talk.returned)),
        "The model's reasoning has come into the history.",
        why="The message object of an answer holds more than was said. All of it would be sent, and paid for, in every turn.",
        hint=(
            "What do you append: the message object of the answer, or a dict of your own with a role and a content?",
            "Make a dict with the role assistant and answer.choices[0].message.content.",
        ),
    )


@FEW
@given(system=SYSTEMS, turns=said(1, 4))
def test_the_whole_history_comes_back(challenge, system, turns):
    """The whole history comes back, the last reply too"""
    talk = talk_of(challenge, WITH, system, turns)
    scene, returned = talk.scene, talk.returned
    expected = [*talk.until(len(talk.turns) - 1), ("assistant", talk.replies[-1])]
    scene.expect(
        isinstance(returned, (list, tuple)),
        f"A list of messages was expected, but {type(returned).__name__} came back.",
        why="The history is the memory: your caller wants to go on with it, show it or save it.",
        hint="Does your function end in a return, and what does it return there?",
    )
    scene.show("You returned", list(returned))
    scene.show("Expected", messages(expected))
    scene.expect(
        all(isinstance(message, dict) for message in returned),
        "Something in the list that came back is no message.",
        why="The history can be sent again only if each entry is a dict with a role and a content.",
        hint="Is each entry of your list a dict with a role and a content, the user's and the model's?",
    )
    scene.expect(
        heard(returned) != expected[:-1],
        "The last reply is not in the history that came back.",
        why="The next question may rest on it.",
        hint="When is a reply appended: as soon as it is there, or only when the next turn begins?",
    )
    scene.expect(
        heard(returned) == expected,
        "What came back is not the system message and then, in turn, what the user said and what the model replied.",
        why="A history that lacks something has forgotten it.",
        hint="Compare the two lists shown above. Which of the messages that you sent is not in what you return?",
    )


@FEW
@given(system=SYSTEMS, turns=said(1, 3))
def test_the_list_of_turns_is_not_changed(challenge, system, turns):
    """Your caller's list of turns stays as it was"""
    talk = talk_of(challenge, WITH, system, turns)
    talk.expect_the_same_list(turns)


@FEW
@given(system=SYSTEMS, turns=said(1, 4))
def test_without_replies_only_the_user_is_heard(challenge, system, turns):
    """Without replies: each request holds the system message and what the user has said, no more"""
    talk = Talk(challenge, WITHOUT, system, turns)
    for number, sent, scene in talk.each_request():
        scene.expect(
            not {text for _, text in sent} & set(talk.replies[:number]) and "assistant" not in dict(sent),
            f"Request {number + 1} holds a reply of the model.",
            why="We want to see what is lost when the model's half of the conversation is not resent.",
            hint="Which line of run_chat puts the reply into the list? What happens to the reply here instead?",
        )
    talk.expect_a_fresh_beginning()
    talk.expect_the_system_message()
    talk.expect_what_the_user_said()
    for number, sent, scene in talk.each_request():
        expected = talk.until(number, replies=False)
        scene.show("It should hold", messages(expected))
        scene.expect(
            sent == expected,
            f"Request {number + 1} does not hold exactly the system message and what the user has said until then.",
            why="Only then it is the missing replies that make the difference.",
            hint="Go through one turn by hand: which message comes into the list, and how often?",
        )


@FEW
@given(system=SYSTEMS, turns=said(1, 4))
def test_without_replies_the_replies_come_back(challenge, system, turns):
    """Without replies: the texts of the replies come back"""
    talk = talk_of(challenge, WITHOUT, system, turns)
    scene, returned = talk.scene, talk.returned
    scene.show("The model replied", messages([("assistant", reply) for reply in talk.replies]))
    scene.expect(
        isinstance(returned, (list, tuple)),
        f"A list of texts was expected, but {type(returned).__name__} came back.",
        why="Your caller wants to read what the model replied.",
        hint="Does your function end in a return, and what does it return there?",
    )
    scene.show("You returned", repr(list(returned)))
    scene.expect(
        list(returned) == talk.replies,
        "What came back are not the texts of the replies, one for each turn, in order.",
        why="Only by reading them you see which question breaks.",
        hint=(
            "The replies are not sent, but they are returned. Where do you collect them?",
            "Keep two lists: one with the messages to send, one with the texts of the replies.",
        ),
    )
    talk.expect_the_same_list(turns)


def test_however_long_it_is(challenge):
    """However long the conversation is, with the replies and without them"""
    turns = [f"Stop {number} is room {number * 7}." for number in range(1, 53)]
    for name in (WITH, WITHOUT):
        hint = "Is there a number in your code, or a slice, that is right for short conversations only?"
        expect_all_of_it(challenge, name, "You are a helpful assistant.", turns, TalkingServer(briefly), hint)


def test_whatever_is_said(challenge):
    """Whatever is said, in any language, at any length; with MODEL as the model"""
    turns = [*ODD, "", "Exit", *ODD[:2], "", "bye"]
    hint = (
        "What is done to a text before it is sent or kept: is it cut, stripped, left out if empty, taken for a command?"
    )
    for name in (WITH, WITHOUT):
        expect_all_of_it(challenge, name, " ".join(ODD[:3]), turns, TalkingServer(simply), hint)
    for name in (WITH, WITHOUT):
        expect_model_by_its_name(challenge, name, "You are polite.", ["My dog is called Biscuit."])


def expect_all_of_it(
    challenge: Work, name: str, system: str, turns: list[str], server: TalkingServer, hint: str
) -> None:
    """A conversation of which all is sent, and comes back."""
    handed = list(turns)
    try:
        talk = Talk(challenge, name, system, handed, server)
    except NotYet as problem:
        problem.judged = works(lambda: Talk(challenge, name, "You are polite.", ["My dog is called Biscuit."]))
        problem.hints = (hint, *problem.hints) if problem.judged else problem.hints
        raise
    for number, sent, scene in talk.each_request():
        expected = talk.until(number, replies=name == WITH)
        scene.show("It should hold", messages(expected))
        scene.expect(
            sent == expected,
            f"Request {number + 1} of {name} should hold {len(expected)} messages, and holds {len(sent)}."
            if len(sent) != len(expected)
            else f"Request {number + 1} of {name} does not hold what was said as it was said.",
            why="Here everything is resent, as it is. What to leave out when it gets too long is for lesson 04.",
            hint=hint,
        )
    replies = list(talk.returned)[2::2] if name == WITH else list(talk.returned)
    came = [text for _, text in heard(replies)] if name == WITH else replies
    talk.scene.expect(
        came == talk.replies,
        "The replies that came back are not those of the model, as it said them.",
        why="Your caller wants to read, or to save, what was said.",
        hint=hint,
    )
    talk.expect_the_same_list(handed)


def test_you_know_which_question_breaks(challenge):
    """The trip to Japan: you say which question breaks without the replies"""
    scene, number, _ = claim(challenge)
    scene.expect(
        number in (1, 2, 3),
        f"There is no message {number} in TRIP: they are counted 1, 2 and 3.",
        why="People count from one.",
        hint="TRIP[0] is message 1.",
    )
    scene.show(f"Without the replies, message {number} is", TRIP[number - 1])
    scene.show("and the model replies", trip(resend=False)[number - 1])
    scene.expect(
        number == 3,
        f"Message {number} does not break: without the replies the model answers it as before.",
        why="A model does not forget everything when a message is missing. It loses what only that message said.",
        hint=(
            "Hold TRIP with both of your functions and read the replies side by side. Which one is different?",
            "What does each message rest on, and who said that: the user, whose messages are still sent, or the model?",
        ),
    )


def test_you_know_which_word_is_lost(challenge):
    """The trip to Japan: you say which word it needs that only the model said"""
    scene, _, word = claim(challenge)
    scene.show("The question that breaks", TRIP[2])
    scene.show("Without the replies the model replies", trip(resend=False)[2])
    scene.expect(
        len(word.split()) == 1,
        f"One word was expected, not {len(word.split())}.",
        why="A whole reply was left out, but the question needs very little of it.",
        hint="Which single word would you have to give the model, so that it can answer again?",
    )
    scene.expect(
        word not in words(TRIP),
        f"The user has said {word!r}, and what the user said is still sent.",
        why="Only what nobody else has said is lost with the replies.",
        hint="Read the question once more: what does it point at, and who was it that gave this a name?",
    )
    scene.expect(
        word in words(trip(resend=True)),
        f"The model has not said {word!r} in this conversation.",
        why="What the question needs stood in one of the replies that were left out.",
        hint="Hold TRIP with run_chat and read what the model replied before the question.",
    )
    mended = reply_to([("user", TRIP[0]), ("user", TRIP[1]), ("assistant", word), ("user", TRIP[2])])
    scene.show(f"With the word {word!r} sent in place of the reply", mended)
    scene.expect(
        mended == trip(resend=True)[2],
        f"Also with the word {word!r} the model does not answer as it does with its replies.",
        why="The word that is lost is the one that makes the answer possible again.",
        hint=(
            "What does the model ask back when the replies are missing?",
            "Hold TRIP with run_chat and read the second reply: which of its words answers that?",
        ),
    )


def claim(challenge: Work) -> tuple[Scene, int, str]:
    """What the learner says: which message breaks, and which word it needs."""
    scene = Scene()
    returned = challenge.call("which_question_breaks")
    scene.show("You returned", repr(returned))
    two = isinstance(returned, (tuple, list)) and len(returned) == 2
    scene.expect(
        two and isinstance(returned[0], int) and isinstance(returned[1], str),
        "A number and a word were expected, such as (1, 'trip').",
        why="The number says which message of TRIP breaks, the word what it has lost.",
        hint="Does your function return two values, a number first and a text in quotation marks after it?",
    )
    return scene, returned[0], " ".join(re.findall(r"\w+", returned[1].lower()))


def words(texts: list[str]) -> list[str]:
    """All words, in small letters."""
    return re.findall(r"\w+", " ".join(texts).lower())


def trip(*, resend: bool) -> list[str]:
    """What the model replies on the trip to Japan, when its replies are resent or not."""
    heard, replies = [], []
    for text in TRIP:
        heard.append(("user", text))
        replies.append(reply_to(heard))
        if resend:
            heard.append(("assistant", replies[-1]))
    return replies


def reply_to(heard: list[tuple[str, str]]) -> str:
    """What the offline model replies to these messages."""
    answer = TalkingServer().client().chat.completions.create(model=OFFLINE_MODEL, messages=messages(heard))
    return answer.choices[0].message.content
