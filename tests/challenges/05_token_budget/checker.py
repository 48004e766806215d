"""Checks work/05_token_budget.py: as many of the newest turns as fit into a budget of tokens."""

import re
from collections import Counter
from itertools import chain, cycle

import openai
from hypothesis import given, settings
from hypothesis import strategies as st

from common import OFFLINE_MODEL

from ..engine.criteria import Lines, Message, NotYet, Scene
from ..engine.learner_code import Work
from ..engine.preconditions import beforehand, however_long
from ..engine.recording_server import RecordingServer
from ..situations.histories import EQUALS, copied, turns_of, unusual_histories
from .budgets import PRIMING, Counting, a_long_case, as_text, budgets, cost, edges, fitting, misfits, needs, talks
from .trimming import MIXED_UP, OF_THE_CALLER, call, expect_messages, given_in, trimmed, what_is_needed, wrong_sum

START = (
    "Which two messages are always sent? What do they cost, with the 3 that prime the reply and the room for it?",
    "Cut the rest into turns, as in lesson 04. Which turn is the first to be let in, and when do you stop?",
    "One pass from the end: add what a turn costs to what is used so far, and stop at the first that does not fit.",
)

MANY = settings()
FEW = settings(max_examples=16)  # a criterion with a narrow question needs fewer histories
REPLIES = (1, 64, 2, 4_000, 3, 10, 7, 500, 5)  # tokens
AT_THE_EDGES = settings(max_examples=6)  # each with a budget at the edge of each turn, and beside it


@given(case=budgets(least=1))
@FEW
def test_the_system_message_is_sent_first(challenge, case):
    """The system message is always sent, first and once"""
    history, max_tokens = case
    system = spoken(history[0])
    scene, sent = trimmed(challenge, history, max_tokens)
    scene.expect(
        [system] == [spoken(message) for message in sent if message["role"] == "system"] == [*map(spoken, sent[:1])],
        "The system message is not at the beginning, or not only there.",
        why="Without its rules the model is another one; twice, many servers refuse it.",
        hint=(
            "What becomes of the very first message when you go from the end, or drop from the front?",
            "Keep history[0] apart: it is paid for first, and stands first in what you return.",
        ),
    )


@given(case=budgets())
@FEW
def test_the_newest_question_is_sent_last(challenge, case):
    """The newest question is always sent, last"""
    history, max_tokens = case
    question = spoken(history[-1])
    scene, sent = trimmed(challenge, history, max_tokens)
    scene.expect(
        sent[1:] and spoken(sent[-1]) == question,
        f"The newest question, {question[1][:20]!r}, is not the last message.",
        why="Without it the model answers a question that nobody asked, or an old one.",
        hint=(
            "Which message is the whole request about? What should be let in before anything else, and never be dropped?",
            "The newest turn is the question alone: it has no answer yet.",
        ),
    )


def test_the_function_that_is_handed_in_counts(challenge):
    """A message costs what message_tokens, the function that is handed in, says of it"""
    for costs in ({"system": 9, "user": 4, "assistant": 17}, {"system": 2, "user": 12, "assistant": 5}):
        expect_these_costs(challenge, costs)


