"""What lessons 01 to 04 claim: nothing is remembered between requests, all that is sent is read and counted, turns are taken."""

from __future__ import annotations

import re
from itertools import pairwise

import openai

from chat_memory import count_tokens

from ..judging import Broken, Otherwise, criterion
from ..server import MESSAGES, Server, assistant, new_word, prompt_tokens, system, text_of, user
from ..words import quoted, said_by

TRIP = [
    system("You are a helpful travel assistant."),
    user("I'm planning a trip to Japan."),
    assistant("Japan, good. What would you like to know?"),
    user("When should I visit?"),
    assistant("In spring, when the cherry trees are in bloom."),
    user("What should I pack for that season?"),
]
NO_USAGE = "The answer does not say how many prompt tokens it had."
WHICH_WORD = "What is the code word? Reply with that word alone."
PAIRS = 20  # of messages between the code word and the question: some programs show a model the last ten
OPENAIS = re.compile(r"(.*/)?(ft:)?(chatgpt-.*|gpt-(3\.5|4o|[4-6])([-.:].*)?|offline-.*)")
REFUSALS = (openai.BadRequestError, openai.UnprocessableEntityError, openai.InternalServerError)  # a template may raise


def count_of(server: Server, messages: MESSAGES) -> int:
    """The prompt tokens of a request, by the server. Raises Otherwise where it does not say."""
    counted = prompt_tokens(server.chat(messages, limit=8))
    if counted is None:
        raise Otherwise(NO_USAGE)
    return counted


def code_word(word: str) -> str:
    return f"The code word is {word}. Please remember it."


def not_empty(said: str, server: Server) -> str:
    """The text of a reply. Raises Otherwise where no word came, from which nothing can be seen."""
    if said.strip():
        return said
    thinking = ": it thinks before it replies, and that used the limit up" if server.asked.thought else ""
    raise Otherwise(f"No word came{thinking}, so this could not be seen.")


@criterion("A request knows nothing of the one before it", lesson=1)
def stateless(server: Server) -> str:
    word = new_word()
    told, question = user(code_word(word)), user(WHICH_WORD)
    before = server.chat([question], limit=40)
    noted = text_of(server.chat([told], limit=40)) or "Noted."
    after = server.chat([question], limit=40)
    if word.lower() in text_of(after).lower():
        raise Broken(f'Asked without a history it said {quoted(text_of(after))}: "{word}" stood in the request before.')
    counts = [prompt_tokens(answer) for answer in (before, after)]
    if counts[0] != counts[1]:
        raise Broken(f"The same request had {counts[0]} prompt tokens, and {counts[1]} when another one had been sent.")
    whole = text_of(server.chat([told, assistant(noted), question], limit=40))
    not_empty(text_of(after) + whole, server)
    is_said = word.lower() in whole.lower()
    sizes = "" if counts[0] is None else f", {counts[0]} prompt tokens before and after"
    seen = (
        f"Alone: {quoted(text_of(after))}{sizes}. With its history it {'says' if is_said else 'does not say'} the word"
    )
    if counts[0] is None and not is_said:
        raise Otherwise(f"{seen} either, and there is no usage, so this could not be seen: {quoted(whole)}.")
    return f"{seen}{'' if is_said else ' either'}: {quoted(whole)}."


@criterion("An answer says its usage: prompt tokens, completion tokens, and their sum", lesson=1)
def usage(server: Server) -> str:
    said = server.chat([user("Say hello.")], limit=40).usage
    if said is None:
        raise Broken("The answer holds no usage, so what a request has cost cannot be known.")
    numbers = said.prompt_tokens, said.completion_tokens, said.total_tokens
    if not all(isinstance(number, int) and number > 0 for number in numbers):
        raise Broken(f"Prompt, completion and total are {numbers}: each is a whole number above 0.")
    if numbers[0] + numbers[1] != numbers[2]:
        raise Broken(f"{numbers[0]} prompt tokens and {numbers[1]} completion tokens are not {numbers[2]} in total.")
    return f"{numbers[0]} + {numbers[1]} = {numbers[2]} tokens."


