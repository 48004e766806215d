"""AutoGen: agents with a model context, alone and in a group."""

from typing import Literal

import openai
from autogen_agentchat.agents import AssistantAgent
from autogen_agentchat.base import Handoff, TaskResult
from autogen_agentchat.conditions import HandoffTermination, MaxMessageTermination, TextMentionTermination
from autogen_agentchat.messages import (
    ModelClientStreamingChunkEvent,
    ToolCallExecutionEvent,
    ToolCallRequestEvent,
)
from autogen_agentchat.teams import RoundRobinGroupChat, SelectorGroupChat, Swarm
from autogen_core.memory import ListMemory, MemoryContent
from autogen_core.model_context import (
    BufferedChatCompletionContext,
    HeadAndTailChatCompletionContext,
    TokenLimitedChatCompletionContext,
)
from autogen_core.models import ModelFamily, SystemMessage, UserMessage
from autogen_core.tools import FunctionTool
from autogen_ext.agents.openai import OpenAIAgent
from autogen_ext.models.openai import OpenAIChatCompletionClient
from pydantic import BaseModel

from kit import Gap, check, expect, fail_next, holds, lacks, raises, run

KNOWN = {
    "vision": False,
    "function_calling": True,
    "json_output": True,
    "structured_output": True,
    "family": ModelFamily.UNKNOWN,
}


def model(name: str = "gpt-4o-mini", **options: object) -> OpenAIChatCompletionClient:
    return OpenAIChatCompletionClient(model=name, max_retries=0, **options)


def agent(**options: object) -> AssistantAgent:
    options.setdefault("system_message", "You are a helpful assistant.")
    return AssistantAgent("porter", options.pop("model_client", None) or model(), **options)


def said(result: TaskResult) -> str:
    return result.messages[-1].to_text()


def called(result: TaskResult) -> list[str]:
    """The calls of a run: the name of each function with its arguments."""
    requests = (message for message in result.messages if isinstance(message, ToolCallRequestEvent))
    return [f"{call.name}{call.arguments}" for request in requests for call in request.content]


@check("chat")
async def _() -> None:
    result = await agent().run(task="Our cooper is called Halvard Lie. What is our cooper called?")
    holds(said(result), "Halvard")
    expect(result.messages[-1].models_usage.prompt_tokens > 15, f"It counted {result.messages[-1].models_usage}.")


@check("model of another name")
async def _() -> None:
    other = model("offline-model", model_info=KNOWN)
    holds(said(await agent(model_client=other).run(task="My ox is called Rufus. What is my ox called?")), "Rufus")


@check("instructions")
async def _() -> None:
    rule = "End every reply with the words Safe travels."
    result = await agent(system_message=rule).run(task="My tailor is Gro Hauge. Who is my tailor?")
    holds(said(result), "Gro", "Safe travels")


@check("stream")
async def _() -> None:
    asked = "The cable car starts at 9:05 on Sundays. When does the cable car start on Sundays?"
    seen = [one async for one in agent(model_client_stream=True).run_stream(task=asked)]
    pieces = [one.content for one in seen if isinstance(one, ModelClientStreamingChunkEvent)]
    holds("".join(pieces), "9:05")
    expect(len(pieces) > 3 and "".join(pieces) == said(seen[-1]), f"It came as {pieces}.")


async def pollen(town: str) -> str:
    """Look up the pollen count of a town."""
    return f"{town} has a pollen count of 148."


async def rent(tool: str, days: int) -> str:
    """Look up what it costs to rent a tool for so many days."""
    return f"{days * 95} crowns for the {tool}"


@check("tools")
async def _() -> None:
    result = await agent(tools=[pollen, rent], reflect_on_tool_use=True).run(task="What is the pollen count of Hamar?")
    expect(len(called(result)) == 1, f"It called {called(result)}.")
    holds(called(result)[0], "pollen", "Hamar")
    holds(said(result), "148")