def expect_these_costs(challenge: Work, costs: dict[str, int]) -> bool:
    """What a message costs is what it costs here by its role, whatever it cost in an earlier call. Whether all was right."""
    roles = ["system", *["user", "assistant"] * 3, "user"]
    texts = ["Say it after me.", "Oslo.", "Oslo.", "Rome.", "Oslo.", "Oslo.", "Rome.", "Rome."]
    history = [{"role": role, "content": text} for role, text in zip(roles, texts, strict=True)]
    asked: list[Message] = []
    apart = [message | {"content": f"{i}. {message['content']}"} for i, message in enumerate(history)]

    def by_role(message: Message) -> int:
        return costs[message["role"]]

    def right(messages: list[Message], max_tokens: int) -> bool:
        """Whether the right messages come back. Others are for another criterion, and an error because of them too."""
        asked.clear()

        def noting(message: Message) -> int:  # a new one in each call: nobody can know what it will say
            asked.append(message)
            return by_role(message)

        try:
            sent = call(challenge, copied(messages), max_tokens, noting)
        except NotYet as problem:
            if problem.__cause__ is None or not asked:
                problem.judged = False
                raise
            return False
        return isinstance(sent, (list, tuple)) and list(sent) == fitting(messages, max_tokens, by_role)

    all_met = True
    for max_tokens in needs(history, by_role):
        scene = Scene()
        given_in(scene, history, max_tokens)
        scene.show("message_tokens says here", ", ".join(f"{cost} for {role}" for role, cost in costs.items()))
        met = right(history, max_tokens)
        all_met = all_met and met
        before = getattr(challenge, "has_asked", False)
        challenge.has_asked = before or bool(asked)
        scene.expect(
            asked,
            "Nobody asked the message_tokens that was handed in.",
            why=OF_THE_CALLER,
            hint=(
                "In an earlier call it was asked. What does your code keep from one call to the next?"
                if before
                else "The third argument is a function. Where do the numbers in your code come from, if not from it?",
                "Call it with one message: it returns what this message costs.",
            ),
        )
        count = {as_text(message) for message in asked}
        mixed_up = not met and not count.issuperset(map(as_text, fitting(history, max_tokens, by_role)))
        scene.expect(
            not (mixed_up and right(apart, max_tokens)),
            f"It was asked about {len(count)} messages that are different, and what came back does not fit what it says.",
            why=OF_THE_CALLER,
            hint=MIXED_UP,
        )
        scene.expect(
            met or costs["assistant"],
            "What came back does not fit what message_tokens says, where a message costs 0 tokens.",
            why=OF_THE_CALLER,
            hint="What does your code do with a cost of 0? For `if cost` and for `cost or …`, 0 is as good as nothing.",
        )
    return all_met


@given(case=budgets(least=1, roomy=True))
@FEW
def test_never_over_the_budget(challenge, case):
    """A request never costs more than max_tokens"""
    history, max_tokens = case
    counting = Counting()
    scene, sent = trimmed(challenge, history, max_tokens, counting)
    over = cost(sent) > max_tokens
    scene.expect(
        not over,
        f"The messages that you returned cost {cost(sent)} tokens, but max_tokens is {max_tokens}.",
        why="Over the model's window the whole request is refused.",
        hint=(over and wrong_sum(challenge, scene, history, max_tokens, counting, sent))
        or (
            "Is the whole of a turn in your sum before you decide that it fits, and the system message too?",
            "Add first, then compare, then take the turn in.",
        ),
    )


@given(case=budgets(least=1))
@FEW
def test_the_priming_of_the_reply_is_counted(challenge, case):
    """… the 3 tokens included that prime the reply"""
    history, max_tokens = case
    counting = Counting()
    scene, sent = trimmed(challenge, history, max_tokens, counting)
    over = cost(sent) + PRIMING > max_tokens
    scene.expect(
        not over,
        f"The messages cost {cost(sent)} tokens and the request {cost(sent) + PRIMING}, but max_tokens is {max_tokens}.",
        why="A request that is three tokens over is refused like one that is a thousand over.",
        hint=(over and wrong_sum(challenge, scene, history, max_tokens, counting, sent))
        or (
            "What does a request cost beside its messages, and with what do you compare your sum?",
            "Let your sum begin with what is always paid for.",
        ),
    )


@given(case=budgets(least=1))
@FEW
def test_turns_stay_whole(challenge, case):
    """Turns stay whole: a reply with its question, a call with its result"""
    history, max_tokens = case
    scene, sent = trimmed(challenge, history, max_tokens)
    rest = [message for message in sent if message["role"] != "system"]
    called = {call["id"] for message in sent for call in message.get("tool_calls") or ()}
    answered = {message.get("tool_call_id") for message in sent if message["role"] == "tool"}
    first = rest[0]["role"] if rest else "user"
    scene.expect(
        first == "user" and called == answered,
        f"After the system message comes one with the role {first!r}."
        if first != "user"
        else f"Called, but without a result: {sorted(called - answered)}. Not called: {sorted(answered - called)}.",
        why="The model reads an answer whose question is gone; a call without its result is refused with an error 400.",
        hint=(
            "Do you let in, or drop, single messages? Where does a turn begin, and where does it end?",
            "Decide about a turn as a whole: it fits with all its messages, or not at all.",
        ),
    )


