"""Checks work/05_token_budget.py: as many of the newest turns as fit into a budget of tokens."""

import json
import re
from collections import Counter
from copy import deepcopy
from itertools import accumulate

import openai
from hypothesis import given, settings
from hypothesis import strategies as st

import chat_memory
from calling import Work
from common import OFFLINE_MODEL
from conversations import LENGTHS, histories, turns_of, words
from criteria import Message, NotYet, Scene
from recording import RecordingServer

START = (
    "Which two messages are always sent? What do they cost, together with the 3 that prime the reply?",
    "Cut the rest into turns, as in lesson 04. Which turn is the first to be let in, and when do you stop?",
    "One pass from the end: add what a turn costs to what is used so far, and stop at the first that does not fit.",
)

PRIMING = 3
MANY = settings()
FEW = settings(max_examples=20)  # a criterion with a narrow question needs fewer histories


class Counting:
    """The message_tokens that is handed in: it counts, and notes what it was asked about."""

    def __init__(self) -> None:
        self.asked: list[Message] = []

    def __call__(self, message: Message) -> int:
        self.asked.append(dict(message))
        return chat_memory.message_tokens(message)


def cost(messages: list[Message]) -> int:
    """What messages cost, without the priming."""
    return sum(chat_memory.message_tokens(message) for message in messages)


def needs(history: list[Message]) -> list[int]:
    """What requests cost with the newest turn, with the newest two, and so on."""
    turns = [cost(turn) for turn in reversed(turns_of(history))]
    return list(accumulate(turns, initial=PRIMING + cost(history[:1])))[1:]


def fitting(history: list[Message], max_tokens: int) -> list[Message]:
    """What should be sent."""
    count = sum(needed <= max_tokens for needed in needs(history))
    return [history[0], *(message for turn in turns_of(history)[-count:] for message in turn)]


@st.composite
def talks(draw: st.DrawFn, least: int = 0) -> list[Message]:
    """A history that ends with a question; some people say the same again and again."""
    history = draw(histories(least=least, most=5, tools=True, ends_with_question=True))
    history[0]["content"] = words("Be brief.", draw(LENGTHS))
    if draw(st.booleans()):
        for message in history[1:]:
            message["content"] = message["content"] and re.sub(r" \d+\.", ".", message["content"])
    return history


@st.composite
def budgets(draw: st.DrawFn, least: int = 0, roomy: bool = False) -> tuple[list[Message], int]:
    """A history, and a budget that holds some of its turns: exactly, or with as much to spare as one turn less can have.

    With `roomy` at least the priming is to spare, so that it makes no difference whether it was counted.
    """
    history = draw(talks(least))
    steps = needs(history)
    count = draw(st.integers(0, len(steps) - 1))
    exact, next_one = steps[count], steps[count + 1] if count + 1 < len(steps) else steps[count] + 8
    spare = draw(st.sampled_from((1.0, 0.5, 0.0)))
    budget = exact + int(spare * (next_one - 1 - exact))
    return history, min(budget, next_one - 1 - PRIMING) if roomy else budget


@st.composite
def misfits(draw: st.DrawFn) -> tuple[list[Message], int]:
    """A history with a large turn somewhere in the middle, and a budget for which this turn is just too large."""
    history = draw(talks(least=2))
    count = draw(st.integers(1, len(turns_of(history)) - 2))
    large = turns_of(history)[-1 - count]
    large[0]["content"] = words(large[0]["content"], 60)
    return history, needs(history)[count] - 1


def trimmed(challenge: Work, history: list[Message], max_tokens: int, counting: Counting | None = None) -> tuple:
    """Call the learner's function where the newest question fits, and note what came."""
    scene, needed = Scene(), needs(history)[0]
    scene.show(f"You were given, with max_tokens={max_tokens}", deepcopy(history))
    try:
        sent = challenge.call("trim_to_budget", history, max_tokens, counting or Counting())
    except NotYet as problem:
        scene.expect(
            not isinstance(problem.__cause__, ValueError),
            f"It raised {problem.why.rstrip('.')}. But the system message, the newest question and the 3 that prime the "
            f"reply are {needed} tokens, so with {max_tokens} there is something to send.",
            why="An error where a shorter request would do stops a conversation that could go on.",
            hint=(
                "When exactly is it impossible? Which messages must fit, and which may be dropped until the rest does?",
                "Older turns that do not fit are no reason for an error.",
            ),
        )
        raise
    scene.expect(
        isinstance(sent, list),
        f"A list of messages was expected, but {type(sent).__name__} came back.",
        why="What you return is sent to the model as it is.",
        hint="Does every way through your function end in a return?" if sent is None else "Make a list of it.",
    )
    scene.show("You returned", deepcopy(sent))
    strange = next((message for message in sent if not isinstance(message, dict) or "role" not in message), None)
    scene.expect(
        strange is None,
        f"A list of messages was expected, but in it stands a {type(strange).__name__}.",
        why="What you return is sent to the model as it is.",
        hint="Do you put a whole turn, which is a list, where its messages should be? What does + do, and what append?",
    )
    return scene, sent


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