@check("tools without a last word")
async def _() -> None:
    result = await agent(tools=[pollen, rent], reflect_on_tool_use=False).run(task="What is the pollen count of Hamar?")
    expect(said(result) == "Hamar has a pollen count of 148.", f"It said {said(result)}.")


@check("tools in a loop")
async def _() -> None:
    asked = "What does it cost to rent the tool chainsaw for 3 days?"
    result = await agent(tools=[pollen, rent], max_tool_iterations=5, reflect_on_tool_use=True).run(task=asked)
    expect(len(called(result)) == 1, f"It called {called(result)}.")
    holds(called(result)[0], "chainsaw", "3")
    holds(said(result), "285")


@check("tools in one after the other")
async def _() -> None:
    def home_of(person: str) -> str:
        """Look up the town in which a person lives."""
        return f"{person} lives in the town of Moelv."

    porter = agent(tools=[home_of, pollen], max_tool_iterations=5, reflect_on_tool_use=True)
    result = await porter.run(
        task="In which town does the person Ylva live, and what is the pollen count of that town?"
    )
    holds(" ".join(called(result)), "home_of", "Ylva", "pollen", "Moelv")
    holds(said(result), "148")


@check("parallel tools")
async def _() -> None:
    porter = agent(tools=[pollen], reflect_on_tool_use=True)
    result = await porter.run(task="What are the pollen counts of the towns Hamar and Elverum?")
    executed = [one for one in result.messages if isinstance(one, ToolCallExecutionEvent)]
    expect(len(called(result)) == 2 and len(executed) == 1, f"It called {called(result)}.")
    holds(said(result), "Hamar", "Elverum", "148")


@check("tools streamed")
async def _() -> None:
    porter = agent(tools=[pollen], reflect_on_tool_use=True, model_client_stream=True)
    seen = [one async for one in porter.run_stream(task="What is the pollen count of Røros?")]
    holds(called(seen[-1])[0], "Røros")
    holds(said(seen[-1]), "148")


@check("forced tool")
async def _() -> None:
    tool = FunctionTool(pollen, description="Look up the pollen count of a town.", strict=True)
    told = [UserMessage(content="I walk to Hamar tomorrow.", source="user")]
    for forced in ("required", tool):
        done = await model().create(told, tools=[tool], tool_choice=forced)
        holds(done.content[0].arguments, "Hamar")
    free = await model().create(told, tools=[tool], tool_choice="none")
    expect(isinstance(free.content, str), f"It called {free.content} though it was told not to.")


class Delivery(BaseModel):
    """Something that is delivered to a customer."""

    customer: str
    goods: str
    crates: int
    speed: Literal["normal", "express"]


TOLD = "The customer Tyra Holm gets 12 crates of the goods cider by express."


@check("structured output")
async def _() -> None:
    result = await agent(output_content_type=Delivery).run(task=TOLD)
    read = result.messages[-1].content
    expect(read == Delivery(customer="Tyra Holm", goods="cider", crates=12, speed="express"), f"It read {read}.")


class Count(BaseModel):
    """The pollen count of a town."""

    town: str
    count: int


@check("structured output after a tool")
async def _() -> None:
    strict = FunctionTool(pollen, description="Look up the pollen count of a town.", strict=True)
    result = await agent(output_content_type=Count, tools=[strict]).run(task="What is the pollen count of Hamar?")
    holds(called(result)[0], "Hamar")
    expect(result.messages[-1].content == Count(town="Hamar", count=148), f"It read {result.messages[-1].content}.")


@check("JSON")
async def _() -> None:
    told = [UserMessage(content='My goat is called Selma. Reply in JSON: {"goat": <its name>}', source="user")]
    holds((await model().create(told, json_output=True)).content, '{"goat": "Selma"}')


@check("history")
async def _() -> None:
    porter = agent(tools=[pollen], reflect_on_tool_use=True)
    await porter.run(task="I keep geese near Lillehammer.")
    await porter.run(task="What is the pollen count of the town Hamar?")
    state = await porter.save_state()
    other = agent(tools=[pollen], reflect_on_tool_use=True)
    await other.load_state(state)
    holds(said(await other.run(task="Where do I keep geese?")), "Lillehammer")
    holds(said(await other.run(task="Which town did I ask about?")), "Hamar")
    await other.on_reset(None)
    lacks(said(await other.run(task="Where do I keep geese?")), "Lillehammer")


