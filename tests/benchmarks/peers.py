"""The libraries that ours is compared with: each turns a history into its own messages and trims these to a budget.

All get the same count of tokens where they take a counter. A library that is not installed here is left out.
"""

from __future__ import annotations

import asyncio
import json
import logging
import warnings
from collections.abc import Callable, Iterable
from importlib.metadata import version
from typing import Any, NamedTuple

from chat_memory.tokens import PRIMING_TOKENS, Message
from conversations import ENCODING

Count = Callable[[Any], int]  # the tokens of one message

logging.disable(logging.WARNING)
warnings.simplefilter("ignore")


class Peer(NamedTuple):
    """A library under the name that the tables show. Its `trim` gets its own messages, a budget and their count."""

    name: str
    convert: Callable[[list[Message]], list[tuple[Any, list[Message]]]]  # its messages, and what each was made from
    trim: Callable[[list[Any], int, Count], list[Any]]
    quadratic: bool = False  # counts the whole rest again for every message that it drops

    def load(self, history: list[Message], count: Count) -> Loaded:
        return Loaded(self, history, count)


class Loaded:
    """A history in a library's own messages, ready to be trimmed."""

    def __init__(self, peer: Peer, history: list[Message], count: Count) -> None:
        converted = peer.convert(history)
        self.own = [own for own, _ in converted]
        self._peer = peer
        self._count = count
        self._made_from = {id(own): messages for own, messages in converted}

    def trim(self, budget: int) -> list[Any]:
        """What the library keeps. Only this is timed."""
        return self._peer.trim(self.own, budget, self._tokens)

    def _tokens(self, own: Any) -> int:
        messages = self._made_from.get(id(own))
        return sum(map(self._count, messages)) if messages else self._count(_added(own))

    def messages(self, kept: Iterable[Any]) -> list[Message]:
        """What was kept, as plain messages."""
        return [message for own in kept for message in self._made_from.get(id(own)) or [_added(own)]]


def _added(own: Any) -> Message:
    """A message that the library wrote itself: a summary of langmem's, a note of Haystack's."""
    role = str(getattr(own, "type", None) or getattr(own.role, "value", own.role))
    return {
        "role": {"human": "user", "ai": "assistant"}.get(role, role),
        "content": getattr(own, "content", None) or own.text,
    }


def installed(*names: str) -> list[Peer]:
    """The peers of these makers that are installed, in this order."""
    found: list[Peer] = []
    for name in names:
        try:
            found += MAKERS[name]()
        except ImportError:
            print(f"{name} is not installed here, so it is left out: python3 workbook.py bench installs it.")
    return found


def pop_and_recount() -> list[Peer]:
    """The loop that tutorials show: drop the oldest message after the instructions, count all again, until it fits."""

    def trim(messages: list[Message], budget: int, count: Count) -> list[Message]:
        kept = list(messages)
        while PRIMING_TOKENS + sum(map(count, kept)) > budget and len(kept) > 1:
            kept.pop(1)
        return kept

    return [Peer("pop and recount", lambda history: [(message, [message]) for message in history], trim, True)]


def _langchain_messages(history: list[Message]) -> list[tuple[Any, list[Message]]]:
    from langchain_core.messages import AIMessage, HumanMessage, SystemMessage, ToolMessage

    def convert(message: Message, name: str) -> Any:
        content = message["content"] or ""
        if message["role"] == "tool":
            return ToolMessage(content, tool_call_id=message["tool_call_id"], id=name)
        if message["role"] == "assistant":
            calls = [
                {"name": call["function"]["name"], "args": json.loads(call["function"]["arguments"]), "id": call["id"]}
                for call in message.get("tool_calls", ())
            ]
            return AIMessage(content, tool_calls=calls, id=name)
        return {"user": HumanMessage, "system": SystemMessage}[message["role"]](content, id=name)

    return [(convert(message, f"message {i}"), [message]) for i, message in enumerate(history)]


def langchain() -> list[Peer]:
    """LangChain's `trim_messages`, with its defaults and with the settings that its documentation recommends."""
    from langchain_core.messages import trim_messages

    def trim(settings: dict[str, Any]) -> Callable[[list[Any], int, Count], list[Any]]:
        def with_settings(messages: list[Any], budget: int, count: Count) -> list[Any]:
            def counter(some: list[Any]) -> int:
                return PRIMING_TOKENS + sum(map(count, some))

            return trim_messages(messages, max_tokens=budget, token_counter=counter, **settings)

        return with_settings

    best = {"strategy": "last", "include_system": True, "start_on": "human"}
    name = f"langchain-core {version('langchain-core')}"
    return [
        Peer(f"{name}, defaults", _langchain_messages, trim({})),
        Peer(f"{name}, best settings", _langchain_messages, trim(best)),
    ]


