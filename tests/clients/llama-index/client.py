"""LlamaIndex: its models for OpenAI and for servers like it, and what indexes, chat engines, memories and agents do with them."""

import importlib

import openai
from llama_index.core import Document, Settings, SummaryIndex, VectorStoreIndex
from llama_index.core.callbacks import CallbackManager, TokenCountingHandler
from llama_index.core.llms import ChatMessage
from llama_index.embeddings.openai import OpenAIEmbedding
from llama_index.llms.openai import OpenAI, OpenAIResponses
from llama_index.llms.openai_like import OpenAILike

from kit import API_KEY, BASE_URL, check, expect, fail_next, holds, lacks, raises, run

model = OpenAI(model="gpt-4o-mini", temperature=0, max_retries=0, api_base=BASE_URL)
vectors = OpenAIEmbedding(model="text-embedding-3-small", api_base=BASE_URL, max_retries=0)
Settings.llm, Settings.embed_model = model, vectors
BUS = "The bus to Aurland leaves at 16:25 from stand 4. When does the bus to Aurland leave?"


def user(text: str) -> ChatMessage:
    return ChatMessage(role="user", content=text)


def assistant(text: str) -> ChatMessage:
    return ChatMessage(role="assistant", content=text)


@check("chat")
def _() -> None:
    holds(model.chat([user("My goat is called Perpetua. What is my goat called?")]).message.content, "Perpetua")
    holds(model.complete("The key hangs behind the clock. Where does the key hang?").text, "behind the clock")
    like = OpenAILike(model="offline-model", api_base=BASE_URL, api_key=API_KEY, is_chat_model=True, max_tokens=200)
    holds(
        like.chat([user("The password of the shed is Nettle. What is the password of the shed?")]).message.content,
        "Nettle",
    )


@check("chat async")
async def _() -> None:
    answer = await model.achat([user("My goat is called Perpetua. What is my goat called?")])
    holds(answer.message.content, "Perpetua")
    holds((await model.acomplete("The key hangs behind the clock. Where does the key hang?")).text, "behind the clock")


@check("stream")
def _() -> None:
    pieces = list(model.stream_chat([user(BUS)]))
    holds("".join(piece.delta or "" for piece in pieces), "16:25")
    holds(pieces[-1].message.content, "16:25")
    expect(len(pieces) > 3, f"It came in {len(pieces)} pieces.")
    holds("".join(piece.delta or "" for piece in model.stream_complete(BUS)), "16:25")


@check("stream async")
async def _() -> None:
    pieces = [piece.delta or "" async for piece in await model.astream_chat([user(BUS)])]
    holds("".join(pieces), "16:25")


@check("history")
def _() -> None:
    turns = [user("I repair clocks in Besançon."), assistant("A fine trade."), user("What do I repair, and where?")]
    holds(model.chat(turns).message.content, "clocks", "Besançon")
    lacks(model.chat(turns[-1:]).message.content, "Besançon")
    loud = ChatMessage(role="system", content="Answer in capital letters only.")
    said = model.chat([loud, *turns]).message.content
    expect(said.isupper(), f"It was told to write capitals: {said}")


@check("usage")
def _() -> None:
    counter = TokenCountingHandler()
    counted = OpenAI(model="gpt-4o-mini", api_base=BASE_URL, callback_manager=CallbackManager([counter]))
    answer = counted.chat([user("I was born in Ghent in 1983. In which year was I born?")])
    holds(answer.message.content, "1983")
    used = answer.raw.usage
    kept = answer.additional_kwargs
    expect(kept["prompt_tokens"] == used.prompt_tokens > 10, f"It keeps {kept} of {used}.")
    expect(counter.total_llm_token_count >= used.total_tokens, f"It counts {counter.total_llm_token_count} of {used}.")


@check("reply limit")
def _() -> None:
    asked = "My aunts are Ottilie, Berenike, Walburga, Kunigunde, Adelgunde and Mechthild. Who are my aunts?"
    for name in ("gpt-4o-mini", "gpt-4"):
        answer = OpenAI(model=name, max_tokens=5, api_base=BASE_URL).chat([user(asked)])
        expect(answer.raw.usage.completion_tokens <= 5, f"{name} used {answer.raw.usage}.")
    like = OpenAILike(model="offline-model", api_base=BASE_URL, api_key=API_KEY, is_chat_model=True, max_tokens=5)
    answer = like.chat([user(asked)])
    expect(answer.raw.choices[0].finish_reason == "length", f"It ended with {answer.raw.choices[0]}.")


@check("overflow")
def _() -> None:
    with raises(openai.BadRequestError) as caught:
        OpenAI(model="gpt-4", max_retries=0, api_base=BASE_URL).chat([user("sail " * 9000)])
    expect(caught[0].code == "context_length_exceeded", f"The error's code is {caught[0].code}.")


@check("rate limit")
def _() -> None:
    fail_next(429)
    with raises(openai.RateLimitError):
        model.chat([user("Hello")])
    fail_next(429)
    patient = OpenAI(model="gpt-4o-mini", max_retries=3, api_base=BASE_URL)
    holds(patient.chat([user("My goat is called Perpetua. What is my goat called?")]).message.content, "Perpetua")


TEXTS = (
    "The mill of Ostrava was built in 1871 by the brothers Hlavacek.",
    "The dyer's workshop uses 12 kilograms of indigo a month.",
    "Visitors pay 9 francs, children 4 francs.",
    "The dam was repaired after the flood in May.",
)


@check("embeddings")
def _() -> None:
    expect(len(vectors.get_text_embedding("a goat")) == 1536, "A vector of text-embedding-3-small has 1,536 numbers.")
    index = VectorStoreIndex.from_documents([Document(text=text) for text in TEXTS])
    found = index.as_retriever(similarity_top_k=1).retrieve("How much indigo does the workshop use?")
    holds(found[0].text, "12 kilograms")


@check("retrieval")
def _() -> None:
    index = VectorStoreIndex.from_documents([Document(text=text) for text in TEXTS])
    for mode in ("compact", "refine", "simple_summarize", "tree_summarize", "accumulate"):
        engine = index.as_query_engine(similarity_top_k=2, response_mode=mode)
        holds(str(engine.query("When was the mill of Ostrava built?")), "1871")
    streamed = index.as_query_engine(streaming=True, similarity_top_k=2).query("What do children pay?")
    holds("".join(streamed.response_gen), "4 francs")


@check("summary of documents")
def _() -> None:
    index = SummaryIndex.from_documents([Document(text=text) for text in TEXTS])
    said = str(index.as_query_engine(response_mode="tree_summarize").query("Summarize what is said of the place."))
    holds(said, "1871", "indigo", "flood")
    lacks(said, "context information", "prior knowledge")


@check("responses")
def _() -> None:
    speaking = OpenAIResponses(model="gpt-4o-mini", api_base=BASE_URL, max_retries=0)
    holds(speaking.chat([user("My viola was made in Füssen. Where was my viola made?")]).message.content, "Füssen")
    holds("".join(piece.delta or "" for piece in speaking.stream_chat([user(BUS)])), "16:25")


@check("responses history")
def _() -> None:
    tracking = OpenAIResponses(model="gpt-4o-mini", api_base=BASE_URL, max_retries=0, track_previous_responses=True)
    tracking.chat([user("My viola was made in Füssen.")])
    holds(tracking.chat([user("Where was my viola made?")]).message.content, "Füssen")


if __name__ == "__main__":
    for more in ("tooling", "engines"):
        importlib.import_module(more)
    run()
