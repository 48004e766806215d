"""Nine attacks on two memories: a careless one, and one that is defended.

Run it from any directory:
    python examples/10_untrusted_history.py
        both, and what stays open
    python examples/10_untrusted_history.py --mine work/07_chat_memory.py
        your own class ChatMemory, or that of any file, with what is pasted
        quoted: up to 470 requests, offline up to half a minute
"""

import argparse
import io
import json
import runpy
import sys
import tempfile
import textwrap
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from chat_memory import ChatMemory, count_tokens, show_request
from chat_memory.attacks import ATTACKS, Attack, Outcome, attack, table
from chat_memory.facts import UserFacts
from chat_memory.safety import quoted, redacted
from chat_memory.store import ConversationStore
from chat_memory.tools import Tool
from common import MODEL, before_many, ending_well, get_client

SYSTEM = "You are a helpful travel assistant."
# As counted offline, with longer replies. A model that obeys nobody, or calls no tools, is asked less.
OURS = {"requests": 540, "prompt_tokens": 175_000, "reply_tokens": 30_000}
YOURS = {"requests": 470, "prompt_tokens": 260_000, "reply_tokens": 30_000}
KEEP = "Summarize the conversation. Keep names, numbers, dates, wishes and decisions."


class Careless:
    """What one should not do: messages joined to lines, their summary in the system message, the rules dropped first."""

    def __init__(self, client: Any, system: str, max_tokens: int = 3000, keep_recent: int = 6) -> None:
        self.client, self.max_tokens, self.keep = client, max_tokens, 2 * keep_recent + 1
        self.messages = [{"role": "system", "content": system}]

    def ask(self, text: str) -> str:
        """Append the question, make room, send, append the reply."""
        self.messages.append({"role": "user", "content": text})
        if count_tokens(self.messages) > self.max_tokens:
            self.shorten()
        self.messages.append({"role": "assistant", "content": self.complete(self.messages)})
        return self.messages[-1]["content"]

    def shorten(self) -> None:
        """Summarise all but the last messages into the system message, then drop from the front."""
        old, recent = self.messages[1 : -self.keep], self.messages[-self.keep :]
        if old:
            lines = "\n".join(f"{message['role']}: {message['content']}" for message in old)
            summary = self.complete([{"role": "user", "content": f"{KEEP}\n\n{lines}"}])
            rules = f"{self.messages[0]['content']}\nSo far: {summary}"
            self.messages = [{"role": "system", "content": rules}, *recent]
        while count_tokens(self.messages) > self.max_tokens and len(self.messages) > 1:
            self.messages.pop(0)

    def complete(self, messages: list[dict]) -> str:
        """Send messages to the model and return the text of its reply."""
        answer = self.client.chat.completions.create(model=MODEL, messages=messages)
        return answer.choices[0].message.content or "(no text)"


class CarelessFile(Careless):
    """The same, in a file that is named like the conversation's id."""

    def __init__(self, client: Any, id: str, folder: Path) -> None:
        super().__init__(client, SYSTEM)
        self.path = Path(f"{folder}/{id}.json")
        if self.path.exists():
            self.messages = json.loads(self.path.read_text(encoding="utf-8"))

    def ask(self, text: str) -> str:
        reply = super().ask(text)
        self.path.write_text(json.dumps(self.messages), encoding="utf-8")
        return reply


def careless_fact(client: Any, system: str, fact: str) -> Careless:
    """A careless memory with a fact in its system message."""
    return Careless(client, f"{system}\nWhat you know about the user:\n{fact}")


class CarelessTools(Careless):
    """The same with tools: what one returns is added to the system message."""

    def __init__(self, client: Any, system: str, tools: list[Callable[..., str]], *sizes: int) -> None:
        super().__init__(client, system, *sizes)
        self.tools = {tool.__name__: tool for tool in tools}

    def ask(self, text: str) -> str:
        """Run what the model calls for the question, then ask it."""
        asked = [*self.messages, {"role": "user", "content": text}]
        offered = [Tool(tool).definition for tool in self.tools.values()]
        answer = self.client.chat.completions.create(model=MODEL, messages=asked, tools=offered)
        for call in answer.choices[0].message.tool_calls or ():
            result = self.tools[call.function.name](**json.loads(call.function.arguments))
            rules = f"{self.messages[0]['content']}\nFrom {call.function.name}: {result}"
            self.messages = [{"role": "system", "content": rules}, *self.messages[1:]]
        return super().ask(text)


def careless_html(messages: list[dict]) -> str:
    """Messages as HTML, without escapes."""
    return "".join(f"<p><b>{message['role']}</b> {message['content']}</p>" for message in messages)