@criterion("Each message that is sent is read, and counted: a history that grows costs more", lesson=2)
def whole_history(server: Server) -> str:
    counts = [count_of(server, TRIP[:size]) for size in (2, 4, 6)]
    least = [sum(len(message["content"].split()) for message in TRIP[size : size + 2]) // 2 for size in (2, 4)]
    grown = [later - earlier for earlier, later in pairwise(counts)]
    if any(more < words for more, words in zip(grown, least, strict=True)):
        raise Broken(f"One, two and three turns had {counts} prompt tokens: what was added is not all read.")
    said = f"One, two and three turns: {counts[0]}, {counts[1]} and {counts[2]} prompt tokens"
    return f"{said}; {first_of_many(server)}"


def first_of_many(server: Server) -> str:
    """Say that the first of many messages is read. Raises where they are not all counted, or the reply does not show it."""
    word = new_word()
    pairs = [user("Go on, please."), assistant("There is nothing new yet.")]
    talk = [user(code_word(word)), assistant("Noted."), *pairs * PAIRS, user(WHICH_WORD)]
    answer = server.chat(talk, limit=40)
    counts = [count_of(server, [*talk[:2], *talk[4:]]), prompt_tokens(answer) or 0]
    if counts[1] - counts[0] < 4:
        raise Broken(
            f"{len(talk) - 2} messages had {counts[0]} prompt tokens, {len(talk)} had {counts[1]}: they are not all read."
        )
    if word.lower() not in text_of(answer).lower():
        raise Otherwise(
            f"All of {len(talk)} messages are counted, {counts[1]} tokens. Whether the first was read, which holds the word "
            f"that is asked for, the reply does not show: {quoted(text_of(answer))}."
        )
    return f"the first of {len(talk)} messages is read: {quoted(text_of(answer))}."


COUNTED = {
    "a word": [user("Hello")],
    "three turns": TRIP,
    "two words in two turns": [user("Hello"), assistant("Hello"), user("Hello")],
    "Chinese and an emoji": [user("备用钥匙在蓝色花盆下面。🌷")],
    "a special token": [user("What does <|endoftext|> mean?")],
    "a name": [{**user("Hello"), "name": "Ana"}],
}


@criterion("What is sent is counted as count_tokens counts it", lesson=3)
def counts(server: Server) -> str:
    ours = {what: count_tokens(messages, model=server.model) for what, messages in COUNTED.items()}
    theirs = {what: count_of(server, messages) for what, messages in COUNTED.items()}
    different = {what: theirs[what] - ours[what] for what in COUNTED if theirs[what] != ours[what]}
    if not different:
        return f"{len(COUNTED)} requests, from {min(ours.values())} to {max(ours.values())} tokens, to the token."
    differences = ", ".join(f"{what} {ours[what]} and {theirs[what]}" for what in different)
    said = f"Ours and the server's: {differences}."
    if counts_as_openai(server.model):
        raise Broken(f"{said} Its tokenizer is OpenAI's, so they are to be equal.")
    raise Otherwise(f"{said} Its tokenizer, or its chat template, is another one.")


def counts_as_openai(model: str) -> bool:
    """Whether a model is one of those for which the rule is published, by its name."""
    return OPENAIS.fullmatch(model) is not None


def taken(server: Server, messages: MESSAGES) -> str:
    """Say that messages are taken. Raises Otherwise where they are refused, with the server's words."""
    try:
        server.chat(messages, limit=8)
    except REFUSALS as error:
        raise Otherwise(f"Refused, {said_by(error)}") from None
    return "Taken."


@criterion("One system message, then user and assistant in turn, is taken", lesson=4)
def in_turn(server: Server) -> str:
    try:
        return taken(server, TRIP)
    except Otherwise as problem:
        raise Broken(str(problem)) from None


@criterion("Two system messages are taken", lesson=4)
def two_systems(server: Server) -> str:
    return taken(server, [TRIP[0], system("Call the user Chef."), *TRIP[1:]])


@criterion("Two user messages in a row are taken", lesson=4)
def two_users(server: Server) -> str:
    return taken(server, [TRIP[0], TRIP[1], TRIP[3]])


@criterion("An assistant message before the first question is taken", lesson=4)
def leading_assistant(server: Server) -> str:
    return taken(server, [TRIP[0], assistant("Welcome! Where do you want to go?"), TRIP[1]])
