"""LangChain: the chat model of langchain-openai, agents of LangChain and LangGraph, and what their memories keep."""

import asyncio
import importlib

import openai
from langchain_core.documents import Document
from langchain_core.exceptions import ContextOverflowError, ModelRateLimitError
from langchain_core.messages import AIMessage, HumanMessage, SystemMessage
from langchain_core.output_parsers import StrOutputParser
from langchain_core.prompts import ChatPromptTemplate, MessagesPlaceholder
from langchain_core.runnables import RunnablePassthrough
from langchain_core.vectorstores import InMemoryVectorStore
from langchain_openai import ChatOpenAI, OpenAIEmbeddings

from kit import Gap, check, expect, fail_next, holds, lacks, raises, run

model = ChatOpenAI(model="gpt-4o-mini", temperature=0, max_retries=0, stream_usage=True)
FERRY = "The ferry to Gotland leaves at 7:40 from pier 12. When does the ferry to Gotland leave?"


@check("chat")
def _() -> None:
    holds(model.invoke("My parrot is called Quillon. What is my parrot called?").text, "Quillon")
    holds(ChatOpenAI(model="offline-model").invoke("My boat is the Albatros. What is my boat?").text, "Albatros")


@check("chat async")
async def _() -> None:
    rooms = range(3, 9)
    asked = [model.ainvoke(f"The code of room {n} is {n}77. What is the code of room {n}?") for n in rooms]
    for n, answer in zip(rooms, await asyncio.gather(*asked), strict=True):
        holds(answer.text, f"{n}77")


@check("batch")
def _() -> None:
    questions = [f"Cask {n} holds {n * 31} litres. How many litres does cask {n} hold?" for n in range(2, 8)]
    for n, answer in zip(range(2, 8), model.batch(questions, {"max_concurrency": 4}), strict=True):
        holds(answer.text, str(n * 31))


@check("stream")
def _() -> None:
    pieces = list(model.stream(FERRY))
    holds("".join(piece.text for piece in pieces), "7:40")
    expect(sum(bool(piece.text) for piece in pieces) > 3, f"It came in {len(pieces)} pieces.")
    whole = sum(pieces[1:], pieces[0])
    expect(whole.usage_metadata["output_tokens"] > 0, f"The stream's usage is {whole.usage_metadata}.")
    expect(whole.response_metadata["finish_reason"] == "stop", f"It ended with {whole.response_metadata}.")


@check("stream async")
async def _() -> None:
    holds("".join([piece.text async for piece in model.astream(FERRY)]), "7:40")
    kinds = [event["event"] async for event in model.astream_events(FERRY)]
    expect("on_chat_model_stream" in kinds and kinds[-1] == "on_chat_model_end", f"The events were {set(kinds)}.")


@check("history")
def _() -> None:
    turns = [HumanMessage("I keep bees in Tromsø."), AIMessage("How lovely."), HumanMessage("Where do I keep bees?")]
    holds(model.invoke(turns).text, "Tromsø")
    lacks(model.invoke(turns[-1:]).text, "Tromsø")
    spoken = [SystemMessage("Answer in capital letters only."), *turns]
    expect(model.invoke(spoken).text.isupper(), f"It was told to write capitals: {model.invoke(spoken).text}")


@check("chain")
def _() -> None:
    prompt = ChatPromptTemplate(
        [("system", "You work for the {shop}."), MessagesPlaceholder("turns"), ("human", "{question}")]
    )
    chain = prompt | model | StrOutputParser()
    turns = [("human", "My order number is KX-2291."), ("ai", "Noted.")]
    holds(chain.invoke({"shop": "Lantern House", "turns": turns, "question": "What is my order number?"}), "KX-2291")
    holds(
        chain.invoke({"shop": "Lantern House", "turns": [], "question": "Which shop do you work for?"}), "Lantern House"
    )


@check("usage")
def _() -> None:
    turns = [SystemMessage("You are brief."), HumanMessage("I was born in Ghent in 1983."), AIMessage("I see.")]
    turns.append(HumanMessage("In which year was I born?"))
    answer = model.invoke(turns)
    holds(answer.text, "1983")
    used, counted = answer.usage_metadata, model.get_num_tokens_from_messages(turns)
    expect(used["input_tokens"] == counted, f"The server counts {used['input_tokens']} tokens, LangChain {counted}.")
    reply = model.get_num_tokens(answer.text)
    expect(used["output_tokens"] == reply, f"The reply costs {used['output_tokens']} tokens, LangChain counts {reply}.")
    expect(used["total_tokens"] == counted + reply, f"The total is {used['total_tokens']}.")


@check("reply limit")
def _() -> None:
    asked = "My aunts are Ottilie, Berenike, Walburga, Kunigunde, Adelgunde and Mechthild. Who are my aunts?"
    for limit in ({"max_tokens": 5}, {"max_completion_tokens": 5}):
        for name in ("gpt-4o-mini", "offline-model"):
            answer = ChatOpenAI(model=name, **limit).invoke(asked)
            expect(answer.usage_metadata["output_tokens"] <= 5, f"{limit}: {answer.usage_metadata}")
            ended = answer.response_metadata["finish_reason"]
            expect(ended == "length", f"{limit} of {name} ended with {ended}: {answer.text}")
    stopped = model.bind(stop=["Kunigunde"]).invoke(asked).text
    lacks(stopped, "Kunigunde")


