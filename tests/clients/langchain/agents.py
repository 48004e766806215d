"""Checks of agents: LangChain's create_agent and LangGraph's graphs, with checkpoints, interrupts and middleware."""

from langchain.agents.middleware import HumanInTheLoopMiddleware, ModelCallLimitMiddleware, ToolRetryMiddleware
from langchain.agents.structured_output import ProviderStrategy, ToolStrategy
from langchain_core.messages import AIMessage, AIMessageChunk, ToolMessage
from langchain_core.tools import tool
from langchain_openai import ChatOpenAI
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.graph import START, MessagesState, StateGraph
from langgraph.prebuilt import ToolNode, create_react_agent, tools_condition
from langgraph.types import Command, interrupt
from pydantic import BaseModel

from kit import check, expect, holds, lacks
from langchain.agents import create_agent

model = ChatOpenAI(model="gpt-4o-mini", temperature=0, max_retries=0)


@tool
def find_customer(name: str) -> str:
    """Find a customer by name; returns the customer's number."""
    return {"Okonkwo": "Customer number: 88-412", "Marchetti": "Customer number: 17-903"}.get(name, "No such customer.")


@tool
def open_invoices(customer_number: str) -> str:
    """List the open invoices of a customer, by the customer's number."""
    return {"88-412": "Invoice F-2207 over 318 euros is open.", "17-903": "Nothing is open."}.get(customer_number, "?")


TOOLS = [find_customer, open_invoices]
PROMPT = "You are the assistant of a bookkeeper."


def ask(agent: object, text: str, **options: object) -> list:
    """The messages of a conversation after a question."""
    return agent.invoke({"messages": [("user", text)]}, **options)["messages"]


def calls_of(messages: list) -> list[tuple[str, dict]]:
    return [(call["name"], call["args"]) for one in messages if isinstance(one, AIMessage) for call in one.tool_calls]


def thread(name: str) -> dict:
    return {"config": {"configurable": {"thread_id": name}}}


@check("agent")
def _() -> None:
    for agent in (create_agent(model, TOOLS, system_prompt=PROMPT), create_react_agent(model, TOOLS, prompt=PROMPT)):
        messages = ask(agent, "What is the customer number of Okonkwo?")
        expect(calls_of(messages) == [("find_customer", {"name": "Okonkwo"})], f"It called {calls_of(messages)}.")
        holds(messages[-1].text, "88-412")
        messages = ask(agent, "Which invoices of the customer 88-412 are open?")
        expect(
            calls_of(messages) == [("open_invoices", {"customer_number": "88-412"})], f"It called {calls_of(messages)}."
        )
        holds(messages[-1].text, "F-2207", "318")


@check("agent, one tool after the other")
def _() -> None:
    messages = ask(
        create_agent(model, TOOLS, system_prompt=PROMPT), "Find the customer Okonkwo, then list her open invoices."
    )
    wanted = [("find_customer", {"name": "Okonkwo"}), ("open_invoices", {"customer_number": "88-412"})]
    expect(calls_of(messages) == wanted, f"It called {calls_of(messages)}.")
    holds(messages[-1].text, "F-2207")


@check("agent async")
async def _() -> None:
    agent = create_agent(model, TOOLS, system_prompt=PROMPT)
    done = await agent.ainvoke({"messages": [("user", "What is the customer number of Marchetti?")]})
    holds(done["messages"][-1].text, "17-903")


@check("agent streamed")
def _() -> None:
    agent = create_agent(model, TOOLS, system_prompt=PROMPT)
    asked = {"messages": [("user", "What is the customer number of Marchetti?")]}
    steps = [next(iter(step)) for step in agent.stream(asked, stream_mode="updates")]
    expect(steps == ["model", "tools", "model"], f"Its steps were {steps}.")
    pieces = [piece for piece, _ in agent.stream(asked, stream_mode="messages") if isinstance(piece, AIMessageChunk)]
    holds("".join(piece.text for piece in pieces), "17-903")
    expect(sum(bool(piece.text) for piece in pieces) > 2, f"It came in {len(pieces)} pieces.")


@check("agent history")
def _() -> None:
    agent = create_agent(model, TOOLS, system_prompt=PROMPT, checkpointer=InMemorySaver())
    ask(agent, "My name is Solveig and I look after Okonkwo.", **thread("one"))
    ask(agent, "My name is Casimir.", **thread("two"))
    holds(ask(agent, "What is my name?", **thread("one"))[-1].text, "Solveig")
    other = ask(agent, "What is my name?", **thread("two"))[-1].text
    holds(other, "Casimir")
    lacks(other, "Solveig")
    ask(agent, "What is the customer number of Okonkwo?", **thread("one"))
    before = len(ask(agent, "Thank you.", **thread("one")))
    messages = ask(agent, "Which customer number did you find?", **thread("one"))
    holds(messages[-1].text, "88-412")
    expect(len(messages) == before + 2, f"It was in the history, and it called {calls_of(messages[before:])}.")


