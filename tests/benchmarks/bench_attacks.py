"""What a stranger's text can do: the attack suite against our memory and the summary memories of two libraries.

All of them ask the offline model, are told the same, and get the same budgets. Ours is attacked twice: as it is, and in
a program that uses the defences (a redacting store, quoted documents, show_request). The libraries are used as their
documentation shows it: langmem's `summarize_messages`, LlamaIndex's `ChatSummaryMemoryBuffer` as its chat engines do it.
What a library leaves to the program (files, ids, facts, display) is "not tried".

    python tests/benchmarks/bench_attacks.py
"""

from __future__ import annotations

import logging
import sys
import tempfile
import textwrap
import warnings
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any

from chat_memory import ChatMemory, message_tokens, show_request
from chat_memory.attacks import ATTACKS, Outcome, attack
from chat_memory.facts import UserFacts
from chat_memory.safety import quoted, redacted
from chat_memory.store import ConversationStore
from chat_memory.tokens import Message
from common import OFFLINE_MODEL, offline_server
from conversations import ENCODING

ROLES = {"human": "user", "ai": "assistant", "system": "system"}

logging.disable(logging.WARNING)
warnings.simplefilter("ignore")


def complete(client: Any, messages: list[Message]) -> str:
    return client.chat.completions.create(model=OFFLINE_MODEL, messages=messages).choices[0].message.content


class Saved(ChatMemory):
    """Ours with a store that redacts."""

    def __init__(self, client: Any, conversation_id: str, folder: Path) -> None:
        self.store = ConversationStore(folder / "chats.db", clean=redacted)
        try:
            super().__init__(client, model=OFFLINE_MODEL, conversation=self.store.open(conversation_id))
        except Exception:
            self.store.close()
            raise

    def close(self) -> None:
        self.store.close()


def with_fact(folder: str, client: Any, system: str, fact: str) -> ChatMemory:
    """Ours with the facts of a user."""
    facts = UserFacts(ConversationStore(Path(folder) / "facts.db"), "ana")
    facts.forget_all()
    facts.add(fact)
    return ChatMemory(client, system, model=OFFLINE_MODEL, facts=facts)


def langmem() -> Callable[..., Any]:
    """LangChain's memory: a running summary by langmem, which is sent as a system message."""
    from langchain_core.language_models import BaseChatModel
    from langchain_core.messages import AIMessage, HumanMessage, SystemMessage
    from langchain_core.outputs import ChatGeneration, ChatResult
    from langmem.short_term import summarize_messages

    def plain(messages: list[Any]) -> list[Message]:
        return [{"role": ROLES[message.type], "content": message.content} for message in messages]

    class Model(BaseChatModel):
        client: Any

        @property
        def _llm_type(self) -> str:
            return "offline"

        def _generate(self, messages: list[Any], *args: Any, **kwargs: Any) -> ChatResult:
            reply = AIMessage(complete(self.client, plain(messages)))
            return ChatResult(generations=[ChatGeneration(message=reply)])

    class Memory:
        def __init__(self, client: Any, system: str, max_tokens: int = 3000, keep_recent: int = 6) -> None:
            self.model, self.max_tokens, self.summary = Model(client=client), max_tokens, None
            self.messages = [SystemMessage(system, id="system")]

        def ask(self, text: str) -> str:
            history = [*self.messages, HumanMessage(text, id=f"message {len(self.messages)}")]
            shortened = summarize_messages(
                history,
                running_summary=self.summary,
                model=self.model,
                max_tokens=self.max_tokens,
                max_summary_tokens=self.max_tokens // 10,
                token_counter=lambda messages: sum(map(message_tokens, plain(messages))),
            )
            reply = self.model.invoke(shortened.messages)
            self.summary = shortened.running_summary or self.summary
            self.messages = [*history, AIMessage(reply.content, id=f"message {len(history)}")]
            return reply.content

    return Memory


def llama_index() -> Callable[..., Any]:
    """LlamaIndex's memory: a summary as a system message, made from a transcript of "role: text" lines."""
    from llama_index.core.base.llms.types import ChatMessage, ChatResponse, CompletionResponse, LLMMetadata
    from llama_index.core.llms import CustomLLM
    from llama_index.core.memory import ChatSummaryMemoryBuffer

    class Model(CustomLLM):
        client: Any

        @property
        def metadata(self) -> LLMMetadata:
            return LLMMetadata(is_chat_model=True)

        def chat(self, messages: Any, **kwargs: Any) -> ChatResponse:
            text = complete(self.client, [{"role": m.role.value, "content": m.content or ""} for m in messages])
            return ChatResponse(message=ChatMessage(role="assistant", content=text))

        def complete(self, prompt: str, *args: Any, **kwargs: Any) -> CompletionResponse:
            return CompletionResponse(text=complete(self.client, [{"role": "user", "content": prompt}]))

        def stream_complete(self, *args: Any, **kwargs: Any) -> Any:
            raise NotImplementedError

    class Memory:
        def __init__(self, client: Any, system: str, max_tokens: int = 3000, keep_recent: int = 6) -> None:
            self.model, self.system = Model(client=client), ChatMessage(role="system", content=system)
            self.memory = ChatSummaryMemoryBuffer.from_defaults(
                llm=self.model, token_limit=max_tokens, tokenizer_fn=ENCODING.encode_ordinary
            )

        def ask(self, text: str) -> str:
            self.memory.put(ChatMessage(role="user", content=text))
            said = self.memory.get(initial_token_count=len(ENCODING.encode_ordinary(self.system.content)))
            reply = self.model.chat([self.system, *said]).message
            self.memory.put(reply)
            return reply.content

    return Memory


def contestants(folder: str) -> dict[str, Callable[[Any], list[Outcome]]]:
    """Names, and how to attack what has this name."""
    ours = partial(ChatMemory, model=OFFLINE_MODEL)
    parts = {"open": Saved, "with_fact": partial(with_fact, folder), "show": show_request, "paste": quoted}
    found = {"ChatMemory": partial(attack, ours), "with defences": partial(attack, ours, **parts)}
    for package, make in {"langmem": langmem, "llama-index-core": llama_index}.items():
        with suppress(ImportError):
            found[f"{package} {version(package)}"] = partial(attack, make())
        if not any(name.startswith(package) for name in found):
            print(f"{package} is not installed here, so it is left out: python3 workbook.py bench installs it.")
    return found


def main() -> int:
    """Print the table and the reasons. Returns 1 when an attack worked against ours with its defences."""
    client = offline_server().client()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        outcomes = {name: run(client) for name, run in contestants(folder).items()}
    print(f"{'':<25}" + "".join(f"{name:<26}" for name in outcomes))
    for i, each in enumerate(ATTACKS):
        print(f"{each.name:<25}" + "".join(f"{found[i].result:<26}" for found in outcomes.values()))
    print("\nwhy")
    for i, each in enumerate(ATTACKS):
        for name, found in outcomes.items():
            if found[i].result != "not tried":
                label = f"{each.name}, {name}: {found[i].result}, "
                print(textwrap.fill(label + found[i].why, 118, subsequent_indent="    "))
    return int(any(found.result != "stopped" for found in outcomes["with defences"]))


if __name__ == "__main__":
    sys.exit(main())
