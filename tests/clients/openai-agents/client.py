"""OpenAI's Agents SDK, through Chat Completions and through the Responses API."""

import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path

import agents
import openai
from agents import Agent, ModelSettings, RunConfig, Runner, SQLiteSession, function_tool
from agents.memory import OpenAIResponsesCompactionSession
from pydantic import BaseModel

from kit import Gap, check, expect, fail_next, holds, lacks, raises, run

agents.set_tracing_disabled(True)
MODEL = "offline-model"
APIS = {
    "": agents.OpenAIChatCompletionsModel,
    ", responses": agents.OpenAIResponsesModel,
}
Judged = Callable[[Callable[..., Agent]], Awaitable[None]]


def through_both(name: str) -> Callable[[Judged], Judged]:
    """A check of each API: it is given what makes an agent that speaks through it."""

    def keep(judged: Judged) -> Judged:
        for suffix, kind in APIS.items():

            async def one(kind: type = kind) -> None:
                async with openai.AsyncOpenAI(max_retries=0) as client:

                    def agent(instructions: str = "", model: str = MODEL, **more: object) -> Agent:
                        name = more.pop("name", "Porter")
                        return Agent(name, instructions=instructions, model=kind(model, client), **more)

                    await judged(agent)

            check(name + suffix)(one)
        return judged

    return keep


def called(result: agents.RunResult) -> list[str]:
    """The arguments of the calls that a run made, each after the name of its function."""
    items = (item.raw_item for item in result.new_items if item.type == "tool_call_item")
    return [f"{item.name}{item.arguments}" for item in items]


@through_both("chat")
async def _(agent: Callable[..., Agent]) -> None:
    asked = "Our lighthouse keeper is called Ottoline Farr. What is our lighthouse keeper called?"
    result = await Runner.run(agent("You are a helpful assistant."), asked)
    holds(result.final_output, "Ottoline")
    usage = result.context_wrapper.usage
    expect(usage.requests == 1 and usage.input_tokens > 20 and usage.output_tokens > 3, f"It counted {usage}.")


@through_both("instructions")
async def _(agent: Callable[..., Agent]) -> None:
    result = await Runner.run(
        agent("End every reply with the words Fair winds."), "My sloop is called Vilja. What is my sloop called?"
    )
    holds(result.final_output, "Vilja", "Fair winds")


@through_both("stream")
async def _(agent: Callable[..., Agent]) -> None:
    asked = "The night bus to Varberg leaves from stop K at 23:15. When does the night bus to Varberg leave?"
    counted = ModelSettings(include_usage=True)  # in Chat Completions it has to be asked for
    result = Runner.run_streamed(agent(model_settings=counted), asked)
    pieces = [
        event.data.delta
        async for event in result.stream_events()
        if event.type == "raw_response_event" and event.data.type == "response.output_text.delta"
    ]
    holds("".join(pieces), "23:15")
    expect(len(pieces) > 3, f"It came in {len(pieces)} pieces.")
    expect("".join(pieces) == result.final_output, f"The pieces are {pieces}, the result {result.final_output!r}.")
    expect(result.context_wrapper.usage.output_tokens > 3, "The stream has no usage.")


@function_tool
def berth_of(ship: str) -> str:
    """Look up the berth at which a ship lies."""
    return f"The {ship} lies at berth 27B."


@function_tool
def toll(bridge: str, axles: int) -> str:
    """Look up the toll of a bridge for a truck with so many axles."""
    return f"{axles * 13} crowns for {axles} axles on the {bridge} bridge"


@through_both("tools")
async def _(agent: Callable[..., Agent]) -> None:
    result = await Runner.run(agent(tools=[berth_of, toll]), "At which berth does the ship Halcyon lie?")
    expect(len(called(result)) == 1 and "Halcyon" in called(result)[0], f"It called {called(result)}.")
    holds(result.final_output, "27B")


@through_both("tools, a number as argument")
async def _(agent: Callable[..., Agent]) -> None:
    asked = "What is the toll of the Svinesund bridge for a truck with 5 axles?"
    result = await Runner.run(agent(tools=[berth_of, toll]), asked)
    expect(
        len(called(result)) == 1 and '"axles":5' in called(result)[0].replace(" ", ""), f"It called {called(result)}."
    )
    holds(result.final_output, "65 crowns")