@check("agent structured output")
def _() -> None:
    class Invoice(BaseModel):
        """An invoice that is open."""

        number: str
        euros: int

    for strategy in (ToolStrategy, ProviderStrategy):
        agent = create_agent(model, TOOLS, system_prompt=PROMPT, response_format=strategy(Invoice))
        done = agent.invoke({"messages": [("user", "Which invoices of the customer 88-412 are open?")]})
        expect(
            ("open_invoices", {"customer_number": "88-412"}) in calls_of(done["messages"]),
            f"{calls_of(done['messages'])}",
        )
        read = done["structured_response"]
        expect((read.number, read.euros) == ("F-2207", 318), f"{strategy.__name__} read {read}.")


@check("agent interrupted")
def _() -> None:
    guard = HumanInTheLoopMiddleware(interrupt_on={"open_invoices": True})
    agent = create_agent(model, TOOLS, system_prompt=PROMPT, middleware=[guard], checkpointer=InMemorySaver())
    asked = "Which invoices of the customer 88-412 are open?"
    for name, decision in (("yes", {"type": "approve"}), ("no", {"type": "reject", "message": "Not allowed today."})):
        done = agent.invoke({"messages": [("user", asked)]}, **thread(name))
        expect(done["__interrupt__"], "It did not wait for a person.")
        done = agent.invoke(Command(resume={"decisions": [decision]}), **thread(name))
        answer = done["messages"][-1].text
        (holds if name == "yes" else lacks)(answer, "F-2207")
        if name == "no":
            holds(answer, "not allowed")


@check("graph")
def _() -> None:
    @tool
    def confirm(amount: int) -> str:
        """Let a person confirm an amount of money in euros."""
        return f"The person answered: {interrupt(f'Pay {amount}?')}"

    bound = model.bind_tools([*TOOLS, confirm])
    builder = StateGraph(MessagesState)
    builder.add_node("model", lambda state: {"messages": [bound.invoke(state["messages"])]})
    builder.add_node("tools", ToolNode([*TOOLS, confirm]))
    builder.add_edge(START, "model")
    builder.add_conditional_edges("model", tools_condition)
    builder.add_edge("tools", "model")
    graph = builder.compile(checkpointer=InMemorySaver())
    done = ask_graph = graph.invoke({"messages": [("user", "Confirm the amount of 275 euros.")]}, **thread("pay"))
    expect(ask_graph["__interrupt__"][0].value == "Pay 275?", f"It stopped at {done.get('__interrupt__')}.")
    done = graph.invoke(Command(resume="yes, by Thursday"), **thread("pay"))
    holds(done["messages"][-1].text, "Thursday")
    old = [
        state for state in graph.get_state_history({"configurable": {"thread_id": "pay"}}) if state.next == ("model",)
    ]
    again = graph.invoke(None, old[-1].config)  # back to the first question
    expect(again["__interrupt__"][0].value == "Pay 275?", "Going back to an earlier state asks again.")


@check("agent, a tool that fails")
def _() -> None:
    tried = []

    @tool
    def stock_of(article: str) -> str:
        """How many pieces of an article are in stock."""
        tried.append(article)
        if len(tried) < 3:
            raise ConnectionError("the warehouse does not answer")
        return "46 pieces"

    retry = ToolRetryMiddleware(max_retries=3, initial_delay=0.01)
    agent = create_agent(model, [stock_of], middleware=[retry, ModelCallLimitMiddleware(run_limit=5)])
    messages = ask(agent, "How many pieces of the article teapot are in stock?")
    expect(tried == ["teapot"] * 3, f"It asked for {tried}.")
    holds(messages[-1].text, "46")


@check("agent in an agent")
def _() -> None:
    clerk = create_agent(model, TOOLS, system_prompt=PROMPT)

    @tool
    def ask_the_bookkeeper(question: str) -> str:
        """Ask the bookkeeper, who knows customers and their invoices."""
        return ask(clerk, question)[-1].text

    chief = create_agent(model, [ask_the_bookkeeper], system_prompt="You pass questions on.")
    messages = ask(chief, "Ask the bookkeeper: what is the customer number of Marchetti?")
    results = [one.text for one in messages if isinstance(one, ToolMessage)]
    holds(" ".join(results), "17-903")
    holds(messages[-1].text, "17-903")