@given(case=budgets(least=1, roomy=True))
@FEW
def test_never_over_the_budget(challenge, case):
    """A request never costs more than max_tokens"""
    history, max_tokens = case
    scene, sent = trimmed(challenge, history, max_tokens)
    scene.expect(
        cost(sent) <= max_tokens,
        f"The messages that you returned cost {cost(sent)} tokens, but max_tokens is {max_tokens}.",
        why="Over the model's window the whole request is refused.",
        hint=(
            "Is the whole of a turn in your sum before you decide that it fits, and the system message too?",
            "Add first, then compare, then take the turn in.",
            "Two messages may say the same: do you look one up by what it says, with index, in or remove?",
        ),
    )


@given(case=budgets(least=1))
@FEW
def test_the_priming_of_the_reply_is_counted(challenge, case):
    """… the 3 tokens included that prime the reply"""
    history, max_tokens = case
    scene, sent = trimmed(challenge, history, max_tokens)
    scene.expect(
        cost(sent) + PRIMING <= max_tokens,
        f"The messages cost {cost(sent)} tokens and the request {cost(sent) + PRIMING}, but max_tokens is {max_tokens}.",
        why="A request that is three tokens over is refused like one that is a thousand over.",
        hint=(
            "What does a request cost beside its messages? You met it in lesson 03.",
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
@settings(max_examples=40)
def test_the_history_is_not_changed(challenge, case):
    """Your caller's list stays as it was, even after an error"""
    history, max_tokens = case
    before = deepcopy(history)
    scene = Scene()
    scene.show(f"You were given, with max_tokens={max_tokens}", before)
    try:
        challenge.call("trim_to_budget", history, max_tokens, Counting())
    except NotYet as problem:
        if problem.__cause__ is None or max_tokens >= needs(before)[0]:
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
    before = deepcopy(history)
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


@given(case=budgets())
@MANY
def test_as_many_of_the_newest_turns_as_fit(challenge, case):
    """As many of the newest turns are sent as fit"""
    history, max_tokens = case
    expected = deepcopy(fitting(history, max_tokens))
    scene, sent = trimmed(challenge, history, max_tokens)
    scene.show(f"Expected, {cost(expected) + PRIMING} tokens with the 3 that prime the reply", expected)
    exactly = False  # whether it is only the exact fit that fails
    if sent != expected and cost(expected) + PRIMING == max_tokens:
        roomy = max_tokens + PRIMING * len(turns_of(expected))
        exactly = trimmed(challenge, deepcopy(history), roomy)[1] == fitting(history, roomy)
    scene.expect(
        sent == expected,
        "What came back are not the system message and as many of the newest turns as fit.",
        why="What could have been sent and was not is forgotten for nothing.",
        hint=(
            "Here it fits exactly. Do you refuse a request of exactly max_tokens, or count something more than once?"
            if exactly and len(sent) < len(expected)
            else "When do you stop? Is one turn more than you returned still within max_tokens?",
            "The 3 that prime the reply are counted once, and nothing else is kept back.",
            "Two messages may say the same: do you look one up by what it says, with index, in or remove?",
        ),
    )


def impossible(needed: int, max_tokens: int) -> str:
    return f"The system message, the newest question and the 3 that prime the reply are {needed} tokens, more than {max_tokens}"


def expect_a_telling_error(scene: Scene, problem: NotYet, needed: int, max_tokens: int) -> None:
    """What was raised is a ValueError, and both numbers stand in it."""
    scene.expect(
        isinstance(problem.__cause__, ValueError),
        f"{impossible(needed, max_tokens)}. A ValueError was expected, but there came {problem.why}",
        why="Who calls your function catches a ValueError, and asks the user for a shorter question.",
        hint=(
            "Did you raise this error, or did a line fail that found nothing where it looked for a message?",
            "Compare before you build the request, and raise ValueError(…) yourself.",
        ),
    )
    scene.show("You raised", problem.why)
    numbers = set(map(int, re.findall(r"\d+", re.sub(r"(?<=\d)[,_](?=\d{3})", "", str(problem.__cause__)))))
    scene.expect(
        {needed, max_tokens} <= numbers,
        f"The message of the error should hold {needed}, the tokens that are needed, and {max_tokens}, max_tokens.",
        why="Whoever reads it wants to know by how much it is too long.",
        hint=(
            "Which two numbers would you want to read? Do they count what always has to be sent, and the 3 too?",
            "What is needed: system message, newest question, and 3. Write it into the message with an f-string.",
        ),
    )


def expect_no_return(scene: Scene, sent: object, question: Message, needed: int, max_tokens: int) -> None:
    """Nothing may come back: say what of it is worst."""
    scene.show("You returned", deepcopy(sent))
    there = isinstance(sent, list) and question in sent
    scene.expect(
        False,
        f"{impossible(needed, max_tokens)}, so a ValueError was expected, but something came back.",
        why="The server refuses it: better that your program says so, with the numbers, before anything is sent."
        if there
        else "The question has vanished silently: the model answers something else, and nobody knows why.",
        hint=(
            "The question is always sent. But have you looked whether it fits at all?"
            if there
            else "When nothing is left to drop, what remains? Which message must your code never drop, not even now?",
            "Add up what must be sent before everything else. If that is too much, raise ValueError with both numbers.",
        ),
    )


@given(history=talks(), short=st.sampled_from((1, 2, 3, 4, 6, 9)))
@MANY
def test_an_error_says_when_it_is_impossible(challenge, history, short):
    """If the question cannot fit, a ValueError says what is needed, and what there is"""
    needed = needs(history)[0]
    max_tokens = needed - short
    question = deepcopy(history[-1])
    scene = Scene()
    scene.show(f"You were given, with max_tokens={max_tokens}", deepcopy(history))
    counting = Counting()
    try:
        sent = challenge.call("trim_to_budget", history, max_tokens, counting)
    except NotYet as problem:
        if problem.__cause__ is None:
            raise
        expect_a_telling_error(scene, problem, needed, max_tokens)
    else:
        expect_no_return(scene, sent, question, needed, max_tokens)


@given(case=budgets(least=1))
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


def spoken(message: Message) -> tuple:
    return message["role"], message.get("content")


def as_text(message: Message) -> str:
    return json.dumps(message, sort_keys=True, default=str)


def test_the_function_that_is_handed_in_counts(challenge):
    """What counts is the message_tokens that is handed in"""
    asked = []

    def by_words(message: Message) -> int:
        asked.append(message)
        return 2 * len(message["content"].split())

    texts = ["Just answer in one word.", "Where is Rome?", "Italy.", "And Oslo?", "Norway.", "And Lima?"]
    roles = ["system", *["user", "assistant"] * 2, "user"]
    history = [{"role": role, "content": text} for role, text in zip(roles, texts, strict=True)]
    expected = [history[0], *history[3:]]
    scene = Scene()
    scene.show("You were given, with max_tokens=26 and a message_tokens of 2 a word", deepcopy(history))
    sent = challenge.call("trim_to_budget", history, 26, by_words)
    scene.show("You returned", sent)
    scene.show("Expected, 10 + 4 + 2 + 4 tokens and the 3 that prime the reply", expected)
    scene.expect(
        asked and sent == expected,
        "What came back does not fit what message_tokens said."
        if asked
        else "Nobody asked the message_tokens that was handed in.",
        why="Each model has a count of its own: whoever calls your function knows which one is right.",
        hint=(
            "Where do the numbers in your function come from? Which function do you get for that?",
            "The third argument is a function: call it with one message.",
        ),
    )


def test_a_long_talk_in_a_small_window(challenge):
    """A long talk goes on in a small window, and fills a large one"""
    talk = [{"role": "system", "content": "Be brief."}]
    for number in range(1, 41):
        talk += [{"role": "user", "content": f"Is it {number}?"}, {"role": "assistant", "content": f"It is {number}."}]
    talk.append({"role": "user", "content": "And now?"})
    for count in (40, 25, 12):
        budget = needs(talk)[count]
        scene, sent = trimmed(challenge, talk, budget)
        scene.expect(
            sent == fitting(talk, budget),
            f"{len(turns_of(sent))} turns came back where {count + 1} fit.",
            why="Conversations get long, and some models have room for many turns.",
            hint="Is there a number in your code that is right for short talks only?",
        )
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