@check("history, only its last messages")
async def _() -> None:
    porter = agent(model_context=BufferedChatCompletionContext(3))
    for told in ("My locker has the number 71.", "My hat is blue."):
        await porter.run(task=told)
    holds(said(await porter.run(task="What colour is my hat?")), "blue")
    lacks(said(await porter.run(task="What is the number of my locker?")), "71")


@check("history, only so many tokens")
async def _() -> None:
    porter = agent(model_context=TokenLimitedChatCompletionContext(model(), token_limit=70))
    for told in ("My boat is the Lom.", "My locker has the number 71. " + "It snows. " * 20):
        await porter.run(task=told)
    holds(said(await porter.run(task="What is my boat?")), "Lom")  # it leaves out from the middle
    lacks(said(await porter.run(task="What is the number of my locker?")), "71")


@check("history, its head and tail")
async def _() -> None:
    porter = agent(model_context=HeadAndTailChatCompletionContext(head_size=1, tail_size=2))
    for told in ("My boat is the Lom.", "My locker has the number 71.", "My hat is blue."):
        await porter.run(task=told)
    holds(said(await porter.run(task="What is my boat?")), "Lom")
    lacks(said(await porter.run(task="What is the number of my locker?")), "71")


@check("memory")
async def _() -> None:
    memory = ListMemory()
    await memory.add(MemoryContent(content="The user is allergic to hazelnuts.", mime_type="text/plain"))
    holds(said(await agent(memory=[memory]).run(task="What am I allergic to?")), "hazelnuts")


@check("history, which town")
async def _() -> None:
    porter = agent(tools=[pollen], reflect_on_tool_use=True)
    await porter.run(task="What is the pollen count of Kongsberg?")
    holds(said(await porter.run(task="Which town did I ask about?")), "Kongsberg")


@check("usage")
async def _() -> None:
    client = model()
    told = [
        SystemMessage(content="You are brief."),
        UserMessage(content="My yak is called Pema. Who is Pema?", source="user"),
    ]
    counted, done = client.count_tokens(told), await client.create(told)
    expect(abs(counted - done.usage.prompt_tokens) <= 4, f"It counts {counted}, the server {done.usage.prompt_tokens}.")
    expect(client.total_usage().prompt_tokens == done.usage.prompt_tokens, f"It adds up {client.total_usage()}.")
    streamed = [
        one async for one in client.create_stream(told, extra_create_args={"stream_options": {"include_usage": True}})
    ]
    expect(streamed[-1].usage == done.usage, f"The stream counts {streamed[-1].usage}, the whole {done.usage}.")


@check("overflow")
async def _() -> None:
    with raises(openai.BadRequestError, words="maximum context length"):
        await model("gpt-4").create([UserMessage(content="sail " * 9000, source="user")])
    porter = agent(model_client=model("gpt-4"), model_context=TokenLimitedChatCompletionContext(model("gpt-4")))
    for told in ("sail " * 5000, "wind " * 5000):
        await porter.run(task=told)
    holds(said(await porter.run(task="My hat is blue. What colour is my hat?")), "blue")


@check("rate limit")
async def _() -> None:
    fail_next(429)
    with raises(openai.RateLimitError):
        await model().create([UserMessage(content="Hello", source="user")])
    fail_next(429)
    patient = OpenAIChatCompletionClient(model="gpt-4o-mini", max_retries=2)
    told = [UserMessage(content="My bike is a Nakamura. What is my bike?", source="user")]
    holds((await patient.create(told)).content, "Nakamura")


@check("reply limit")
async def _() -> None:
    told = "My aunt collects copper kettles, pewter mugs and silver spoons. What does my aunt collect?"
    done = await model(max_tokens=6).create([UserMessage(content=told, source="user")])
    expect(done.finish_reason == "length" and done.usage.completion_tokens <= 6, f"It came as {done}.")


