"""A conversation that a learner's function holds: one request for each turn, and what each request should hold."""

from collections.abc import Sequence

from ..engine.criteria import Message, NotYet, Scene
from ..engine.learner_code import Work
from ..engine.preconditions import beforehand, works
from ..situations.told_facts import TalkingServer, call_with_client, spoken
from . import hints

WITH, WITHOUT = "run_chat", "run_chat_without_replies"


def usual() -> tuple[str, list[str]]:
    """A system message and what a user says, in a new list each time: the function that is called may use it up."""
    return "You are polite.", ["My dog is called Biscuit."]


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
            hint=hints.NO_REQUEST,
        )
        self.scene.expect(
            len(self.requests) == len(self.turns),
            f"{name} sent {len(self.requests)} request(s) for {len(self.turns)} turn(s) of the user.",
            why="Whatever a user says is answered before they say the next thing, and each request is paid for.",
            hint=hints.REQUESTS_PER_TURN,
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
            hint=hints.ONE_LIST,
        )

    def expect_the_system_message(self) -> None:
        """Each request begins with the system message, and has one."""
        for number, sent, scene in self.each_request():
            count = [role for role, _ in sent].count("system")
            scene.expect(
                count > 0,
                f"Request {number + 1} has no system message.",
                why="The model knows nothing of an earlier request, so its instructions go out with each one.",
                hint=hints.NO_SYSTEM_MESSAGE,
            )
            scene.expect(
                count == 1,
                f"Request {number + 1} has {count} system messages, where one was expected.",
                why="It is said once, at the beginning. Each copy is read and paid for again.",
                hint=hints.SYSTEM_MESSAGE_TWICE,
            )
            scene.expect(
                sent[0] == ("system", self.system),
                f"Request {number + 1} does not begin with the system message as it was given.",
                why="Instructions come first, so that they hold for all that follows.",
                hint=hints.SYSTEM_MESSAGE_FIRST,
            )

    def expect_what_the_user_said(self) -> None:
        """Each request holds what the user said, the newest last."""
        for number, sent, scene in self.each_request():
            scene.expect(
                sent[-1] == ("user", self.turns[number]),
                f"Request {number + 1} should end with the user's words {self.turns[number]!r}.",
                why="The model answers the last message. What is not in the list yet cannot be answered.",
                hint=hints.NEWEST_LAST,
            )
            users = [text for role, text in sent if role == "user"]
            scene.expect(
                all(users.count(text) >= self.turns[: number + 1].count(text) for text in self.turns[: number + 1]),
                f"Request {number + 1} does not hold all that the user has said until then.",
                why="The model answers only from the messages in the request: what is not resent is forgotten.",
                hint=hints.USER_FORGOTTEN,
            )

    def expect_the_replies(self) -> None:
        """Each request holds what the model has replied, in its place."""
        for number, sent, scene in self.each_request():
            expected, earlier = self.until(number), self.replies[:number]
            said = self.users(self.turns)  # a reply may have the very words of a user
            scene.show("It should hold", messages(expected))
            texts = [text for _, text in sent]
            scene.expect(
                not number or "assistant" in [role for role, _ in sent] or set(earlier) & set(texts),
                f"Request {number + 1} holds nothing that the model has replied.",
                why="The model does not know what it said itself. A question that rests on it breaks.",
                hint=hints.NO_REPLIES,
            )
            scene.expect(
                all(text in texts for text in earlier),
                f"Request {number + 1} does not hold all that the model has replied, as it was said.",
                why="What is left out is forgotten, and what is changed the model takes for its own words.",
                hint=hints.REPLIES_CHANGED,
            )
            scene.expect(
                all(role == "assistant" or (role, text) in said for role, text in sent if text in earlier),
                f"Request {number + 1} holds a reply of the model under another role than assistant.",
                why="The model would read its own words as if somebody else had said them.",
                hint=hints.ROLE_OF_THE_REPLY,
            )
            scene.expect(
                sent == expected,
                f"Request {number + 1} does not hold exactly what was said until then, in the order in which it was said.",
                why="A reply makes sense only after the words that it answers, and what is sent twice is paid for twice.",
                hint=hints.ORDER,
            )

    def expect_no_replies(self) -> None:
        """No request holds what the model has replied."""
        for number, sent, scene in self.each_request():
            scene.expect(
                not {text for _, text in sent} & {*self.replies[:number]} - {*self.turns}
                and "assistant" not in dict(sent),
                f"Request {number + 1} holds a reply of the model.",
                why="We want to see what is lost when the model's half of the conversation is not resent.",
                hint=hints.REPLY_RESENT,
            )

    def expect_the_users_words_only(self) -> None:
        """Each request holds the system message and what the user has said, and nothing else."""
        for number, sent, scene in self.each_request():
            expected = self.until(number, replies=False)
            scene.show("It should hold", messages(expected))
            scene.expect(
                sent == expected,
                f"Request {number + 1} does not hold exactly the system message and what the user has said until then.",
                why="Only then it is the missing replies that make the difference.",
                hint=hints.USERS_WORDS_ONLY,
            )

    def expect_the_whole_history(self) -> None:
        """What came back is the whole history."""
        scene, returned = self.scene, self.returned
        expected = [*self.until(len(self.turns) - 1), ("assistant", self.replies[-1])]
        scene.expect(
            isinstance(returned, (list, tuple)),
            f"A list of messages was expected, but {type(returned).__name__} came back.",
            why="The history is the memory: your caller wants to go on with it, show it or save it.",
            hint=hints.NO_RETURN,
        )
        scene.show("You returned", list(returned))
        scene.show("Expected", messages(expected))
        scene.expect(
            all(isinstance(message, dict) for message in returned),
            "Something in the list that came back is no message.",
            why="The history can be sent again only if each entry is a dict with a role and a content.",
            hint=hints.NO_MESSAGE,
        )
        scene.expect(
            heard(returned) != expected[:-1],
            "The last reply is not in the history that came back.",
            why="The next question may rest on it.",
            hint=hints.LAST_REPLY,
        )
        scene.expect(
            heard(returned) == expected,
            "What came back is not the system message and then, in turn, what the user said and what the model replied.",
            why="A history that lacks something has forgotten it.",
            hint=hints.NOT_THE_HISTORY,
        )

    def expect_the_texts_of_the_replies(self) -> None:
        """What came back are the texts of the replies."""
        scene, returned = self.scene, self.returned
        scene.show("The model replied", messages([("assistant", reply) for reply in self.replies]))
        scene.expect(
            isinstance(returned, (list, tuple)),
            f"A list of texts was expected, but {type(returned).__name__} came back.",
            why="Your caller wants to read what the model replied.",
            hint=hints.NO_RETURN,
        )
        scene.show("You returned", repr(list(returned)))
        scene.expect(
            list(returned) == self.replies,
            "What came back are not the texts of the replies, one for each turn, in order.",
            why="Only by reading them you see which question breaks.",
            hint=hints.REPLIES_COLLECTED,
        )

    def expect_the_same_list(self, turns: list[str]) -> None:
        """The list of turns that was handed in is as it was."""
        self.scene.show("Your caller's list is now", messages(self.users(turns)))
        self.scene.expect(
            turns == self.turns,
            "The list that was handed in has changed.",
            why="It is your caller's: it may be needed again.",
            hint=hints.TURNS_CHANGED,
        )


def talk_of(challenge: Work, name: str, system: str, turns: list[str]) -> Talk:
    """A conversation for a criterion that can be judged only where each turn was one request."""
    with beforehand():
        return Talk(challenge, name, system, turns)


def expect_all_of_it(
    challenge: Work, name: str, system: str, turns: list[str], server: TalkingServer, hint: str
) -> None:
    """A conversation of which all is sent, and comes back."""
    handed = list(turns)
    try:
        talk = Talk(challenge, name, system, handed, server)
    except NotYet as problem:
        problem.judged = works(lambda: Talk(challenge, name, *usual()))
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
