"""A conversation of many turns: append the user's message, send all, append the reply, repeat.

Run it from any directory:
    python examples/02_chat_loop.py                  the three-turn trip to Japan
    python examples/02_chat_loop.py --interactive    talk until you type quit (or press Ctrl-C)
"""

import argparse
import io
import sys

import openai

from common import MODEL, get_client

SYSTEM = "You are a helpful travel assistant."
TRIP = ["I'm planning a trip to Japan.", "When should I visit?", "What should I pack for that season?"]


def run_chat(client: openai.OpenAI, system: str, user_turns: list[str]) -> list[dict]:
    """Hold a conversation, print it with the prompt tokens of each turn, and return its whole history."""
    messages = [{"role": "system", "content": system}]
    for text in user_turns:
        messages.append({"role": "user", "content": text})
        answer = client.chat.completions.create(model=MODEL, messages=messages)
        messages.append({"role": "assistant", "content": answer.choices[0].message.content})
        print(f"You: {text}\nModel: {messages[-1]['content']}\n({answer.usage.prompt_tokens} prompt tokens)\n")
    return messages


def stream_reply(client: openai.OpenAI, messages: list[dict]) -> tuple[str, openai.types.CompletionUsage | None]:
    """Print a reply as it arrives; return its text, and its usage if the server says it."""
    text, usage = "", None
    stream = client.chat.completions.create(
        model=MODEL, messages=messages, stream=True, stream_options={"include_usage": True}
    )
    for chunk in stream:
        usage = chunk.usage or usage  # comes last, in a chunk that may have no choices
        piece = (chunk.choices[0].delta.content or "") if chunk.choices else ""
        print(piece, end="", flush=True)
        text += piece
    return text, usage


def talk(client: openai.OpenAI) -> None:
    """Talk until quit, end of input or Ctrl-C. A turn that fails is taken back, so that it can be asked again."""
    messages = [{"role": "system", "content": SYSTEM}]
    print("Tell the model something, then ask for it; quit ends the talk.")
    while True:
        text = input("\nYou: ").strip()
        if text.lower().strip(".!") in ("quit", "exit"):
            return
        if not text:
            continue
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
            continue
        messages.append({"role": "assistant", "content": reply})
        print(f"\n({usage.prompt_tokens} prompt + {usage.completion_tokens} reply tokens)" if usage else "")


def main() -> None:
    """Hold the trip to Japan, or talk."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--interactive", action="store_true", help="talk yourself, until quit or Ctrl-C")
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
    main()
