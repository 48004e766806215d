"""Checks of memories: histories by session, trimmed ones, and summaries by the libraries' own prompts."""

from langchain.agents.middleware import SummarizationMiddleware
from langchain_classic.memory import (
    ConversationEntityMemory,
    ConversationSummaryBufferMemory,
    ConversationSummaryMemory,
)
from langchain_core.chat_history import InMemoryChatMessageHistory
from langchain_core.messages import AIMessage, HumanMessage, SystemMessage, trim_messages
from langchain_core.prompts import ChatPromptTemplate, MessagesPlaceholder
from langchain_core.runnables.history import RunnableWithMessageHistory
from langchain_openai import ChatOpenAI
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.graph import START, MessagesState, StateGraph
from langmem.short_term import RunningSummary, SummarizationNode, summarize_messages

from kit import check, expect, holds, lacks
from langchain.agents import create_agent

model = ChatOpenAI(model="gpt-4o-mini", temperature=0, max_retries=0)
TALK = (
    ("My name is Leocadia and I run a bakery in Olomouc.", "Nice to meet you, Leocadia."),
    ("We bake 240 loaves a day, most of them rye.", "That is a lot of bread."),
    ("The new oven arrives on 14 March and costs 8,600 euros.", "I have noted the oven."),
    ("My sister Benedikta does the accounts.", "Good to know."),
)
FACTS = ("Leocadia", "Olomouc", "240", "14 March", "8,600", "Benedikta")
OF_THE_PROMPTS = (
    "force for good",
    "artificial intelligence",
    "Current summary",
    "New lines",
    "context extraction",
    "checklist",
)

# langmem's own first prompt names nothing to keep, and a vague prompt loses names and numbers
WITH_FACTS = ChatPromptTemplate(
    [("placeholder", "{messages}"), ("user", "Create a summary of the conversation above, with all names and numbers:")]
)


def turns(talk: tuple = TALK) -> list:
    pairs = [(HumanMessage(user, id=user), AIMessage(reply, id=reply)) for user, reply in talk]
    return [message for pair in pairs for message in pair]


def is_a_summary(text: str, *facts: str) -> None:
    """Fail unless the text holds the facts, and nothing of the prompt that asked for it."""
    holds(text, *(facts or FACTS))
    lacks(text, *OF_THE_PROMPTS)


@check("history by session")
def _() -> None:
    kept: dict[str, InMemoryChatMessageHistory] = {}
    prompt = ChatPromptTemplate([("system", "You are brief."), MessagesPlaceholder("past"), ("human", "{text}")])
    session = RunnableWithMessageHistory(
        prompt | model,
        lambda session_id: kept.setdefault(session_id, InMemoryChatMessageHistory()),
        input_messages_key="text",
        history_messages_key="past",
    )

    def say(text: str, name: str) -> str:
        return session.invoke({"text": text}, {"configurable": {"session_id": name}}).text

    say("I collect barometers.", "a")
    say("I collect thimbles.", "b")
    holds(say("What do I collect?", "a"), "barometers")
    holds(say("What do I collect?", "b"), "thimbles")
    lacks(say("What do I collect?", "c"), "barometers", "thimbles")
    expect(len(kept["a"].messages) == 4, f"{len(kept['a'].messages)} messages were kept of two turns.")


@check("history trimmed")
def _() -> None:
    history = [SystemMessage("You are brief."), *turns()]
    options = {"token_counter": model, "start_on": "human", "include_system": True}
    short = trim_messages([*history, HumanMessage("Who does the accounts?")], max_tokens=50, **options)
    expect(1 < len(short) < len(history), f"{len(short)} of {len(history) + 1} messages are left.")
    holds(model.invoke(short).text, "Benedikta")
    short[-1] = HumanMessage("In which town do I run a bakery?")
    lacks(model.invoke(short).text, "Olomouc")


@check("summary")
def _() -> None:
    memory = ConversationSummaryMemory(llm=model)
    for user, reply in TALK:
        memory.save_context({"input": user}, {"output": reply})
    is_a_summary(memory.buffer)