@given(case=budgets() | st.tuples(talks(), st.integers(1, 12)))
@settings(max_examples=30)
def test_the_history_is_not_changed(challenge, case):
    """Your caller's list stays as it was, even after an error"""
    for reply_tokens in (0, 2):
        expect_no_change(challenge, case[0], case[1] + reply_tokens, reply_tokens)


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
        hint=(
            "Which of your lines changes a list in place: pop, remove, del, append, insert, reverse, clear?",
            "A second name is not a second list: messages = history. list(history) makes one.",
        ),
    )


@given(case=misfits() | budgets(least=2))
@FEW
def test_no_turn_is_left_out_in_the_middle(challenge, case):
    """No turn is left out in the middle"""
    history, max_tokens = case
    before = copied(history)
    scene, sent = trimmed(challenge, history, max_tokens)
    rest = sent[1:]
    end = before[len(before) - len(rest) :]
    turned = sorted(map(as_text, rest)) == sorted(map(as_text, end))
    scene.expect(
        rest == end,
        "What you returned is not the end of the history: something between is missing, or in another order.",
        why="A later turn may rest on the one that is missing, and neither the model nor the user would notice.",
        hint=(
            "You go from the end. In which order do the turns come to stand in what you return?"
            if turned
            else "A turn does not fit. May an older, shorter one still be sent? What would stand between it and the newer ones?",
            "At the first turn that does not fit, stop.",
        ),
    )


@given(case=budgets(exactly=False))
@MANY
def test_as_many_of_the_newest_turns_as_fit(challenge, case):
    """As many of the newest turns are sent as fit"""
    history, max_tokens = case
    expected, counting = copied(fitting(history, max_tokens)), Counting()
    scene, sent = trimmed(challenge, history, max_tokens, counting)
    scene.show(f"Expected, {cost(expected) + PRIMING} tokens with the 3 that prime the reply", expected)
    wrong = sent != expected
    scene.expect(
        not wrong,
        "What came back are not the system message and as many of the newest turns as fit.",
        why="What could have been sent and was not is forgotten for nothing.",
        hint=(wrong and wrong_sum(challenge, scene, history, max_tokens, counting, sent))
        or (
            "When do you stop? Is one turn more than you returned still within max_tokens?",
            "The 3 that prime the reply are counted once, and nothing else is kept back.",
        ),
    )


@given(history=talks(least=2))
@AT_THE_EDGES
def test_to_the_token(challenge, history):
    """A turn that fits to the token is sent, and one that is a token too large is not"""
    for max_tokens in edges(history):
        counting, expected = Counting(), fitting(history, max_tokens)
        scene, sent = trimmed(challenge, list(history), max_tokens, counting)
        scene.show(f"Expected, {cost(expected) + PRIMING} tokens with the 3 that prime the reply", expected)
        wrong = sent != expected
        scene.expect(
            not wrong,
            f"A request of {cost(expected) + PRIMING} tokens was expected, and one of {cost(sent) + PRIMING} came back, "
            f"where max_tokens is {max_tokens}.",
            why="What is one token over is refused, and what was left out for nothing is forgotten.",
            hint=(wrong and wrong_sum(challenge, scene, history, max_tokens, counting, sent))
            or (
                "Here it fits exactly, or nearly so. Do you refuse a request of exactly max_tokens, or count something more "
                "than once?"
                if len(sent) < len(expected)
                else "Is all that is paid for in your sum: the system message, the turns, and the 3?",
                "Compare the sum with max_tokens: used > max_tokens is too much, and nothing is added on either side.",
            ),
        )


