"""Checks of tools, structured output and agents."""

from enum import Enum

from llama_index.core.agent.workflow import AgentStream, AgentWorkflow, FunctionAgent, ReActAgent, ToolCallResult
from llama_index.core.llms import ChatMessage
from llama_index.core.memory import ChatMemoryBuffer
from llama_index.core.prompts import PromptTemplate
from llama_index.core.tools import FunctionTool
from llama_index.llms.openai import OpenAI, OpenAIResponses
from pydantic import BaseModel, Field

from kit import BASE_URL, check, expect, holds, lacks

model = OpenAI(model="gpt-4o-mini", temperature=0, max_retries=0, api_base=BASE_URL)


def humidity(greenhouse: str) -> str:
    """Measure how humid the air in a greenhouse is."""
    return {"Orchid": "83 percent", "Cactus": "21 percent"}.get(greenhouse, "no such greenhouse")


def water(greenhouse: str, litres: int) -> str:
    """Water the plants of a greenhouse with so many litres."""
    return f"Order W-{litres}9 is given: {litres} litres for {greenhouse}."


TOOLS = [FunctionTool.from_defaults(humidity), FunctionTool.from_defaults(water)]
BY_NAME = {"humidity": humidity, "water": water}
HUMID = "How humid is the greenhouse Orchid?"


def user(text: str) -> ChatMessage:
    return ChatMessage(role="user", content=text)


def called(llm: OpenAI, text: str, **options: object) -> list[tuple[str, dict]]:
    """What a model calls when it is asked."""
    answer = llm.chat_with_tools(TOOLS, user_msg=text, **options)
    calls = llm.get_tool_calls_from_response(answer, error_on_no_tool_call=False)
    return [(call.tool_name, call.tool_kwargs) for call in calls]


@check("tools")
def _() -> None:
    answer = model.chat_with_tools(TOOLS, user_msg=HUMID)
    (call,) = model.get_tool_calls_from_response(answer)
    expect((call.tool_name, call.tool_kwargs) == ("humidity", {"greenhouse": "Orchid"}), f"It called {call}.")
    result = ChatMessage(role="tool", content=humidity("Orchid"), additional_kwargs={"tool_call_id": call.tool_id})
    history = [user(HUMID), answer.message, result]
    holds(model.chat_with_tools(TOOLS, chat_history=history).message.content, "83")
    done = model.predict_and_call(TOOLS, user_msg="Water the greenhouse Cactus with 35 litres.")
    holds(str(done), "W-359")


@check("parallel tools")
def _() -> None:
    asked = "How humid are the greenhouse Orchid and the greenhouse Cactus?"
    calls = called(model, asked, allow_parallel_tool_calls=True)
    expect(sorted(args["greenhouse"] for _, args in calls) == ["Cactus", "Orchid"], f"It called {calls}.")


@check("forced tool")
def _() -> None:
    calls = called(model, "Good morning! I am in the greenhouse Orchid.", tool_required=True)
    expect(calls, "tool_required was not obeyed.")
    calls = called(model, "Good morning! I am in the greenhouse Orchid.", tool_choice="humidity")
    expect(calls == [("humidity", {"greenhouse": "Orchid"})], f"It called {calls}.")
    expect(not called(model, HUMID, tool_choice="none"), "tool_choice none was not obeyed.")


@check("tools streamed")
def _() -> None:
    pieces = list(model.stream_chat_with_tools(TOOLS, user_msg="Water the greenhouse Cactus with 35 litres."))
    (call,) = model.get_tool_calls_from_response(pieces[-1])
    wanted = ("water", {"greenhouse": "Cactus", "litres": 35})
    expect((call.tool_name, call.tool_kwargs) == wanted, f"It called {call}.")


class Colour(Enum):
    """The colour of a van."""

    RED = "red"
    GREEN = "green"


class Van(BaseModel):
    """A van that somebody hires."""

    colour: Colour
    seats: int = Field(description="how many people can sit in it")


class Song(BaseModel):
    """A song with its length."""

    title: str
    minutes: int


class Album(BaseModel):
    """An album."""

    artist: str
    songs: list[Song]