@through_both("parallel tools")
async def _(agent: Callable[..., Agent]) -> None:
    result = await Runner.run(agent(tools=[berth_of]), "At which berths do the ships Halcyon and Meridian lie?")
    expect(len(called(result)) == 2, f"It called {called(result)}.")
    expect(len(result.raw_responses) == 2, f"It took {len(result.raw_responses)} requests.")
    holds(result.final_output, "Halcyon", "Meridian", "27B")


@through_both("tools streamed")
async def _(agent: Callable[..., Agent]) -> None:
    result = Runner.run_streamed(agent(tools=[berth_of]), "At which berth does the ship Corvina lie?")
    names = [event.name async for event in result.stream_events() if event.type == "run_item_stream_event"]
    expect(names == ["tool_called", "tool_output", "message_output_created"], f"The events are {names}.")
    holds(called(result)[0], "Corvina")
    holds(result.final_output, "27B")


@through_both("forced tool")
async def _(agent: Callable[..., Agent]) -> None:
    forced = ModelSettings(tool_choice="required")
    asked = "Good morning! I look for the ship Halcyon."
    result = await Runner.run(agent(tools=[berth_of], model_settings=forced), asked)  # then tool_choice is reset
    expect(len(called(result)) == 1, f"It called {called(result)}.")
    holds(called(result)[0], "Halcyon")
    holds(result.final_output, "27B")


@through_both("forced tool, by its name")
async def _(agent: Callable[..., Agent]) -> None:
    forced = ModelSettings(tool_choice="toll")
    asked = "The truck has 4 axles and takes the Älvsborg bridge."
    once = agent(tools=[berth_of, toll], model_settings=forced, tool_use_behavior="stop_on_first_tool")
    result = await Runner.run(once, asked)
    holds(result.final_output, "52 crowns", "Älvsborg")


@through_both("forced tool, never reset")
async def _(agent: Callable[..., Agent]) -> None:
    forced = ModelSettings(tool_choice="required")
    endless = agent(tools=[berth_of], model_settings=forced, reset_tool_choice=False)
    with raises(agents.MaxTurnsExceeded):
        await Runner.run(endless, "Where does the ship Halcyon lie?", max_turns=3)


class Parcel(BaseModel):
    """A parcel that is to be sent."""

    recipient: str
    town: str
    weight_kg: float
    fragile: bool


@through_both("structured output")
async def _(agent: Callable[..., Agent]) -> None:
    told = "Send a fragile parcel of 7.5 kg to Benedikt Aas in Larvik."
    result = await Runner.run(agent("Extract the parcel.", output_type=Parcel), told)
    parcel = result.final_output
    holds(f"{parcel.recipient} | {parcel.town}", "Benedikt Aas", "Larvik")
    expect(parcel.weight_kg == 7.5 and parcel.fragile, f"It read {parcel}.")


class Mooring(BaseModel):
    """Where a ship lies."""

    ship: str
    berth: str


@through_both("structured output after a tool")
async def _(agent: Callable[..., Agent]) -> None:
    result = await Runner.run(agent(tools=[berth_of], output_type=Mooring), "At which berth does the ship Halcyon lie?")
    holds(called(result)[0], "Halcyon")
    expect(result.final_output == Mooring(ship="Halcyon", berth="27B"), f"It read {result.final_output}.")


@through_both("history")
async def _(agent: Callable[..., Agent]) -> None:
    first = await Runner.run(agent(), "My grandmother lives in Ystad and breeds alpacas.")
    then = [*first.to_input_list(), {"role": "user", "content": "What does my grandmother breed?"}]
    holds((await Runner.run(agent(), then)).final_output, "alpacas")
    lacks((await Runner.run(agent(), "What does my grandmother breed?")).final_output, "alpacas")