@given(case=budgets(same=True, least=2))
@FEW
def test_equal_messages_count_each(challenge, case):
    """Messages that are equal count each: people say the same twice"""
    history, max_tokens = case
    expected = copied(fitting(history, max_tokens))
    scene, sent = trimmed(challenge, history, max_tokens)
    scene.show(f"Expected, {cost(expected) + PRIMING} tokens with the 3 that prime the reply", expected)
    scene.expect(
        sent == expected,
        f"{len(expected)} messages were expected, the newest turns that fit, and {len(sent)} came back."
        if len(sent) != len(expected)
        else "What came back are not the system message and the newest turns that fit.",
        why="What could have been sent and was not is forgotten, and what is too much is refused.",
        hint=EQUALS,
    )


@given(history=talks(least=1), first=st.integers(0, len(REPLIES) - 1))
@AT_THE_EDGES
def test_room_is_kept_for_the_reply(challenge, history, first):
    """Beside the request, reply_tokens of max_tokens stay free"""
    for limit, reply_tokens in zip(edges(history), cycle(REPLIES[first:] + REPLIES[:first]), strict=False):
        max_tokens, expected = limit + reply_tokens, fitting(history, limit)
        scene, sent = trimmed(challenge, list(history), max_tokens, reply_tokens=reply_tokens)
        request = cost(sent) + PRIMING
        if sent != expected:  # where no room is wanted it may be wrong as well: there is a criterion for that
            with beforehand():
                plain_scene, plain = trimmed(challenge, list(history), limit)
                plain_scene.expect(
                    plain == expected,
                    "Without any room for the reply, too, what came back are not as many of the newest turns as fit.",
                    why="What is wrong there has to be right before the room for the reply can be looked at.",
                    hint="Look first at the criteria above.",
                )
        scene.expect(
            request + reply_tokens <= max_tokens,
            f"The request costs {request} tokens, so {max(0, max_tokens - request)} of the {max_tokens} stay free, where "
            f"{reply_tokens} should.",
            why="Request and reply share the model's window: a reply without room is cut off in the middle of a sentence.",
            hint=(
                "The caller wants room for the reply, and says how much: reply_tokens. What does your function do with it?",
                "What is always paid for: the system message, the 3, and the room for the reply.",
            ),
        )
        scene.show(f"Expected, {cost(expected) + PRIMING} tokens with the 3 that prime the reply", expected)
        scene.expect(
            sent == expected,
            f"More would fit: {max_tokens - request} of the {max_tokens} tokens stay free, where {reply_tokens} should.",
            why="What could have been sent and was not is forgotten for nothing.",
            hint="How often is reply_tokens in your sum? It is kept free once for the whole request.",
        )


def impossible(needed: int, max_tokens: int, reply_tokens: int) -> str:
    words = what_is_needed(reply_tokens)
    return f"{words[0].upper()}{words[1:]} are {needed} tokens, more than {max_tokens}"


def expect_a_telling_error(scene: Scene, problem: NotYet, needed: int, max_tokens: int, reply_tokens: int) -> None:
    """What was raised is a ValueError, and both numbers stand in it."""
    scene.expect(
        isinstance(problem.__cause__, ValueError),
        f"{impossible(needed, max_tokens, reply_tokens)}. A ValueError was expected, but there came {problem.why}",
        why="Who calls your function catches a ValueError, and asks the user for a shorter question.",
        hint=(
            "Did you raise this error, or did a line fail that found nothing where it looked for a message?",
            "Compare before you build the request, and raise ValueError(…) yourself.",
        ),
    )
    scene.show("You raised", Lines([problem.why]))
    numbers = set(map(int, re.findall(r"\d+", re.sub(r"(?<=\d)[,_](?=\d{3})", "", str(problem.__cause__)))))
    scene.expect(
        {needed, max_tokens} <= numbers,
        f"The message of the error should hold {needed}, the tokens that are needed, and {max_tokens}, max_tokens.",
        why="Whoever reads it wants to know by how much it is too long.",
        hint=(
            "Whoever reads it has set max_tokens and reply_tokens. Is the room for the reply in the number that is needed, "
            "and is the other number the max_tokens that was set?"
            if reply_tokens
            else "Which two numbers would you want to read? Do they count what always has to be sent, and the 3 too?",
            "What is needed: system message, newest question, 3, and reply_tokens. Write it with an f-string.",
        ),
    )


