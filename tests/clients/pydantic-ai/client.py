"""Pydantic AI, through Chat Completions and through the Responses API."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Literal

import pydantic_ai
from openai import AsyncOpenAI
from pydantic import BaseModel
from pydantic_ai import (
    Agent,
    ModelMessage,
    ModelRequest,
    ModelRetry,
    NativeOutput,
    PromptedOutput,
    RunContext,
    ToolOutput,
)
from pydantic_ai.capabilities import ProcessHistory
from pydantic_ai.messages import ModelMessagesTypeAdapter, SystemPromptPart, ToolCallPart
from pydantic_ai.models.fallback import FallbackModel
from pydantic_ai.models.openai import OpenAIChatModel, OpenAICompaction, OpenAIResponsesModel
from pydantic_ai.providers.openai import OpenAIProvider

from kit import check, expect, fail_next, holds, lacks, raises, run

MODEL = "offline-model"
APIS = {"": OpenAIChatModel, ", responses": OpenAIResponsesModel}
Judged = Callable[[Callable[..., object]], Awaitable[None]]


def through_both(name: str) -> Callable[[Judged], Judged]:
    """A check of each API: it is given what makes a model that speaks through it."""

    def keep(judged: Judged) -> Judged:
        for suffix, kind in APIS.items():

            async def one(kind: type = kind) -> None:
                async with AsyncOpenAI(max_retries=0) as client:
                    await judged(lambda name=MODEL: kind(name, provider=OpenAIProvider(openai_client=client)))

            check(name + suffix)(one)
        return judged

    return keep


def calls(result: object) -> list[str]:
    """The calls of a run: the name of each function with its arguments."""
    parts = (part for message in result.all_messages() for part in message.parts)
    return [f"{part.tool_name}{part.args_as_json_str()}" for part in parts if isinstance(part, ToolCallPart)]


@through_both("chat")
async def _(model: Callable[..., object]) -> None:
    result = await Agent(model()).run("Our ferryman is called Torvald Engh. What is our ferryman called?")
    holds(result.output, "Torvald")
    expect(result.usage.input_tokens > 15 and result.usage.output_tokens > 3, f"It counted {result.usage}.")


@through_both("instructions")
async def _(model: Callable[..., object]) -> None:
    agent = Agent(model(), instructions="End every reply with the words Mind the gap.")
    holds((await agent.run("My plumber is Sølvi Dahl. Who is my plumber?")).output, "Sølvi", "Mind the gap")


@through_both("stream")
async def _(model: Callable[..., object]) -> None:
    asked = "The seed vault closes at 16:20 in winter. When does the seed vault close in winter?"
    async with Agent(model()).run_stream(asked) as result:
        pieces = [piece async for piece in result.stream_text(delta=True, debounce_by=None)]
        expect(result.usage.output_tokens > 3, f"The stream counted {result.usage}.")
    holds("".join(pieces), "16:20")
    expect(len(pieces) > 3, f"It came in {len(pieces)} pieces.")


def gauge(river: str) -> str:
    """Look up the water level of a river."""
    return f"{river}: 3.62 metres"


def mow(meadow: str, hours: int) -> str:
    """Look up what it costs to have a meadow mown for so many hours."""
    return f"{hours * 240} crowns for {meadow}"


@through_both("tools")
async def _(model: Callable[..., object]) -> None:
    result = await Agent(model(), tools=[gauge, mow]).run("What is the water level of the river Glomma?")
    expect(len(calls(result)) == 1 and "Glomma" in calls(result)[0], f"It called {calls(result)}.")
    holds(result.output, "3.62")


@through_both("tools, a number as argument")
async def _(model: Callable[..., object]) -> None:
    asked = "What does it cost to have the meadow Solvang mown for 6 hours?"
    result = await Agent(model(), tools=[gauge, mow]).run(asked)
    expect(len(calls(result)) == 1 and "6" in calls(result)[0], f"It called {calls(result)}.")
    holds(result.output, "1440", "Solvang")


@through_both("parallel tools")
async def _(model: Callable[..., object]) -> None:
    result = await Agent(model(), tools=[gauge]).run("What are the water levels of the rivers Glomma and Lågen?")
    expect(len(calls(result)) == 2 and result.usage.requests == 2, f"It called {calls(result)}.")
    holds(result.output, "Glomma", "Lågen", "3.62")


@through_both("tools streamed")
async def _(model: Callable[..., object]) -> None:
    async with Agent(model(), tools=[gauge]).run_stream("What is the water level of the river Otra?") as result:
        text = await result.get_output()
    holds(text, "3.62")
    holds(calls(result)[0], "Otra")


@through_both("tools with dependencies and a retry")
async def _(model: Callable[..., object]) -> None:
    agent, tried = Agent(model(), deps_type=dict, retries=2), []

    @agent.tool
    def pigeons(context: RunContext[dict], loft: str) -> str:
        """Count the pigeons in a loft."""
        tried.append(loft)
        if len(tried) == 1:
            raise ModelRetry("The counter was busy. Call the function again.")
        return f"{context.deps[loft]} pigeons"

    result = await agent.run("How many pigeons are in the loft Himmelrik?", deps={"Himmelrik": 47})
    expect(tried == ["Himmelrik"] * 2, f"It tried {tried}.")
    holds(result.output, "47 pigeons")


class Booking(BaseModel):
    """A table that somebody books in a restaurant."""

    guest: str
    persons: int
    outdoors: bool
    meal: Literal["breakfast", "lunch", "dinner"]


TOLD = "The guest is Ragna Moe. She books lunch outdoors for 9 persons."
BOOKED = Booking(guest="Ragna Moe", persons=9, outdoors=True, meal="lunch")


for mode in (ToolOutput, NativeOutput, PromptedOutput):

    @through_both(f"structured output, {mode.__name__}")
    async def _(model: Callable[..., object], mode: type = mode) -> None:
        result = await Agent(model(), output_type=mode(Booking)).run(TOLD)
        expect(result.output == BOOKED, f"It read {result.output}.")


@through_both("structured output streamed")
async def _(model: Callable[..., object]) -> None:
    async with Agent(model(), output_type=Booking).run_stream(TOLD) as result:
        seen = [one async for one in result.stream_output(debounce_by=None)]
    expect(seen[-1] == BOOKED and len(seen) > 1, f"It read {seen}.")


@through_both("structured output, numbers in a list")
async def _(model: Callable[..., object]) -> None:
    result = await Agent(model(), output_type=list[int]).run("The lockers have the numbers 17, 38 and 52.")
    expect(result.output == [17, 38, 52], f"It read {result.output}.")


class Level(BaseModel):
    """The water level of a river."""

    river: str
    metres: float


@through_both("structured output after a tool")
async def _(model: Callable[..., object]) -> None:
    agent = Agent(model(), output_type=Level, tools=[gauge])
    result = await agent.run("What is the water level of the river Glomma?")
    holds(calls(result)[0], "gauge", "Glomma")
    expect(result.output == Level(river="Glomma", metres=3.62), f"It read {result.output}.")


@through_both("structured output, text or an object")
async def _(model: Callable[..., object]) -> None:
    agent = Agent(model(), output_type=[Booking, str])
    text = (await agent.run("My skis are by Landsem. Who made my skis?")).output
    holds(text if isinstance(text, str) else repr(text), "Landsem")


class Refund(BaseModel):
    """A refund that somebody asks for."""

    order: str
    amount: float


class Visit(BaseModel):
    """A visit that somebody announces."""

    visitor: str
    day: str


EITHER = (
    ("I want a refund for the order K-204, the amount is 89.50 euros.", Refund(order="K-204", amount=89.5)),
    ("The visitor Hedda Lund comes on Tuesday.", Visit(visitor="Hedda Lund", day="Tuesday")),
)


@through_both("structured output, one of two kinds")
async def _(model: Callable[..., object]) -> None:
    for output in ([ToolOutput(Refund), ToolOutput(Visit)], NativeOutput([Refund, Visit])):
        for told, right in EITHER:
            result = await Agent(model(), output_type=output).run(told)
            expect(result.output == right, f"It read {result.output!r}.")


@through_both("an agent as a tool")
async def _(model: Callable[..., object]) -> None:
    hydrologist, desk, asked = Agent(model(), tools=[gauge]), Agent(model()), []

    @desk.tool_plain
    async def ask_hydrologist(question: str) -> str:
        """Ask the hydrologist a question about the water level of rivers."""
        asked.append(question)
        return (await hydrologist.run(question)).output

    result = await desk.run("What is the water level of the river Glomma?")
    expect(asked == ["What is the water level of the river Glomma?"], f"It handed on {asked}.")
    holds(result.output, "3.62")


@through_both("output of a function")
async def _(model: Callable[..., object]) -> None:
    def welcome(name: str, nights: int) -> str:
        """Welcome a guest by name for so many nights."""
        return f"Welcome, {name}, for {nights}!"

    result = await Agent(model(), output_type=welcome).run("My name is Ivar and I stay for 4 nights.")
    expect(result.output == "Welcome, Ivar, for 4!", f"It said {result.output}.")


@through_both("output that is validated")
async def _(model: Callable[..., object]) -> None:
    agent, seen = Agent(model(), retries=2), []

    @agent.output_validator
    def twice(said: str) -> str:
        seen.append(said)
        if len(seen) == 1:
            raise ModelRetry("Say it once more.")
        return said

    holds((await agent.run("My sauna is at 85 degrees. How hot is my sauna?")).output, "85")
    expect(len(seen) == 2, f"It said {seen}.")


@through_both("history")
async def _(model: Callable[..., object]) -> None:
    agent = Agent(model(), tools=[gauge], instructions="Be kind.")
    first = await agent.run("I keep reindeer near Kautokeino.")
    second = await agent.run("What is the water level of the river Tana?", message_history=first.all_messages())
    kept = ModelMessagesTypeAdapter.validate_json(second.all_messages_json())  # as if from a file
    holds((await agent.run("Where do I keep reindeer?", message_history=kept)).output, "Kautokeino")
    holds((await agent.run("Which river did I ask about?", message_history=kept)).output, "Tana")
    lacks((await agent.run("Where do I keep reindeer?")).output, "Kautokeino")


@through_both("history, only its last turns")
async def _(model: Callable[..., object]) -> None:
    def last_two(messages: list[ModelMessage]) -> list[ModelMessage]:
        return messages[-3:]

    agent, past = Agent(model(), capabilities=[ProcessHistory(last_two)]), []
    for said in ("My locker has the number 77.", "My scarf is yellow."):
        past = (await agent.run(said, message_history=past)).all_messages()
    holds((await agent.run("What colour is my scarf?", message_history=past)).output, "yellow")
    lacks((await agent.run("What is the number of my locker?", message_history=past)).output, "77")


@through_both("summary")
async def _(model: Callable[..., object]) -> None:
    order = "Summarize this conversation, omitting small talk and unrelated topics. Keep names and numbers."
    writer = Agent(model(), instructions=order)
    told: list[str] = []

    async def shorter(messages: list[ModelMessage]) -> list[ModelMessage]:
        if len(messages) < 7:
            return messages
        summary = await writer.run(message_history=messages[:4])
        told.append(summary.output)
        return [ModelRequest([SystemPromptPart(f"Summary of the earlier conversation: {told[-1]}")]), *messages[4:]]

    agent, past = Agent(model(), capabilities=[ProcessHistory(shorter)]), []
    for said in (
        "Hello! My name is Solveig Ruud and I am allergic to walnuts.",
        "Our budget for the trip to Senja is 5,400 crowns.",
        "My tent is green.",
    ):
        past = (await agent.run(said, message_history=past)).all_messages()
    result = await agent.run("What am I allergic to?", message_history=past)
    holds(told[0], "Solveig", "walnuts", "5,400")
    lacks(told[0], "summarize", "small talk")
    holds(result.output, "walnuts")


@dataclass
class Note:
    """What is worth knowing about a user next week."""

    facts: list[str]


@through_both("facts about the user")
async def _(model: Callable[..., object]) -> None:
    agent = Agent(model(), output_type=Note, instructions="Extract facts about the user from the conversation.")
    facts = (await agent.run("I live in Alta and my daughter is called Embla. Nice weather today!")).output.facts
    holds(" ".join(facts), "Alta", "Embla")
    lacks(" ".join(facts), "weather")


@through_both("usage limits")
async def _(model: Callable[..., object]) -> None:
    agent = Agent(model(), tools=[gauge])
    for limits in ({"request_limit": 1}, {"input_tokens_limit": 20}, {"tool_calls_limit": 0}):
        with raises(pydantic_ai.UsageLimitExceeded):
            limit = pydantic_ai.UsageLimits(**limits)
            await agent.run("What is the water level of the river Glomma?", usage_limits=limit)


@through_both("reply limit")
async def _(model: Callable[..., object]) -> None:
    told = "My aunt collects copper kettles, pewter mugs and silver spoons from Norway. What does my aunt collect?"
    result = await Agent(model()).run(told, model_settings={"max_tokens": 16})
    expect(result.usage.output_tokens <= 16, f"It used {result.usage}.")


@through_both("overflow")
async def _(model: Callable[..., object]) -> None:
    long = "My bag is green. " + "sail " * 9000 + "What colour is my bag?"
    with raises(pydantic_ai.ModelContextWindowExceededError):
        await Agent(model("gpt-4")).run(long)
    holds((await Agent(FallbackModel(model("gpt-4"), model())).run(long)).output, "green")


@through_both("rate limit")
async def _(model: Callable[..., object]) -> None:
    fail_next(429)
    with raises(pydantic_ai.ModelRateLimitError):
        await Agent(model()).run("Hello")
    fail_next("quota")
    with raises(pydantic_ai.ModelQuotaExceededError):
        await Agent(model()).run("Hello")
    fail_next(500)
    both = FallbackModel(model("gpt-4o-mini"), model())
    holds((await Agent(both).run("My sledge is a Kicker. What is my sledge?")).output, "Kicker")


@check("previous response, responses")
async def _() -> None:
    agent = Agent(OpenAIResponsesModel(MODEL), tools=[gauge], model_settings={"openai_previous_response_id": "auto"})
    first = await agent.run("My chest has the number 6614.")
    second = await agent.run("What is the water level of the river Glomma?", message_history=first.all_messages())
    third = await agent.run("What is the number of my chest?", message_history=second.all_messages())
    holds(third.output, "6614")
    expect(third.all_messages()[-1].provider_details, "The reply has no details.")


@check("compaction, responses")
async def _() -> None:
    agent = Agent(OpenAIResponsesModel("gpt-6-luna"), capabilities=[OpenAICompaction(message_count_threshold=8)])
    past = []
    for said in (
        "My chest has the number 6614 and my cousin Asbjørn waits in Vardø.",
        *map("Gate {} is shut.".format, range(2, 8)),
    ):
        past = (await agent.run(said, message_history=past)).all_messages()
    kinds = [part.part_kind for message in past for part in message.parts]
    expect("compaction" in kinds, f"The history holds {kinds}.")
    for asked, told in (("What is the number of my chest?", "6614"), ("Who waits in Vardø?", "Asbjørn")):
        holds((await agent.run(asked, message_history=past)).output, told)


@check("embeddings")
async def _() -> None:
    embedder = pydantic_ai.Embedder("openai:text-embedding-3-small")
    done = await embedder.embed_documents(["a wolf howls", "the wolves howled", "a receipt for tea"])
    wolf, wolves, tea = done.embeddings
    near, far = (sum(a * b for a, b in zip(wolf, other, strict=True)) for other in (wolves, tea))
    expect(near > far, f"The near text has {near:.2f}, the far one {far:.2f}.")


@check("run without await")
def _() -> None:
    holds(Agent(OpenAIChatModel(MODEL)).run_sync("My raft is red. What colour is my raft?").output, "red")


if __name__ == "__main__":
    run()
