"""A conversation that never outgrows its token budget: replies are streamed, old turns are folded into a summary.

Run it from any directory:
    python examples/07_chat_memory.py                  a scripted talk in a very small budget
    python examples/07_chat_memory.py --interactive    talk until you type quit; --budget N sets max_tokens
"""

import argparse
import io
import re
import sys
from contextlib import closing, suppress

import openai

from chat_memory import BudgetError, ChatMemory, IncompleteReply, count_tokens, show_request, split_turns
from common import MODEL, SETTINGS, ending_well, get_client

with suppress(ImportError):
    import readline  # noqa: F401  (arrow keys and long lines where input() reads from a terminal; not on Windows)

SYSTEM = "You are a helpful travel assistant."
TALK = [
    "My name is Ana, and my dog is called Biscuit.",
    "I'm planning a trip to Japan.",
    "When should I visit?",
    "What should I pack for that season?",
    "My budget is 900 euros.",
    "My flight leaves on 3 April.",
    "My sister Mia lives in Kyoto. She has a spare room and says that a week is too short.",
    "I do not like crowds. A quiet garden in the morning is worth more to me than any shop.",
    "I would like to stay a night in the mountains, in one of the old inns with a hot bath.",
    "I get seasick on small boats, so I would rather take a train than a ferry.",
    "What is my dog called?",
]
SMALL = 360 if SETTINGS.offline else 1_200  # tokens, for the scripted talk: real models reply at greater length
COMMANDS = {"quit": "quit", "exit": "quit", "q": "quit", "help": "help", "memory": "memory"}  # not said to the model
HELP = """\
Say something, and ask for it later. Or type
  /memory   what is remembered: the summary and the recent turns
  /help     these lines
  quit      to end the talk
Ctrl-C stops a reply that is arriving; otherwise it ends the talk."""


def recent_turns(memory: ChatMemory) -> int:
    """How many turns are remembered word for word; the summary is sent as a turn of its own."""
    return len(split_turns(memory.messages)[1]) - bool(memory.summary)


def hold_turn(memory: ChatMemory, budget: int, text: str) -> None:
    """Print a reply as it arrives, then what became of the memory. A turn that fails is not kept."""
    turns, failure = recent_turns(memory), memory.summary_error
    print("Model: ", end="", flush=True)
    try:
        with closing(memory.stream(text)) as pieces:
            for piece in pieces:
                print(piece, end="", flush=True)
    except (openai.OpenAIError, BudgetError, IncompleteReply) as error:
        print(f"\n[This turn is not kept: {str(error).replace('max_tokens', '--budget')}]")
    else:
        used = count_tokens(memory.messages, model=MODEL)
        print(f"\n[{'#' * min(20, 20 * used // budget):.<20}] {used:,} of {budget:,} tokens")
        if folded := turns + 1 - recent_turns(memory):
            print(f"[Summarised: {folded} {'turn' if folded == 1 else 'turns'} folded. /memory shows the summary.]")
    if memory.summary_error and memory.summary_error is not failure:
        print(f"[Not summarised, but nothing is lost; the next turn tries again: {memory.summary_error}]")


def show_memory(memory: ChatMemory, budget: int) -> None:
    """Print the summary, the recent turns, and what the conversation has used so far."""
    print(f"Summary: {memory.summary or 'none yet.'}")
    print(show_request(memory.messages, budget=budget, title="The next request, before its question", model=MODEL))
    used = memory.usage
    requests = "1 request" if used.requests == 1 else f"{used.requests} requests"  # one that was stopped counts too
    print(f"So far: {requests}, {used.prompt_tokens:,} prompt + {used.completion_tokens:,} reply tokens")


def read_line() -> str:
    """What is typed next; what comes from a pipe or a file is printed, so that the transcript reads well."""
    text = input("\nYou: ")
    if not sys.stdin.isatty():
        print(text)
    return text.strip()


def command_in(text: str) -> str:
    """The command on a line, such as quit, /quit or Quit!; "" where it is something to say to the model."""
    alone = text.lower().strip("/:.,!?() \\-\"'`“”‘’")
    if alone in COMMANDS:
        return COMMANDS[alone]
    word = re.match(r"/([^\s/]*)(\s|$)", text.lower())  # but not /etc/hosts
    return COMMANDS.get(word[1].strip(".,!?"), "unknown") if word else ""


def talk(memory: ChatMemory, budget: int) -> None:
    """Talk until quit. Ends with EOFError at the end of the input, and with KeyboardInterrupt at Ctrl-C."""
    print(HELP)
    while (command := command_in(text := read_line())) != "quit":
        if command == "memory":
            show_memory(memory, budget)
        elif command == "help":
            print(HELP)
        elif command:
            print(f"There is no command {text.split()[0][:20]}. /help lists them.")
        elif text:
            try:
                hold_turn(memory, budget, text)
            except KeyboardInterrupt:
                print("\n[This turn is not kept: you stopped it.]")


def recite(memory: ChatMemory, budget: int) -> None:
    """Hold the scripted talk, and show what is remembered of it."""
    for text in TALK:
        print(f"\nYou: {text}")
        hold_turn(memory, budget, text)
    print()
    show_memory(memory, budget)


def main() -> None:
    """Hold the scripted talk, or talk."""
    small = "--interactive" not in sys.argv  # the scripted talk is short, and is to be summarised all the same
    parser = argparse.ArgumentParser(description="Hold a talk that keeps to a token budget.", allow_abbrev=False)
    parser.add_argument("--interactive", action="store_true", help="talk yourself, until quit or Ctrl-C")
    parser.add_argument(
        "--budget", type=int, default=SMALL if small else 3000, metavar="N", help=f"tokens ({SMALL}, or 3000 to talk)"
    )
    parser.add_argument(
        "--keep-recent", type=int, default=3 if small else 6, metavar="N", help="turns (3, or 6 to talk)"
    )
    sys.stdin = sys.stdin or io.StringIO()  # one that was closed is one with nothing in it
    for stream in (sys.stdin, sys.stdout):
        if isinstance(stream, io.TextIOWrapper):  # a character that the terminal lacks is shown as ?
            stream.reconfigure(errors="replace")
    given = parser.parse_args()
    try:
        memory = ChatMemory(get_client(), SYSTEM, given.budget, given.keep_recent, model=MODEL)
    except ValueError as error:  # such as a budget in which nothing could be asked
        parser.error(str(error).replace("max_tokens", "--budget").replace("keep_recent", "--keep-recent"))
    try:
        (talk if given.interactive else recite)(memory, given.budget)
    except (KeyboardInterrupt, EOFError):
        print()
    print("Goodbye.")


if __name__ == "__main__":
    with ending_well():
        main()
