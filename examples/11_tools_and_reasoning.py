"""A conversation that calls functions, within a token budget; and what becomes of it without its reasoning.

Run it from any directory:
    python examples/11_tools_and_reasoning.py             a scripted talk
    python examples/11_tools_and_reasoning.py --budget N  the same within N tokens
"""

import argparse
import sys

import openai

from chat_memory import BudgetError, ChatMemory, IncompleteReply, count_tokens, show_request, split_turns
from chat_memory.tools import Called, Result, Text, Tool
from common import MODEL, ending_well, get_client, offline_server

SYSTEM = "You are a helpful travel assistant."
FORECAST = {"Kyoto": "14 degrees and dry", "Osaka": "16 degrees and wet"}
TALK = [
    "My name is Ana.",
    "What is the weather in Kyoto and Nara?",
    "Which trains go to Osaka?",
    "When does the last train to Osaka leave?",
    "What is the weather in Osaka?",
    "What is my name?",
]


def weather(city: str) -> str:
    """Get the weather in a city."""
    if city not in FORECAST:
        raise LookupError(f"no forecast for {city}, only for {' and '.join(FORECAST)}")
    return f"In {city} it is {FORECAST[city]}."


def trains(city: str) -> str:
    """Get the timetable of trains to a city."""
    times = [f"{hour:02}:{minute:02}" for hour in range(6, 22) for minute in (5, 20, 35, 50)]
    rows = [f"Train {number} to {city} leaves at {time}." for number, time in enumerate(times, start=1)]
    return "\n".join([*rows, f"The last train to {city} leaves at 23:10."])


TOOLS = [weather, trains]


def hold_turn(memory: ChatMemory, budget: int, text: str) -> None:
    """Print what happens in a turn as it happens, and how full the memory is then."""
    print(f"\nYou:   {text}")
    said = ""
    try:
        for event in memory.events(text):
            if isinstance(event, Text):
                print(event.piece if said else f"Model: {event.piece}", end="", flush=True)
                said += event.piece
            else:
                print(in_words(event))
    except (openai.OpenAIError, BudgetError, IncompleteReply) as error:
        print(f"\n       [This turn is not kept: {str(error).replace('max_tokens', '--budget')}]")
    else:
        print(f"\n       [{count_tokens(memory.messages, model=MODEL, tools=definitions()):,} of {budget:,} tokens]")


def in_words(event: Called | Result) -> str:
    """A call, or the first line of its result, as a line of the talk."""
    if isinstance(event, Called):
        return f"       [calls {event.name}({event.arguments})]"
    first, *more = event.content.splitlines()
    return f"       [{'failed: ' if event.failed else ''}{first}{f' … and {len(more)} lines more' if more else ''}]"


def definitions() -> list[dict]:
    """The tools as the model is told of them."""
    return [Tool(function).definition for function in TOOLS]


def answer_of(client: openai.OpenAI, messages: list[dict]) -> str:
    """What the model that thinks aloud answers, or why it does not."""
    try:
        answer = client.chat.completions.create(model="offline-thinker", messages=messages, tools=definitions())
    except openai.BadRequestError as error:
        return f"refused: {error.body['message']}"
    return f"answered: {answer.choices[0].message.content}"


def without_reasoning(messages: list[dict]) -> list[dict]:
    """Leave out all reasoning, as old advice has it."""
    return [{key: value for key, value in message.items() if key != "reasoning_content"} for message in messages]


def compare_reasoning() -> None:
    """Hold a talk with a model that thinks aloud; ask once more with the reasoning, without it, and without its turn."""
    client = offline_server().client()
    memory = ChatMemory(client, SYSTEM, model="offline-thinker", tools=TOOLS)
    for text in ("My dog is called Biscuit.", "What is the weather in Kyoto?"):
        memory.ask(text)
    instructions, (first, _) = split_turns(memory.messages)
    question = {"role": "user", "content": "What is my dog called?"}
    print("\nA model that thinks aloud, asked about the dog after a turn with tools")
    for name, messages in {
        "as ChatMemory keeps it": memory.messages,
        "without any reasoning": without_reasoning(memory.messages),
        "without the turn with tools": [*instructions, *first],
    }.items():
        request = [*messages, question]
        print(f"  {name:27} {count_tokens(request):4} tokens  {answer_of(client, request)}")


def main() -> None:
    """Hold the scripted talk, show what is sent next, and compare what is left with and without reasoning."""
    parser = argparse.ArgumentParser(description="Hold a talk that calls functions, and keeps to a token budget.")
    parser.add_argument("--budget", type=int, default=1200, metavar="N", help="tokens (1200)")
    sys.stdout.reconfigure(errors="replace")  # a terminal that lacks a character shows a ? instead of failing
    given = parser.parse_args()
    try:
        memory = ChatMemory(get_client(), SYSTEM, given.budget, model=MODEL, tools=TOOLS)
    except ValueError as error:  # such as a budget in which nothing could be asked
        parser.error(str(error).replace("max_tokens", "--budget"))
    for text in TALK:
        hold_turn(memory, given.budget, text)
    print()
    title = "What the next request begins with"
    print(show_request(memory.messages, tools=definitions(), budget=given.budget, title=title, model=MODEL))
    compare_reasoning()


if __name__ == "__main__":
    with ending_well():
        main()