@check("structured output")
def _() -> None:
    prompt = PromptTemplate("Read what is hired: {text}")
    van = model.structured_predict(Van, prompt, text="We take the green van with 7 seats.")
    expect((van.colour, van.seats) == (Colour.GREEN, 7), f"It read {van}.")
    van = model.as_structured_llm(Van).chat([user("We take the red van with 9 seats.")]).raw
    expect((van.colour, van.seats) == (Colour.RED, 9), f"It read {van}.")


@check("structured output, nested")
def _() -> None:
    text = "The artist is Mirembe. The songs are Harbour, which lasts 4 minutes, and Lantern, which lasts 6 minutes."
    album = model.structured_predict(Album, PromptTemplate("{text}"), text=text)
    read = (album.artist, [(song.title, song.minutes) for song in album.songs])
    expect(read == ("Mirembe", [("Harbour", 4), ("Lantern", 6)]), f"It read {album}.")


@check("structured output streamed")
def _() -> None:
    parts = list(
        model.stream_structured_predict(Van, PromptTemplate("{text}"), text="We take the green van with 7 seats.")
    )
    expect((parts[-1].colour, parts[-1].seats) == (Colour.GREEN, 7), f"It read {parts[-1]}.")


@check("responses tools")
def _() -> None:
    speaking = OpenAIResponses(model="gpt-4o-mini", api_base=BASE_URL, max_retries=0)
    calls = called(speaking, HUMID)
    expect(calls == [("humidity", {"greenhouse": "Orchid"})], f"It called {calls}.")


def gardener(**options: object) -> FunctionAgent:
    return FunctionAgent(tools=[humidity, water], llm=model, system_prompt="You help in a garden.", **options)


@check("agent")
async def _() -> None:
    holds(str(await gardener().run(HUMID)), "83")
    holds(str(await gardener(streaming=False).run("Water the greenhouse Cactus with 35 litres.")), "W-359")


@check("agent streamed")
async def _() -> None:
    handler = gardener().run(HUMID)
    events = [event async for event in handler.stream_events()]
    holds("".join(event.delta for event in events if isinstance(event, AgentStream)), "83")
    results = [event.tool_kwargs for event in events if isinstance(event, ToolCallResult)]
    expect(results == [{"greenhouse": "Orchid"}], f"It called {results}.")
    await handler


@check("agent history")
async def _() -> None:
    agent = gardener()
    one, two = (ChatMemoryBuffer.from_defaults(token_limit=3000) for _ in range(2))
    await agent.run("My name is Eudora.", memory=one)
    await agent.run("My name is Fridtjof.", memory=two)
    holds(str(await agent.run("What is my name?", memory=one)), "Eudora")
    lacks(str(await agent.run("What is my name?", memory=two)), "Eudora")
    await agent.run(HUMID, memory=one)
    holds(str(await agent.run("How humid was it?", memory=one)), "83")


@check("agent structured output")
async def _() -> None:
    done = await gardener(output_cls=Van).run("I hire the green van with 7 seats.")
    read = done.get_pydantic_model(Van)
    expect((read.colour, read.seats) == (Colour.GREEN, 7), f"It read {read}.")


@check("agents, one hands over to the other")
async def _() -> None:
    meter = FunctionAgent(
        name="meter",
        description="Measures how humid a greenhouse is.",
        tools=[humidity],
        llm=model,
        system_prompt="You measure.",
    )
    desk = FunctionAgent(
        name="desk",
        description="Takes questions and hands them over.",
        tools=[],
        llm=model,
        system_prompt="You take questions. Hand over to meter when somebody asks how humid a greenhouse is.",
        can_handoff_to=["meter"],
    )
    handler = AgentWorkflow(agents=[desk, meter], root_agent="desk").run(HUMID)
    tools = [event.tool_name async for event in handler.stream_events() if isinstance(event, ToolCallResult)]
    expect(tools == ["handoff", "humidity"], f"The tools that ran: {tools}.")
    holds(str(await handler), "83")


@check("agent by text")
async def _() -> None:
    agent = ReActAgent(tools=[humidity, water], llm=model)
    handler = agent.run(HUMID)
    tools = [event.tool_kwargs async for event in handler.stream_events() if isinstance(event, ToolCallResult)]
    expect(tools == [{"greenhouse": "Orchid"}], f"The tools that ran: {tools}.")
    holds(str(await handler), "83")
