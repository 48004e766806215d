"""What lessons 01 to 04 claim: nothing is remembered between requests, all that is sent is read and counted, turns are taken."""

from __future__ import annotations

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
REFUSALS = (openai.BadRequestError, openai.UnprocessableEntityError, openai.InternalServerError)  # a template may raise


def count_of(server: Server, messages: MESSAGES) -> int:
    """The prompt tokens of a request, by the server. Raises Otherwise where it does not say."""
    counted = prompt_tokens(server.chat(messages, limit=8))
    if counted is None:
        raise Otherwise(NO_USAGE)
    return counted


@criterion("A request knows nothing of the one before it", lesson=1)
def stateless(server: Server) -> str:
    word = new_word()
    told = user(f"The code word is {word}. Please remember it.")
    question = user("What is the code word? Reply with that word alone.")
    before = server.chat([question], limit=40)
    noted = text_of(server.chat([told], limit=40)) or "Noted."
    after = server.chat([question], limit=40)
    if word.lower() in text_of(after).lower():
        raise Broken(f'Asked without a history it said {quoted(text_of(after))}: "{word}" stood in the request before.')
    counts = [prompt_tokens(answer) for answer in (before, after)]
    if counts[0] != counts[1]:
        raise Broken(f"The same request had {counts[0]} prompt tokens, and {counts[1]} when another one had been sent.")
    whole = text_of(server.chat([told, assistant(noted), question], limit=40))
    sizes = "" if counts[0] is None else f", {counts[0]} prompt tokens before and after"
    return f"Alone: {quoted(text_of(after))}{sizes}. With its history: {quoted(whole)}."


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
    return f"One, two and three turns: {counts[0]}, {counts[1]} and {counts[2]} prompt tokens."


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
    return model.startswith(("gpt-", "chatgpt-", "offline-")) and not model.startswith("gpt-oss")


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
