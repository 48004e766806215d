"""A talk that goes on after its program has ended, or was killed: each turn is saved as it completes.

Run it from any directory:
    python examples/08_save_and_resume.py              three programs, one after the other; the second one is killed
    python examples/08_save_and_resume.py --interactive --store chats.db --conversation ana
                                                       talk until you type quit, and go on with the same line tomorrow
"""

import argparse
import io
import os
import re
import subprocess
import sys
import tempfile
from contextlib import closing, suppress
from pathlib import Path

import openai

from chat_memory import BudgetError, ChatMemory, IncompleteReply, count_tokens, show_request, split_turns
from chat_memory.errors import ConflictError, StoreError
from chat_memory.store import ConversationStore
from common import MODEL, SETTINGS, ending_well, get_client, no_answer

with suppress(ImportError):
    import readline  # noqa: F401  (arrow keys and long lines where input() reads from a terminal; not on Windows)

SYSTEM = "You are a helpful travel assistant."
# What is not said to the model.
COMMANDS = {"quit": "quit", "exit": "quit", "q": "quit", "help": "help", "saved": "saved", "memory": "saved"}
HELP = "Talk until you type quit; /saved shows what is kept. Ctrl-C stops a reply; otherwise it ends the talk."
# Tokens, for the three programs: so small that old turns are summarised. Real models reply at greater length.
BUDGET = 300 if SETTINGS.offline else 900
KILLED = 9  # the exit code of the program that is killed
TALK = [
    "My name is Ana, and my dog is called Biscuit.",
    "I'm planning a trip to Japan.",
    "My sister Mia lives in Kyoto. She has a spare room and says that a week is too short.",
    "I do not like crowds. A quiet garden in the morning is worth more to me than any shop.",
    "I would like to stay a night in the mountains, in one of the old inns with a hot bath.",
    "I get seasick on small boats, so I would rather take a train than a ferry.",
    "I like noodles, and I am always glad of a small place where nobody speaks English.",
    "For the evenings I take a book about the gardens of Kyoto and a pencil with me.",
]


def hold_turn(memory: ChatMemory, text: str, killed: bool = False) -> None:
    """Print a reply as it arrives; after the last piece, the turn is saved. A killed program ends after the first."""
    print("Model: ", end="", flush=True)
    with closing(memory.stream(text)) as pieces:
        for piece in pieces:
            print(piece, end="", flush=True)
            if killed:
                os._exit(KILLED)  # at once: nothing is closed, nothing is saved
    print()


def hold(memory: ChatMemory, text: str, show: bool = False) -> None:
    """Hold a turn of the three programs; one that fails is not saved, and it is said why."""
    try:
        hold_turn(memory, text) if show else memory.ask(text)
    except (openai.OpenAIError, IncompleteReply) as error:
        print(f"[This turn is not saved. {no_answer(error)}]")


def what_is_saved(store: ConversationStore, id: str) -> str:
    """How much of a conversation there is to go on with."""
    saved, said = store.open(id).load(), store.open(id).messages()
    if saved is None:
        return "Nothing is saved yet: a new talk."
    parts = f"in the summary {saved.folded}, word for word {len(saved.recent)}"
    return f"Saved turns: {len(split_turns(said)[1])} ({parts}). The last reply: {said[-1]['content']}"


def play(path: Path) -> None:
    """Play three programs that share nothing but a file and an id."""
    print("The first program talks, and ends.")
    with ConversationStore(path) as store:
        memory = ChatMemory(get_client(), SYSTEM, BUDGET, 2, model=MODEL, conversation=store.open("ana"))
        for text in TALK:
            hold(memory, text)
        print(what_is_saved(store, "ana"))
        before = store.open("ana").messages()
    if not before:
        print("There is nothing to go on with.")
        return
    print("\nThe second program is killed in the middle of a reply.")
    command = [sys.executable, __file__, "--store", str(path), "--conversation", "ana", "--killed"]
    environment = os.environ | {"PYTHONUTF8": "1"}
    second = subprocess.run(command, env=environment, capture_output=True, encoding="utf-8", errors="replace")
    ended = "" if second.returncode == KILLED else f"\nIt was not killed, but ended by itself. {second.stderr}"
    print(f"{second.stdout}{ended}\n\nThe third program goes on.")
    with ConversationStore(path) as store:
        print(what_is_saved(store, "ana"))
        if store.open("ana").messages() == before:
            print("The half reply and its question are gone, nothing else.")
        memory = ChatMemory.resume(get_client(), store.open("ana"))
        print(show_request(memory.messages, budget=BUDGET, title="What its first request begins with", model=MODEL))
        print("\nYou: What is my dog called?")
        hold(memory, "What is my dog called?", show=True)
        print(f"On record since the first program: {store.open('ana').messages()[0]['content']}")