def expect_no_return(scene: Scene, sent: object, question: Message, why_impossible: str, reply_tokens: int) -> None:
    """Nothing may come back: say what of it is worst."""
    scene.show("You returned", copied(sent))
    there = isinstance(sent, (list, tuple)) and question in sent
    scene.expect(
        False,
        f"{why_impossible}, so a ValueError was expected, but something came back.",
        why="The server refuses it, or cuts the reply: better that your program says so, with the numbers, beforehand."
        if there
        else "The question has vanished silently: the model answers something else, and nobody knows why.",
        hint=(
            "The question fits, but does the reply still have its room beside it?"
            if there and reply_tokens
            else "The question is always sent. But have you looked whether it fits at all?"
            if there
            else "When nothing is left to drop, what remains? Which message must your code never drop, not even now?",
            "Add up what must be sent before everything else. If that is too much, raise ValueError with both numbers.",
        ),
    )


def expect_an_error(challenge: Work, history: list[Message], max_tokens: int, reply_tokens: int) -> None:
    """Where system message, question and reply do not fit, the learner's function raises a ValueError with the numbers."""
    needed, question = needs(history)[0] + reply_tokens, copied(history[-1])
    scene = Scene()
    given_in(scene, history, max_tokens, reply_tokens)
    try:
        sent = call(challenge, history, max_tokens, Counting(), reply_tokens)
    except NotYet as problem:
        if problem.__cause__ is None:
            raise
        expect_a_telling_error(scene, problem, needed, max_tokens, reply_tokens)
    else:
        expect_no_return(scene, sent, question, impossible(needed, max_tokens, reply_tokens), reply_tokens)


SHORT = st.sampled_from((1, 2, 3, 4, 6, 9))  # tokens that are missing


@given(history=talks(), short=SHORT)
@MANY
def test_an_error_says_when_it_is_impossible(challenge, history, short):
    """If the question cannot fit, a ValueError says what is needed, and what there is"""
    for max_tokens in (needs(history)[0] - short, 0):
        expect_an_error(challenge, history, max_tokens, 0)


@given(history=talks(), short=SHORT, reply_tokens=st.sampled_from((4, 10, 50)))
@FEW
def test_the_error_counts_the_room_for_the_reply(challenge, history, short, reply_tokens):
    """… the room for the reply included"""
    for max_tokens in (needs(history)[0] + reply_tokens - short, reply_tokens - 1):
        expect_an_error(challenge, history, max_tokens, reply_tokens)


@given(case=budgets(least=1) | st.sampled_from((30, 12)).map(a_long_case))
@FEW
def test_each_message_is_counted_once(challenge, case):
    """message_tokens is asked at most once about each message"""
    history, max_tokens = case
    there = Counter(map(as_text, history))
    counting = Counting()
    scene, _ = trimmed(challenge, history, max_tokens, counting)
    asked = Counter(map(as_text, counting.asked))
    again = [message for message in counting.asked if asked[as_text(message)] > there[as_text(message)]]
    times = asked[as_text(again[0])] if again else 0
    scene.show("message_tokens was asked about", counting.asked)
    scene.expect(
        not again and len(counting.asked) <= len(history),
        f"It was asked {len(counting.asked)} times about {len(history)} messages"
        + (f", {times} times about the one with {str(again[0]['content'])[:24]!r}." if again else "."),
        why="Counting anew for each message that is dropped makes four times the work of a talk of twice the length.",
        hint=(
            "What did you know already when you counted a message for the second time? Keep a running sum.",
            "One pass: what is let in is added to the sum, and what is older than the first misfit need not be counted.",
        ),
    )