@check("several choices")
def _() -> None:
    several = ChatOpenAI(model="gpt-4o-mini", n=3).generate(
        [[HumanMessage("My well is 19 metres deep. How deep is it?")]]
    )
    expect(len(several.generations[0]) == 3, f"Of 3 choices {len(several.generations[0])} came.")
    for generation in several.generations[0]:
        holds(generation.text, "19")


@check("overflow")
def _() -> None:
    new = ChatOpenAI(model="gpt-6-luna", max_retries=0)
    for ask in (new.invoke, lambda text: list(new.stream(text))):
        fail_next("overflow")
        with raises(ContextOverflowError, words="exceed the configured limit"):
            ask("Hello")


@check("overflow of an older model")
def _() -> None:
    old = ChatOpenAI(model="gpt-4", max_retries=0)
    with raises(openai.BadRequestError, words="maximum context length") as caught:
        old.invoke("sail " * 9000)
    expect(caught[0].code == "context_length_exceeded", f"The error's code is {caught[0].code}.")
    if not isinstance(caught[0], ContextOverflowError):
        raise Gap(
            "langchain-openai seeks the error's code in its text, where the openai package of version 3 does not put it."
        )


@check("rate limit")
def _() -> None:
    fail_next(429)
    with raises(ModelRateLimitError):
        model.invoke("Hello")
    fail_next(429, times=2)
    patient = ChatOpenAI(model="gpt-4o-mini", max_retries=3)
    holds(patient.invoke("My boat is the Albatros. What is my boat?").text, "Albatros")
    fail_next(500)
    other = model.with_fallbacks([ChatOpenAI(model="offline-model", max_retries=0)])
    holds(other.invoke("My mule is called Bertil. What is my mule called?").text, "Bertil")


@check("embeddings")
def _() -> None:
    vectors = OpenAIEmbeddings(model="text-embedding-3-small")
    expect(len(vectors.embed_query("a dog")) == 1536, "A vector of text-embedding-3-small has 1,536 numbers.")
    short = OpenAIEmbeddings(model="text-embedding-3-small", dimensions=256).embed_documents(["a dog", "a cat"])
    expect([len(vector) for vector in short] == [256, 256], "dimensions=256 is not obeyed.")
    texts = ["The lighthouse keeper is called Maren.", "The harbour is closed on Mondays.", "Tea costs 3 euros."]
    store = InMemoryVectorStore.from_documents([Document(text) for text in texts], vectors)
    found = store.similarity_search("What is the keeper of the lighthouse called?", k=1)[0].page_content
    holds(found, "Maren")


@check("retrieval")
def _() -> None:
    texts = ["The lighthouse keeper is called Maren.", "The harbour is closed on Mondays.", "Tea costs 3 euros."]
    store = InMemoryVectorStore.from_texts(texts, OpenAIEmbeddings(model="text-embedding-3-small"))
    prompt = ChatPromptTemplate.from_template("Answer from this context only:\n{context}\n\nQuestion: {question}")
    fetched = store.as_retriever(search_kwargs={"k": 2}) | (lambda found: "\n".join(doc.page_content for doc in found))
    chain = {"context": fetched, "question": RunnablePassthrough()} | prompt | model | StrOutputParser()
    holds(chain.invoke("On which day is the harbour closed?"), "Monday")
    holds(chain.invoke("What does tea cost?"), "3 euros")


@check("responses")
def _() -> None:
    speaking = ChatOpenAI(model="gpt-4o-mini", use_responses_api=True, stream_usage=True)
    holds(speaking.invoke("My violin was made in Cremona. Where was my violin made?").text, "Cremona")
    pieces = list(speaking.stream(FERRY))
    holds("".join(piece.text for piece in pieces), "7:40")
    expect(sum(pieces[1:], pieces[0]).usage_metadata["input_tokens"] > 0, "The stream's usage is missing.")


@check("responses history")
def _() -> None:
    speaking = ChatOpenAI(model="gpt-4o-mini", use_responses_api=True)
    first = speaking.invoke("My violin was made in Cremona.")
    second = speaking.invoke("Where was my violin made?", previous_response_id=first.response_metadata["id"])
    holds(second.text, "Cremona")
    chained = ChatOpenAI(model="gpt-4o-mini", use_responses_api=True, use_previous_response_id=True)
    turns = [HumanMessage("My cello is from Mirecourt.")]
    turns.append(chained.invoke(turns))
    turns.append(HumanMessage("Where is my cello from?"))
    answer = chained.invoke(turns)
    holds(answer.text, "Mirecourt")
    whole = [HumanMessage("My cello is from Mirecourt."), speaking.invoke(turns[:1]), turns[2]]
    holds(speaking.invoke(whole).text, "Mirecourt")


if __name__ == "__main__":
    for more in ("tooling", "outputs", "agents", "memories"):
        importlib.import_module(more)
    run()