class SavedMemory(ChatMemory):
    """A conversation in a store that removes secrets; the store is closed with it."""

    def __init__(self, client: Any, id: str, folder: Path) -> None:
        self.store = ConversationStore(folder / "chats.db", clean=redacted)
        try:
            super().__init__(client, SYSTEM, model=MODEL, conversation=self.store.open(id))
        except Exception:
            self.close()
            raise

    def close(self) -> None:
        """Close the store."""
        self.store.close()


def our_memory(client: Any, system: str, max_tokens: int, keep_recent: int) -> ChatMemory:
    """The ChatMemory of this workbook, with the model that answers here."""
    return ChatMemory(client, system, max_tokens, keep_recent, model=MODEL)


def our_tools(
    client: Any, system: str, tools: list[Callable[..., str]], max_tokens: int, keep_recent: int
) -> ChatMemory:
    """The same memory with tools."""
    return ChatMemory(client, system, max_tokens, keep_recent, model=MODEL, tools=tools)


def with_fact_in(store: ConversationStore) -> Callable[[Any, str, str], ChatMemory]:
    """A function that makes a memory which knows a fact, kept in a store, and sends it as a quoted note."""

    def knowing(client: Any, system: str, fact: str) -> ChatMemory:
        facts = UserFacts(store, "ana")
        facts.forget_all()
        facts.add(fact)
        return ChatMemory(client, system, model=MODEL, facts=facts)

    return knowing


class Nodding:
    """A client that says "Noted." to everything: a flood is judged by what is sent, and a model would only cost time."""

    def __init__(self) -> None:
        self.chat = SimpleNamespace(completions=self)

    def create(self, **request: Any) -> Any:
        """Answer a request."""
        message = SimpleNamespace(content="Noted.", refusal=None, tool_calls=None)
        return SimpleNamespace(choices=[SimpleNamespace(message=message, finish_reason="stop")], usage=None)


def attacked(make: Callable[..., Any], **parts: Any) -> list[Outcome]:
    """What comes of the nine attacks on a memory, the flood last."""
    others = [each for each in ATTACKS if each.name != "flood"]
    return [*attack(make, get_client(), attacks=others, **parts), *attack(make, Nodding(), attacks=["flood"])]


def class_in(path: Path) -> Any:
    """The class ChatMemory of a Python file."""
    try:
        return runpy.run_path(str(path))["ChatMemory"]
    except (OSError, ImportError, SyntaxError) as error:
        sys.exit(f"{path} cannot be run: {error}.")
    except KeyError:
        sys.exit(f"{path} has no class ChatMemory.")


def compared() -> str:
    """The tables of the careless memory and of the defended one."""
    parts = {"open": CarelessFile, "with_fact": careless_fact, "show": careless_html, "with_tools": CarelessTools}
    careless = attacked(Careless, **parts)
    with tempfile.TemporaryDirectory() as folder, ConversationStore(Path(folder) / "facts.db") as store:
        ours = {"open": SavedMemory, "with_fact": with_fact_in(store), "show": show_request, "paste": quoted}
        ours["with_tools"] = our_tools
        defended = attacked(our_memory, **ours)
    return f"A careless memory\n{table(careless)}\n\nA memory with defences\n{table(defended)}"


def open_after(attacks: list[Attack]) -> str:
    """What even a good defence against these attacks does not give."""
    wrapped = textwrap.TextWrapper(80, subsequent_indent="  ", break_on_hyphens=False)
    return "\n".join(["\nWhat stays open", *(wrapped.fill(f"- {each.name}: {each.partial}.") for each in attacks)])


def main() -> None:
    """Print the tables of the two memories, or that of somebody's own memory, and what no defence gives."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # a terminal without these characters shows others
    arguments = argparse.ArgumentParser(
        description="Try nine attacks on a careless memory and on a defended one, or with --mine on your own.",
        epilog="Your own memory is asked up to 470 times: offline that takes up to half a minute.",
    )
    arguments.add_argument("--mine", type=Path, metavar="FILE", help="attack the class ChatMemory of this file")
    mine = arguments.parse_args().mine
    get_client().chat.completions.create(
        model=MODEL, messages=[{"role": "user", "content": "Hello"}]
    )  # is anybody there?
    before_many(**(OURS if mine is None else YOURS))
    if not mine:
        print(compared(), open_after(ATTACKS), sep="\n")
        return
    outcomes = attack(class_in(mine), get_client(), paste=quoted)
    print(f"Your memory, with what is pasted quoted by the program\n{table(outcomes)}")
    if tried := [each for each, found in zip(ATTACKS, outcomes, strict=True) if found.result != "not tried"]:
        print(open_after(tried))


if __name__ == "__main__":
    with ending_well():
        main()