@through_both("sessions")
async def _(agent: Callable[..., Agent]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path, porter = Path(folder, "talk.db"), agent(tools=[berth_of])
        for said in ("My cabin has the number 314.", "At which berth does the ship Halcyon lie?"):
            await Runner.run(porter, said, session=SQLiteSession("ana", path))
        for asked, told in (("What is the number of my cabin?", "314"), ("Which ship did I ask about?", "Halcyon")):
            holds((await Runner.run(porter, asked, session=SQLiteSession("ana", path))).final_output, told)
        other = await Runner.run(porter, "What is the number of my cabin?", session=SQLiteSession("ben", path))
        lacks(other.final_output, "314")
        items = await SQLiteSession("ana", path).get_items()
        expect(len(items) == 10, f"The session holds {len(items)} items.")


@through_both("session, only its last items")
async def _(agent: Callable[..., Agent]) -> None:
    session = SQLiteSession("short")
    for said in ("My locker has the number 88.", "My umbrella is purple.", "It rains."):
        await Runner.run(agent(), said, session=session)
    limited = RunConfig(session_settings=agents.SessionSettings(limit=4))
    holds(
        (await Runner.run(agent(), "What colour is my umbrella?", session=session, run_config=limited)).final_output,
        "purple",
    )
    gone = await Runner.run(agent(), "What is the number of my locker?", session=session, run_config=limited)
    lacks(gone.final_output, "88")


@through_both("handoff")
async def _(agent: Callable[..., Agent]) -> None:
    customs = agent("You clear goods.", name="Customs", handoff_description="Knows the duty on goods.", tools=[duty_on])
    front = agent("Hand questions about duty over.", name="Front desk", handoffs=[customs])
    result = await Runner.run(front, "What is the duty on saffron?")
    expect(result.last_agent.name == "Customs", f"{result.last_agent.name} answered: {result.final_output}")
    holds(result.final_output, "saffron", "19 percent")


@function_tool
def duty_on(goods: str) -> str:
    """Look up the customs duty on goods."""
    return f"The duty on {goods} is 19 percent."


@through_both("an agent as a tool")
async def _(agent: Callable[..., Agent]) -> None:
    customs = agent(name="Customs", tools=[duty_on])
    tool = customs.as_tool(
        tool_name="ask_customs", tool_description="Answers questions about the customs duty on goods."
    )
    result = await Runner.run(agent(tools=[tool]), "What is the customs duty on saffron?")
    holds(called(result)[0], "ask_customs", "saffron")
    holds(result.final_output, "19 percent")


class Verdict(BaseModel):
    """Whether a message mentions a password."""

    mentions_password: bool


@through_both("guardrail")
async def _(agent: Callable[..., Agent]) -> None:
    judge = agent("Does the message mention a password?", output_type=Verdict)

    @agents.input_guardrail
    async def no_passwords(context: object, self: Agent, said: object) -> agents.GuardrailFunctionOutput:
        verdict = (await Runner.run(judge, said)).final_output
        return agents.GuardrailFunctionOutput(verdict, tripwire_triggered=verdict.mentions_password)

    guarded = agent(input_guardrails=[no_passwords])
    holds((await Runner.run(guarded, "My boat is blue. What colour is my boat?")).final_output, "blue")
    with raises(agents.InputGuardrailTripwireTriggered):
        await Runner.run(guarded, "My password is opal-44.")


@through_both("approval of a tool")
async def _(agent: Callable[..., Agent]) -> None:
    sold: list[str] = []

    @function_tool(needs_approval=True)
    def sell_boat(name: str) -> str:
        """Sell a boat."""
        sold.append(name)
        return f"The {name} is sold for 7,300 crowns."

    broker = agent(tools=[sell_boat])
    result = await Runner.run(broker, "Please sell the boat Petrel.")
    expect(len(result.interruptions) == 1 and not sold, f"It waited for {result.interruptions}, and sold {sold}.")
    state = result.to_state()
    state.approve(result.interruptions[0])
    result = await Runner.run(broker, state)
    expect(sold == ["Petrel"], f"It sold {sold}.")
    holds(result.final_output, "7,300")


TOLD = "My aunt collects copper kettles, pewter mugs and silver spoons from Norway. What does my aunt collect?"
LIMITED = ModelSettings(max_tokens=16)


@check("reply limit")
async def _() -> None:
    async with openai.AsyncOpenAI() as client:
        model = agents.OpenAIChatCompletionsModel(MODEL, client)
        result = await Runner.run(Agent("Porter", model=model, model_settings=LIMITED), TOLD)
    expect(result.context_wrapper.usage.output_tokens <= 16, f"It used {result.context_wrapper.usage}.")


@check("reply limit, responses")
async def _() -> None:
    async with openai.AsyncOpenAI() as client:
        model = agents.OpenAIResponsesModel(MODEL, client)
        with raises(agents.ModelBehaviorError, words="max_output_tokens"):  # the SDK takes no reply that was cut
            await Runner.run(Agent("Porter", model=model, model_settings=LIMITED), TOLD)


@through_both("overflow")
async def _(agent: Callable[..., Agent]) -> None:
    with raises(openai.BadRequestError, words="context"):
        await Runner.run(agent(model="gpt-4"), "sail " * 9000)


@through_both("rate limit")
async def _(agent: Callable[..., Agent]) -> None:
    fail_next(429)
    with raises(openai.RateLimitError):
        await Runner.run(agent(), "Hello")
    fail_next(429)
    again = agents.ModelRetrySettings(max_retries=2, policy=agents.retry_policies.http_status([429]))
    result = await Runner.run(
        agent(model_settings=ModelSettings(retry=again)), "My bike is a Batavus. What is my bike?"
    )
    holds(result.final_output, "Batavus")


@check("summary")
def _() -> None:
    raise Gap(
        "The SDK has no summary by a prompt of its own: it leaves items out, or compacts through the Responses API."
    )


def porter_of(client: openai.AsyncOpenAI, model: str = MODEL) -> Agent:
    return Agent("Porter", model=agents.OpenAIResponsesModel(model, client), tools=[berth_of])


@check("previous_response_id, responses")
async def _() -> None:
    porter = porter_of(openai.AsyncOpenAI())
    first = await Runner.run(porter, "My trunk has the number 5521.")
    second = await Runner.run(
        porter, "At which berth does the ship Halcyon lie?", previous_response_id=first.last_response_id
    )
    holds(second.final_output, "27B")
    third = await Runner.run(porter, "What is the number of my trunk?", previous_response_id=second.last_response_id)
    holds(third.final_output, "5521")
    expect(len(third.to_input_list()) == 2, "The history should be at the server, not in the run.")


@check("conversation kept by the server, responses")
async def _() -> None:
    client = openai.AsyncOpenAI()
    session, porter = agents.OpenAIConversationsSession(openai_client=client), porter_of(client)
    await Runner.run(porter, "My trunk has the number 5521.", session=session)
    await Runner.run(porter, "At which berth does the ship Halcyon lie?", session=session)
    again = agents.OpenAIConversationsSession(conversation_id=session.session_id, openai_client=client)
    holds((await Runner.run(porter, "What is the number of my trunk?", session=again)).final_output, "5521")
    kinds = [item.get("type") for item in await again.get_items()]
    expect(len(kinds) == 8 and kinds.count("function_call") == 1, f"The conversation holds {kinds}.")
    popped = await again.pop_item()
    expect(popped and len(await again.get_items()) == 7, f"It took back {popped}.")
    await again.clear_session()


@check("compaction, responses")
async def _() -> None:
    held, client = SQLiteSession("long"), openai.AsyncOpenAI()
    session = OpenAIResponsesCompactionSession("long", held, client=client, model="gpt-6-luna")
    porter = porter_of(client, "gpt-6-luna")
    await Runner.run(porter, "My trunk has the number 5521 and my uncle Isidor waits in Narvik.", session=session)
    for n in range(2, 13):
        await Runner.run(porter, f"Gate {n} is closed.", session=session)
    kinds = [item.get("type", "message") for item in await held.get_items()]
    expect("compaction" in kinds and len(kinds) < 20, f"The session holds {kinds}.")
    for asked, told in (("What is the number of my trunk?", "5521"), ("Who waits in Narvik?", "Isidor")):
        holds((await Runner.run(porter, asked, session=session)).final_output, told)


@check("run without await")
def _() -> None:
    holds(
        Runner.run_sync(Agent("Porter", model=MODEL), "My kayak is red. What colour is my kayak?").final_output, "red"
    )


if __name__ == "__main__":
    run()