@check("group, one after the other")
async def _() -> None:
    writer = AssistantAgent("writer", model(), system_message="End every reply with the words Draft done.")
    critic = AssistantAgent("critic", model(), system_message="Only reply APPROVED.")
    until = TextMentionTermination("APPROVED") | MaxMessageTermination(8)
    team = RoundRobinGroupChat([writer, critic], termination_condition=until)
    result = await team.run(task="The slogan is Salt and stars. What is the slogan?")
    holds(result.messages[1].to_text(), "Salt and stars", "Draft done")
    expect(len(result.messages) == 3 and said(result) == "APPROVED", f"They said {result.messages}.")
    state = await team.save_state()
    again = RoundRobinGroupChat([writer, critic], termination_condition=MaxMessageTermination(2))
    await again.load_state(state)


@check("group, the model selects who speaks")
async def _() -> None:
    def member(name: str, description: str, reply: str) -> AssistantAgent:
        return AssistantAgent(
            name, model(), description=description, system_message=f"End every reply with the words {reply}."
        )

    baker = member("baker", "Knows about bread and cakes.", "Rye and water")
    sailor = member("sailor", "Knows about boats and harbours.", "Ease the sheet")
    team = SelectorGroupChat([baker, sailor], model(), termination_condition=MaxMessageTermination(2))
    holds(said(await team.run(task="How do I sail my boat into the harbours of Lofoten?")), "Ease the sheet")


@check("handoff")
async def _() -> None:
    def duty_on(goods: str) -> str:
        """Look up the customs duty on goods."""
        return f"The duty on {goods} is 21 percent."

    desk = AssistantAgent(
        "front_desk", model(), handoffs=["customs"], system_message="Hand questions about customs over to customs."
    )
    customs = AssistantAgent(
        "customs", model(), tools=[duty_on], reflect_on_tool_use=True, system_message="Clear goods."
    )
    team = Swarm([desk, customs], termination_condition=MaxMessageTermination(8) | TextMentionTermination("21 percent"))
    holds(said(await team.run(task="What is the customs duty on cinnamon?")), "21 percent")


@check("handoff to a human")
async def _() -> None:
    human = Handoff(target="user", description="Hand over to a human who can give refunds.")
    desk = AssistantAgent("front_desk", model(), handoffs=[human], system_message="You help with flights.")
    team = Swarm([desk], termination_condition=HandoffTermination(target="user") | MaxMessageTermination(4))
    result = await team.run(task="I want a refund. Please hand me over to a human.")
    holds(called(result)[0], "transfer_to_user")


@check("an agent as a tool")
async def _() -> None:
    from autogen_agentchat.tools import AgentTool

    meteorologist = AssistantAgent(
        "meteorologist",
        model(),
        description="Knows the pollen count of towns.",
        tools=[pollen],
        reflect_on_tool_use=True,
    )
    tool = AgentTool(agent=meteorologist, return_value_as_last_message=True)
    result = await agent(tools=[tool], reflect_on_tool_use=True).run(task="What is the pollen count of Hamar?")
    holds(called(result)[0], "meteorologist", "Hamar")
    holds(said(result), "148")


@check("summary")
async def _() -> None:
    raise Gap("AutoGen 0.7 has no summary of its own: its model contexts leave messages out.")


@check("responses")
async def _() -> None:
    options = {"description": "Helps.", "instructions": "You are a helpful assistant.", "model": "gpt-4o-mini"}
    async with openai.AsyncOpenAI() as client:
        porter = OpenAIAgent("porter", client=client, **options)
        await porter.run(task="My barge is called Solgull.")
        other = OpenAIAgent("porter", client=client, **options)
        await other.load_state(await porter.save_state())
        holds(said(await other.run(task="What is my barge called?")), "Solgull")


@check("responses tools")
async def _() -> None:
    raise Gap("AutoGen's agent for the Responses API takes OpenAI's built-in tools only, and no function of one's own.")


if __name__ == "__main__":
    run()
