"""Memories of other libraries that summarise with the model: each is made with a client, and asked as ours is.

They are used as their documentation shows it. Import errors say that a library is not installed here.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from chat_memory import message_tokens
from chat_memory.tokens import Message
from common import OFFLINE_MODEL
from conversations import ENCODING

ROLES = {"human": "user", "ai": "assistant", "system": "system"}


def complete(client: Any, messages: list[Message]) -> str:
    return client.chat.completions.create(model=OFFLINE_MODEL, messages=messages).choices[0].message.content


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


SUMMARISING: dict[str, Callable[[], Callable[..., Any]]] = {"langmem": langmem, "llama-index-core": llama_index}
