"""One talk resent, in a chain and in a conversation: what each is billed, how to leave, and what when the id is gone.

Run it from any directory: python examples/13_server_side_state.py
"""

import argparse
import itertools
import sys
from collections.abc import Callable, Iterator

import openai
from openai.types.responses import Response

from chat_memory import ChatMemory, IncompleteReply, messages_of
from common import MODEL, OFFLINE_MODEL, ending_well, get_client, no_answer, offline_server

RULES = "You are a helpful travel assistant."
TALK = [
    "I'm planning a trip to Japan.",
    "My dog is called Biscuit.",
    "When should I visit?",
    "What should I pack for that season?",
    "What is my dog called?",
]
MONTH = 31 * 86_400  # seconds: a day more than a response is kept for certain


def resent(client: openai.OpenAI) -> Iterator[Response]:
    """Send all of the talk with each question; the server is to keep nothing."""
    history = []
    for text in TALK:
        history.append({"role": "user", "content": text})
        response = client.responses.create(model=MODEL, instructions=RULES, input=history, store=False)
        history.append({"type": "message", "role": "assistant", "content": response.output_text or "(no text)"})
        yield response


def chained(client: openai.OpenAI) -> Iterator[Response]:
    """Send each question with the id of the response to go on from."""
    last_id = None
    for text in TALK:
        response = client.responses.create(model=MODEL, instructions=RULES, input=text, previous_response_id=last_id)
        last_id = response.id
        yield response


def is_whole(chain: list[Response]) -> bool:
    """Whether each response went on from the one before: a server that ignores the id says so only here."""
    return all(later.previous_response_id == earlier.id for earlier, later in itertools.pairwise(chain))


def in_conversation(client: openai.OpenAI, conversation_id: str) -> Iterator[Response]:
    """Send each question with the id of the conversation that it belongs to."""
    for text in TALK:
        yield client.responses.create(model=MODEL, instructions=RULES, input=text, conversation=conversation_id)


def show(way: str, responses: list[Response]) -> None:
    """Print what each turn was billed for, and the last answer."""
    billed = " ".join(f"{response.usage.input_tokens:4}" for response in responses)
    print(f"{way:13} {billed}   {responses[-1].output_text}")


def delete(client: openai.OpenAI, conversation_id: str, responses: list[Response]) -> None:
    """Delete a conversation, each of its items, and each response: none of them goes with another."""
    for item in client.conversations.items.list(conversation_id):
        client.conversations.items.delete(item.id, conversation_id=conversation_id)
    client.conversations.delete(conversation_id)
    for response in responses:
        client.responses.delete(response.id)


def compare(client: openai.OpenAI) -> None:
    """Hold the talk in three ways; bring it home, and take it away from the server."""
    print("Input tokens of each turn, as billed, and the last answer")
    show("resent", list(resent(client)))
    show("chain", chain := list(chained(client)))
    if not is_whole(chain):
        print("              This server ignores previous_response_id: it has seen each question alone.")
    conversation = client.conversations.create()
    show("conversation", responses := list(in_conversation(client, conversation.id)))

    messages = messages_of(client.conversations.items.list(conversation.id, order="asc"))
    delete(client, conversation.id, [*chain, *responses])
    memory = ChatMemory(client, RULES, model=MODEL, history=messages)
    print(f"\nBrought home: {len(messages)} messages. The server keeps nothing more, and the talk goes on:")
    print(f"{TALK[-1]} {memory.ask(TALK[-1])}")


def hold(client: openai.OpenAI, wait: Callable[[], None]) -> None:
    """Hold a talk that the server keeps, with a copy beside it; wait, and ask the last question."""
    memory = ChatMemory(
        client,
        RULES,
        api="responses",
        server_keeps=True,
        model=OFFLINE_MODEL,
        on_notice=lambda notice: print(f"[{notice}]"),
    )
    for text in TALK[:-1]:
        memory.ask(text)
    wait()
    print(f"{TALK[-1]} {memory.ask(TALK[-1])}")


def main() -> None:
    """Compare the three ways with the model that answers, and two servers that do not keep a talk."""
    argparse.ArgumentParser(
        description="Hold one talk in three ways, see what each is billed, and go on where the server keeps it no longer."
    ).parse_args()
    sys.stdout.reconfigure(errors="replace")  # a terminal that lacks a character shows a ? instead of failing
    try:
        compare(get_client())
    except (openai.OpenAIError, IncompleteReply) as error:
        print(f"This server cannot do all of it. {no_answer(error)}")

    now = [0]  # seconds, of the server's clock
    print("\nA server that has forgotten the talk after a month (the offline model)")
    hold(offline_server(clock=lambda: now[-1]).client(), wait=lambda: now.append(MONTH))
    print("\nA server that ignores the id (the offline model)")
    hold(offline_server(keeps="nothing").client(), wait=lambda: None)


if __name__ == "__main__":
    with ending_well():
        main()