def langmem() -> list[Peer]:
    """langmem's `summarize_messages`, with a model whose summary takes the tokens that it was promised."""
    from langchain_core.messages import AIMessage
    from langchain_core.runnables import RunnableLambda
    from langmem.short_term import summarize_messages

    def trim(messages: list[Any], budget: int, count: Count) -> list[Any]:
        most = min(256, budget // 3)
        model = RunnableLambda(lambda _: AIMessage(" day" * max(1, most - 12)))  # 12: its own words around the summary
        return summarize_messages(
            messages,
            running_summary=None,
            model=model,
            max_tokens=budget - PRIMING_TOKENS,
            max_summary_tokens=most,
            token_counter=lambda some: sum(map(count, some)),
        ).messages

    return [Peer(f"langmem {version('langmem')}", _langchain_messages, trim)]


def llama_index() -> list[Peer]:
    """LlamaIndex's `ChatMemoryBuffer`, used as its chat engines do: the instructions apart, their tokens reserved."""
    from llama_index.core.base.llms.types import ChatMessage
    from llama_index.core.memory import ChatMemoryBuffer

    def convert(history: list[Message]) -> list[tuple[Any, list[Message]]]:
        extra = ("tool_calls", "tool_call_id")
        return [
            (
                ChatMessage(role=m["role"], content=m["content"], additional_kwargs={k: m[k] for k in extra if k in m}),
                [m],
            )
            for m in history
        ]

    def trim(messages: list[Any], budget: int, count: Count) -> list[Any]:
        buffer = ChatMemoryBuffer.from_defaults(
            chat_history=messages[1:], token_limit=budget, tokenizer_fn=ENCODING.encode_ordinary
        )
        return [messages[0], *buffer.get(initial_token_count=count(messages[0]) + PRIMING_TOKENS)]

    return [Peer(f"llama-index-core {version('llama-index-core')}", convert, trim, True)]


def haystack() -> list[Peer]:
    """Haystack's `SlidingWindowCompactor`, with the note that it leaves by default and without."""
    from haystack.dataclasses import ChatMessage, ToolCall
    from haystack.hooks.compaction import SlidingWindowCompactor

    class Counter:
        def __init__(self, count: Count) -> None:
            self._count = count

        def count(self, messages: list[Any], tools: Any = None) -> int:
            return sum(map(self._count, messages))

    def convert_one(message: Message, calls: dict[str, Any]) -> Any:
        if message["role"] == "tool":
            return ChatMessage.from_tool(message["content"], origin=calls[message["tool_call_id"]])
        if message["role"] == "assistant":
            made = [
                ToolCall(call["function"]["name"], json.loads(call["function"]["arguments"]), id=call["id"])
                for call in message.get("tool_calls", ())
            ]
            calls.update({call.id: call for call in made})
            return ChatMessage.from_assistant(message["content"], tool_calls=made)
        make = {"user": ChatMessage.from_user, "system": ChatMessage.from_system}[message["role"]]
        return make(message["content"])

    def convert(history: list[Message]) -> list[tuple[Any, list[Message]]]:
        calls: dict[str, Any] = {}
        return [(convert_one(message, calls), [message]) for message in history]

    def trim(compactor: Any) -> Callable[[list[Any], int, Count], list[Any]]:
        return lambda messages, budget, count: (
            compactor.compact(messages, target_tokens=budget - PRIMING_TOKENS, token_counter=Counter(count)) or messages
        )

    name = f"haystack-ai {version('haystack-ai')}"
    return [
        Peer(f"{name}, defaults", convert, trim(SlidingWindowCompactor())),
        Peer(f"{name}, no note", convert, trim(SlidingWindowCompactor(omission_note=None))),
    ]


def autogen() -> list[Peer]:
    """AutoGen's `TokenLimitedChatCompletionContext`."""
    from autogen_core import FunctionCall
    from autogen_core.model_context import TokenLimitedChatCompletionContext
    from autogen_core.models import (
        AssistantMessage,
        FunctionExecutionResult,
        FunctionExecutionResultMessage,
        SystemMessage,
        UserMessage,
    )

    class Counter:
        def __init__(self, count: Count) -> None:
            self._count = count

        def count_tokens(self, messages: list[Any], *, tools: Any = ()) -> int:
            return PRIMING_TOKENS + sum(map(self._count, messages))

    def convert(history: list[Message]) -> list[tuple[Any, list[Message]]]:
        converted: list[tuple[Any, list[Message]]] = []
        for message in history:
            role, content = message["role"], message["content"]
            if role == "tool":  # the results of a step are one message
                found = FunctionExecutionResult(content=content, name="search", call_id=message["tool_call_id"])
                if converted[-1][1][0]["role"] == "tool":
                    converted[-1][0].content.append(found)
                    converted[-1][1].append(message)
                    continue
                own = FunctionExecutionResultMessage(content=[found])
            elif role == "assistant":
                calls = [FunctionCall(id=call["id"], **call["function"]) for call in message.get("tool_calls", ())]
                own = AssistantMessage(content=calls or content, source="assistant")
            else:
                own = (
                    SystemMessage(content=content) if role == "system" else UserMessage(content=content, source="user")
                )
            converted.append((own, [message]))
        return converted

    def trim(messages: list[Any], budget: int, count: Count) -> list[Any]:
        context = TokenLimitedChatCompletionContext(Counter(count), token_limit=budget, initial_messages=messages)
        return asyncio.run(context.get_messages())

    return [Peer(f"autogen-core {version('autogen-core')}", convert, trim, True)]


MAKERS: dict[str, Callable[[], list[Peer]]] = {
    "pop and recount": pop_and_recount,
    "langchain-core": langchain,
    "langmem": langmem,
    "llama-index-core": llama_index,
    "haystack-ai": haystack,
    "autogen-core": autogen,
}