@check("summary and recent turns")
def _() -> None:
    memory = ConversationSummaryBufferMemory(llm=model, max_token_limit=40, return_messages=True)
    for user, reply in TALK:
        memory.save_context({"input": user}, {"output": reply})
    history = memory.load_memory_variables({})["history"]
    expect(len(history) < 8, f"{len(history)} messages are left of 8.")
    is_a_summary(memory.moving_summary_buffer, "Leocadia", "Olomouc", "240")
    for question, fact in (("What is my name?", "Leocadia"), ("Who does the accounts?", "Benedikta")):
        holds(model.invoke([*history, HumanMessage(question)]).text, fact)


@check("summary in an agent")
def _() -> None:
    middleware = SummarizationMiddleware(model, trigger=("messages", 7), keep=("messages", 2))
    agent = create_agent(model, [], middleware=[middleware], checkpointer=InMemorySaver())
    thread = {"configurable": {"thread_id": "bakery"}}
    for user, _ in TALK:
        agent.invoke({"messages": [("user", user)]}, thread)
    kept = agent.get_state(thread).values["messages"]
    expect(len(kept) < 8, f"{len(kept)} messages are kept of 8.")
    is_a_summary(kept[0].text, "Leocadia", "Olomouc", "240")
    for question, fact in (("What is my name?", "Leocadia"), ("When does the new oven arrive?", "14 March")):
        holds(agent.invoke({"messages": [("user", question)]}, thread)["messages"][-1].text, fact)


@check("summary extended")
def _() -> None:
    limits = {"max_tokens": 60, "max_tokens_before_summary": 50, "max_summary_tokens": 256}
    limits["max_tokens"] = 300
    short = model.bind(max_tokens=256)
    running: RunningSummary | None = None
    history: list = []
    for user, reply in TALK:
        history += turns(((user, reply),))
        done = summarize_messages(
            history, running_summary=running, model=short, initial_summary_prompt=WITH_FACTS, **limits
        )
        running = done.running_summary or running
    expect(running is not None, "Nothing was summarised.")
    is_a_summary(running.summary, "Leocadia", "Olomouc", "240")
    holds(model.invoke([*done.messages, HumanMessage("How many loaves do we bake a day?")]).text, "240")


@check("summary in a graph")
def _() -> None:
    limits = {"max_tokens": 256, "max_tokens_before_summary": 160, "max_summary_tokens": 128}
    short = model.bind(max_tokens=128)
    node = SummarizationNode(model=short, initial_summary_prompt=WITH_FACTS, output_messages_key="short", **limits)

    class State(MessagesState):
        context: dict
        short: list

    def answer(state: State) -> dict:
        return {"messages": [model.invoke(state["short"])]}

    graph = StateGraph(State).add_node("summarise", node).add_node("answer", answer)
    chat = graph.add_edge(START, "summarise").add_edge("summarise", "answer").compile(checkpointer=InMemorySaver())
    thread = {"configurable": {"thread_id": "bakery"}}
    for user, _ in TALK + TALK:
        chat.invoke({"messages": [("user", user)]}, thread)
    for question, fact in (("What is my name?", "Leocadia"), ("What does the new oven cost?", "8,600")):
        done = chat.invoke({"messages": [("user", question)]}, thread)
        holds(done["messages"][-1].text, fact)
    expect(
        len(done["short"]) < len(done["messages"]),
        f"{len(done['short'])} messages went out of {len(done['messages'])}.",
    )
    is_a_summary(done["context"]["running_summary"].summary, "Leocadia", "Olomouc")


@check("entities")
def _() -> None:
    memory = ConversationEntityMemory(llm=model)
    for user, reply in TALK:
        memory.load_memory_variables({"input": user})
        memory.save_context({"input": user}, {"output": reply})
    known = memory.entity_store.store
    expect({"Leocadia", "Olomouc", "Benedikta"} <= set(known), f"It knows {set(known)}.")
    holds(known["Benedikta"], "accounts")