def be_killed(store: ConversationStore, id: str) -> None:
    """Go on with a talk, and end in the middle of a reply."""
    print("You: When should I visit?")
    try:
        hold_turn(ChatMemory.resume(get_client(), store.open(id)), "When should I visit?", killed=True)
    except (openai.OpenAIError, IncompleteReply) as error:
        print(no_answer(error))


def memory_of(store: ConversationStore, id: str) -> ChatMemory:
    """A memory that goes on with a conversation, or begins it."""
    return ChatMemory(get_client(), SYSTEM, model=MODEL, conversation=store.open(id))


def since(messages: list[dict]) -> str:
    """What another program has added to a talk, a line a turn."""
    turns = split_turns(messages)[1] or [[{"content": "It was deleted."}]]
    return "\n".join("  " + " → ".join(str(message["content"]) for message in turn) for turn in turns)


def command_in(text: str) -> str:
    """The command on a line, such as quit, /quit or Quit!; "" where it is something to say to the model."""
    alone = text.lower().strip("/:.,!?() \\-\"'`“”‘’")
    if alone in COMMANDS:
        return COMMANDS[alone]
    word = re.match(r"/([^\s/]*)(\s|$)", text.lower())  # but not /etc/hosts
    return COMMANDS.get(word[1].strip(".,!?"), "unknown") if word else ""


def obey(command: str, store: ConversationStore, id: str) -> None:
    """Do what a command wants."""
    if command == "saved":
        print(what_is_saved(store, id))
    else:
        print(HELP if command == "help" else f"There is no such command. {HELP}")


def talk(store: ConversationStore, id: str) -> None:
    """Talk until quit. Ends with EOFError at the end of the input, and with KeyboardInterrupt at Ctrl-C."""
    memory, known = memory_of(store, id), len(store.open(id).messages())
    print(f"{what_is_saved(store, id)}\n{HELP}")
    while (command := command_in(text := read_line())) != "quit":
        try:
            if command:
                obey(command, store, id)
            elif text:
                hold_turn(memory, text)
                known += 2  # the question and the reply
                print(f"[Saved. {count_tokens(memory.messages, model=MODEL):,} tokens are remembered.]")
        except ConflictError:
            memory, said = memory_of(store, id), store.open(id).messages()
            print(f"\n[This turn is not saved. Meanwhile, another program has changed the talk:\n{since(said[known:])}")
            print("Resumed with that: please ask again.]")
            known = len(said)
        except (openai.OpenAIError, BudgetError, IncompleteReply, StoreError) as error:
            problem = re.sub(r"Raise max_tokens to at least [\d,]+, or s", "S", str(error))  # which nothing here sets
            print(f"\n[This turn is not saved: {problem}]")
        except KeyboardInterrupt:
            print("\n[This turn is not saved: you stopped it.]")


def read_line() -> str:
    """What is typed next; what comes from a pipe or a file is printed, so that the transcript reads well."""
    text = input("\nYou: ")
    if not sys.stdin.isatty():
        print(text)
    return text.strip()


def main() -> None:
    """Play the three programs, or talk."""
    parser = argparse.ArgumentParser(description="Talk, and go on with it tomorrow.", allow_abbrev=False)
    parser.add_argument("--interactive", action="store_true", help="talk yourself, until quit or Ctrl-C")
    parser.add_argument("--store", metavar="PATH", help="the file that keeps the talk, or the URL of a database")
    parser.add_argument("--conversation", default="talk", metavar="ID", help="which talk in the store (%(default)s)")
    parser.add_argument("--killed", action="store_true", help=argparse.SUPPRESS)
    sys.stdin = sys.stdin or io.StringIO()  # one that was closed is one with nothing in it
    for stream in (sys.stdin, sys.stdout):
        if isinstance(stream, io.TextIOWrapper):  # a character that the terminal lacks is shown as ?
            stream.reconfigure(errors="replace")
    given = parser.parse_args()
    if not (given.interactive or given.killed):
        with tempfile.TemporaryDirectory() as folder:
            play(Path(folder) / "chats.db")
        return
    if not given.store:
        parser.error("--interactive needs --store, to keep the talk in. For example: --store chats.db")
    try:
        with ConversationStore(given.store) as store:
            (be_killed if given.killed else talk)(store, given.conversation)
    except (StoreError, ValueError) as error:  # a damaged file, an empty id …
        sys.exit(str(error))
    except (KeyboardInterrupt, EOFError):
        print()
    print("Goodbye.")


if __name__ == "__main__":
    with ending_well():
        main()
