"""Checks of chat engines and of memories: by size, by summary, by facts."""

from llama_index.core import Document, VectorStoreIndex
from llama_index.core.chat_engine import SimpleChatEngine
from llama_index.core.embeddings import BaseEmbedding
from llama_index.core.llms import ChatMessage
from llama_index.core.memory import (
    ChatMemoryBuffer,
    ChatSummaryMemoryBuffer,
    FactExtractionMemoryBlock,
    Memory,
    StaticMemoryBlock,
)
from llama_index.embeddings.openai import OpenAIEmbedding
from llama_index.llms.openai import OpenAI

from kit import BASE_URL, check, expect, holds, lacks

model = OpenAI(model="gpt-4o-mini", temperature=0, max_retries=0, api_base=BASE_URL)
vectors: BaseEmbedding = OpenAIEmbedding(model="text-embedding-3-small", api_base=BASE_URL)
TALK = (
    ("My name is Thessaly and I keep a lighthouse near Hirtshals.", "Nice to meet you, Thessaly."),
    ("The lamp has 1,400 candles and turns every 12 seconds.", "That is bright."),
    ("The inspector comes on 3 October.", "I have noted the inspector."),
    ("My dog Bosun hates the fog horn.", "Poor Bosun."),
)
TEXTS = (
    "The mill of Ostrava was built in 1871 by the brothers Hlavacek.",
    "The dyer's workshop uses 12 kilograms of indigo a month.",
    "Visitors pay 9 francs, children 4 francs.",
)


def messages(talk: tuple = TALK) -> list[ChatMessage]:
    pairs = [
        (ChatMessage(role="user", content=said), ChatMessage(role="assistant", content=reply)) for said, reply in talk
    ]
    return [message for pair in pairs for message in pair]


@check("chat engine")
def _() -> None:
    engine = SimpleChatEngine.from_defaults(llm=model, system_prompt="You are brief.")
    engine.chat("I collect barometers.")
    holds(str(engine.chat("What do I collect?")), "barometers")
    holds("".join(engine.stream_chat("What did I say that I collect?").response_gen), "barometers")
    engine.reset()
    lacks(str(engine.chat("What do I collect?")), "barometers")


@check("chat engine with documents")
def _() -> None:
    index = VectorStoreIndex.from_documents([Document(text=text) for text in TEXTS], embed_model=vectors)
    for mode in ("context", "condense_plus_context", "condense_question"):
        engine = index.as_chat_engine(chat_mode=mode, llm=model, similarity_top_k=2)
        holds(str(engine.chat("When was the mill of Ostrava built?")), "1871")
        holds(str(engine.chat("And who built the mill?")), "Hlavacek")


@check("history trimmed")
def _() -> None:
    memory = ChatMemoryBuffer.from_defaults(chat_history=messages(), token_limit=45)
    kept = memory.get()
    expect(0 < len(kept) < 8, f"{len(kept)} messages are left of 8.")
    engine = SimpleChatEngine.from_defaults(llm=model, memory=memory)
    said = str(engine.chat("What is my dog called?"))
    holds(said, "Bosun")


@check("summary")
def _() -> None:
    memory = ChatSummaryMemoryBuffer.from_defaults(llm=model, token_limit=60)
    for message in messages():
        memory.put(message)
        kept = memory.get()
    expect(len(kept) < 8, f"{len(kept)} messages are left of 8.")
    holds(kept[0].content, "Thessaly", "Hirtshals")
    lacks(kept[0].content, "synthesizing", "without directly")
    for question, fact in (("What is my name?", "Thessaly"), ("What is my dog called?", "Bosun")):
        holds(model.chat([*kept, ChatMessage(role="user", content=question)]).message.content, fact)


@check("facts")
async def _() -> None:
    blocks = [
        StaticMemoryBlock(name="place", static_content="The user works at the harbour.", priority=0),
        FactExtractionMemoryBlock(name="facts", llm=model, max_facts=20, priority=1),
    ]
    memory = Memory.from_defaults(
        session_id="lighthouse",
        token_limit=120,
        chat_history_token_ratio=0.4,
        token_flush_size=40,
        memory_blocks=blocks,
    )
    for message in messages():
        await memory.aput(message)
    facts = " ".join(blocks[1].facts)
    holds(facts, "Thessaly", "Hirtshals")
    lacks(facts, "Specific fact")
    kept = await memory.aget()
    holds(model.chat([*kept, ChatMessage(role="user", content="What is my name?")]).message.content, "Thessaly")
