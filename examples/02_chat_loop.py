"""A conversation of many turns: append the user's message, send all, append the reply, repeat.

Run it from any directory:
    python examples/02_chat_loop.py                  the three-turn trip to Japan
    python examples/02_chat_loop.py --interactive    talk until you type quit (or press Ctrl-C)
"""

import argparse
import io
import re
import sys

import openai

from common import MODEL, ending_well, get_client

SYSTEM = "You are a helpful travel assistant."
HELP = "Tell the model something, then ask for it; quit ends the talk."
COMMANDS = {"quit": "quit", "exit": "quit", "q": "quit", "help": "help"}  # what is not said to the model
TRIP = ["I'm planning a trip to Japan.", "When should I visit?", "What should I pack for that season?"]


def run_chat(client: openai.OpenAI, system: str, user_turns: list[str]) -> list[dict]:
    """Hold a conversation, print it with the prompt tokens of each turn, and return its whole history."""
    messages = [{"role": "system", "content": system}]
    for text in user_turns:
        messages.append({"role": "user", "content": text})
        answer = client.chat.completions.create(model=MODEL, messages=messages)
        messages.append({"role": "assistant", "content": answer.choices[0].message.content or "(no text)"})
        size = (
            f"{answer.usage.prompt_tokens} prompt tokens" if answer.usage else "the server does not say how many tokens"
        )
        print(f"You: {text}\nModel: {messages[-1]['content']}\n({size})\n")
    return messages


def stream_of(client: openai.OpenAI, messages: list[dict]) -> openai.Stream:
    """Ask for a stream that says its usage, or for one that does not where the server refuses to be asked for that."""
    request = {"model": MODEL, "messages": messages, "stream": True}
    try:
        return client.chat.completions.create(**request, stream_options={"include_usage": True})
    except (openai.BadRequestError, openai.UnprocessableEntityError) as error:
        if "stream_options" not in str(error):
            raise
        return client.chat.completions.create(**request)


def stream_reply(client: openai.OpenAI, messages: list[dict]) -> tuple[str, openai.types.CompletionUsage | None]:
    """Print a reply as it arrives; return its text, and its usage if the server says it."""
    text, usage = "", None
    for chunk in stream_of(client, messages):
        usage = chunk.usage or usage  # comes last, in a chunk that may have no choices
        piece = (chunk.choices[0].delta.content or "") if chunk.choices else ""
        print(piece, end="", flush=True)
        text += piece
    return text, usage


def command_in(text: str) -> str:
    """The command on a line, such as quit, /quit or Quit!; "" where it is something to say to the model."""
    alone = text.lower().strip("/:.,!?() \\-\"'`“”‘’")
    if alone in COMMANDS:
        return COMMANDS[alone]
    word = re.match(r"/([^\s/]*)(\s|$)", text.lower())  # but not /etc/hosts
    return COMMANDS.get(word[1].strip(".,!?"), "unknown") if word else ""


def hold_turn(client: openai.OpenAI, messages: list[dict], text: str) -> None:
    """Ask and print the reply. A turn that fails is taken back, so that it can be asked again."""
    messages.append({"role": "user", "content": text})
    print("Model: ", end="")
    problem = "the model sent no text"
    try:
        reply, usage = stream_reply(client, messages)
    except openai.OpenAIError as error:
        reply, problem = "", str(error)
    if not reply:
        print(f"[no reply: {problem}]")
        messages.pop()
        return
    messages.append({"role": "assistant", "content": reply})
    print(f"\n({usage.prompt_tokens} prompt + {usage.completion_tokens} reply tokens)" if usage else "")


def talk(client: openai.OpenAI) -> None:
    """Talk until quit, end of input or Ctrl-C."""
    messages = [{"role": "system", "content": SYSTEM}]
    print(HELP)
    while (command := command_in(text := input("\nYou: ").strip())) != "quit":
        if command:
            print(HELP if command == "help" else f"There is no such command. {HELP}")
        elif text:
            hold_turn(client, messages, text)


def main() -> None:
    """Hold the trip to Japan, or talk."""
    parser = argparse.ArgumentParser(description="Hold a conversation of three turns, or talk.", allow_abbrev=False)
    parser.add_argument("--interactive", action="store_true", help="talk yourself, until quit or Ctrl-C")
    sys.stdin = sys.stdin or io.StringIO()  # one that was closed is one with nothing in it
    for stream in (sys.stdin, sys.stdout):
        if isinstance(stream, io.TextIOWrapper):  # a character that the terminal lacks is shown as ?
            stream.reconfigure(errors="replace")
    if not parser.parse_args().interactive:
        run_chat(get_client(), SYSTEM, TRIP)
        return
    try:
        talk(get_client())
    except (KeyboardInterrupt, EOFError):
        print()
    print("Goodbye.")


if __name__ == "__main__":
    with ending_well():
        main()