def test_messages_stay_as_they_are(challenge):
    """Messages are counted and sent as they are, whatever is in them"""
    for question, talk in unusual_histories().items():
        history = [*talk, {"role": "user", "content": "And now?"}]
        for max_tokens in needs(history):
            scene, counting = Scene(), Counting()
            given_in(scene, history, max_tokens)
            with beforehand():
                sent = call(challenge, copied(history), max_tokens, counting)
                expect_messages(scene, sent, [])
            expected = fitting(history, max_tokens)
            scene.show(f"Expected, {cost(expected) + PRIMING} tokens with the 3 that prime the reply", expected)
            strange = [message for message in [*counting.asked, *sent] if message not in history]
            scene.expect(
                not strange and list(sent) == expected,
                "A message that was counted or sent is none of the history: something of it has been lost, or changed."
                if strange
                else "What came back are not the system message and as many of the newest turns as fit.",
                why="A message costs, and says, all that is in it.",
                hint=(
                    question,
                    "Hand each message to message_tokens as it is, and put it as it is into what you return.",
                ),
            )
    if expect_these_costs(challenge, {"system": 3, "user": 6, "assistant": 1}):
        expect_these_costs(challenge, {"system": 3, "user": 6, "assistant": 0})


def spoken(message: Message) -> tuple:
    return message["role"], message.get("content")


def test_a_long_talk_in_a_small_window(challenge):
    """A long talk goes on in a small window, and fills a large one"""

    def by_letters(message: Message) -> int:
        return 4 + len(str(message["content"]))

    first, short, long = a_long_case(2), a_long_case(40), a_long_case(840)
    with beforehand():
        call(challenge, *first, by_letters)
    near = [(count, more) for count in (40, 25, 12) for more in (0, 1, -1)]
    for (talk, _), cases in ((short, near), (long, [(840, 0), (400, -1), (400, 0), (30, 1)])):
        steps, turns = needs(talk, by_letters), turns_of(talk)
        for count, more in cases:
            wanted = count + (more >= 0)
            scene = Scene()
            scene.show(f"You were given, with max_tokens={steps[count] + more}", talk)
            with however_long(scene, "trim_to_budget", len(talk)), beforehand():
                sent = call(challenge, list(talk), steps[count] + more, by_letters)
                expect_messages(scene, sent, [])
            came = len(turns_of(list(sent)))
            scene.expect(
                list(sent) == [talk[0], *chain(*turns[-wanted:])],
                f"{came} turns came back where {wanted} fit{', or not the newest ones' * (came == wanted)}.",
                why="Conversations get long, and some models have room for many turns.",
                hint="Is there a number in your code that is right for short talks only?",
            )
    expect_a_talk_without_refusals(challenge)


def expect_a_talk_without_refusals(challenge: Work) -> None:
    """A conversation through a small window: nothing is refused, and what was said just now is known."""
    server = RecordingServer(context_window=150)
    client, history = server.client(), [{"role": "system", "content": "Be brief."}]
    for number, town in enumerate("Lima Cusco Puno Ica Tacna Piura Nazca Huaraz Arequipa Ayacucho".split()):
        pasted = " The way there:" + number % 4 * " by bus, by train and on foot," if number % 4 else ""
        for question in (f"My next stop is {town}.{pasted}", "What is my next stop?"):
            history.append({"role": "user", "content": question})
            scene, sent = trimmed(challenge, history, 120, Counting())
            refused = ""
            try:
                reply = client.chat.completions.create(model=OFFLINE_MODEL, messages=sent).choices[0].message.content
            except openai.OpenAIError as error:
                refused = str(error)
            scene.expect(
                not refused,
                f"The server, with a window of 150, refused it: {refused}",
                why="One refusal is the end of a conversation.",
                hint="Is what you returned within max_tokens, 120, and is it what the server takes?",
            )
            history.append({"role": "assistant", "content": reply})
        scene.show("It answered", reply)
        scene.expect(
            town in reply,
            f"The answer should name {town}, which was said in the turn before.",
            why="A request that loses what was said just now is no memory.",
            hint="Is the turn before the question in what you returned, and if not, did it not fit?",
        )
