"""Semantic Kernel: chat services, plugins, agents and its own summaries."""

from typing import Annotated

from pydantic import BaseModel
from semantic_kernel import Kernel
from semantic_kernel.agents import (
    ChatCompletionAgent,
    ChatHistoryAgentThread,
    ConcurrentOrchestration,
    GroupChatOrchestration,
    HandoffOrchestration,
    OpenAIResponsesAgent,
    OrchestrationHandoffs,
    RoundRobinGroupChatManager,
    SequentialOrchestration,
)
from semantic_kernel.agents.runtime import InProcessRuntime
from semantic_kernel.connectors.ai import FunctionChoiceBehavior
from semantic_kernel.connectors.ai.open_ai import (
    OpenAIChatCompletion,
    OpenAIChatPromptExecutionSettings,
    OpenAITextEmbedding,
)
from semantic_kernel.contents import ChatHistory, ChatHistorySummarizationReducer, ChatHistoryTruncationReducer
from semantic_kernel.exceptions import ServiceException, ServiceResponseException
from semantic_kernel.functions import KernelArguments, kernel_function

from kit import check, expect, fail_next, holds, lacks, raises, run

MODEL = "offline-model"


def service(name: str = MODEL) -> OpenAIChatCompletion:
    return OpenAIChatCompletion(ai_model_id=name)


def history(*said: str, system: str | None = None) -> ChatHistory:
    """A history of a user's messages and the assistant's in turn."""
    held = ChatHistory(system_message=system)
    for at, text in enumerate(said):
        (held.add_assistant_message if at % 2 else held.add_user_message)(text)
    return held


class Port:
    """What a port knows."""

    def __init__(self) -> None:
        self.asked: list[tuple] = []

    @kernel_function(description="Look up the depth of a fairway.")
    def depth(self, fairway: Annotated[str, "The name of the fairway"]) -> Annotated[str, "The depth"]:
        self.asked.append((fairway,))
        return f"{fairway} is 11.4 metres deep."

    @kernel_function(description="Look up the fee for a pilot for so many hours.")
    def pilot_fee(self, hours: Annotated[int, "The number of hours"]) -> str:
        self.asked.append((hours,))
        return f"{hours * 1250} crowns"


async def with_tools(*said: str, port: Port, choice: FunctionChoiceBehavior | None = None, **options: object) -> str:
    kernel = Kernel()
    kernel.add_service(service())
    kernel.add_plugin(port, "port")
    settings = OpenAIChatPromptExecutionSettings(
        function_choice_behavior=choice or FunctionChoiceBehavior.Auto(), **options
    )
    return str(await service().get_chat_message_content(history(*said), settings, kernel=kernel))


@check("chat")
async def _() -> None:
    asked = history("Our rope-maker is called Eldrid Moen. What is our rope-maker called?")
    done = await service().get_chat_message_content(asked, OpenAIChatPromptExecutionSettings())
    holds(str(done), "Eldrid")
    expect(done.metadata["usage"].prompt_tokens > 15, f"It counted {done.metadata['usage']}.")


@check("instructions")
async def _() -> None:
    asked = history("My smith is Jon Aune. Who is my smith?", system="End every reply with the words Calm seas.")
    holds(
        str(await service().get_chat_message_content(asked, OpenAIChatPromptExecutionSettings())), "Aune", "Calm seas"
    )


@check("stream")
async def _() -> None:
    asked = history("The drawbridge opens at 6:35 in summer. When does the drawbridge open in summer?")
    pieces, usage = [], None
    async for piece in service().get_streaming_chat_message_content(asked, OpenAIChatPromptExecutionSettings()):
        pieces.append(str(piece))
        usage = piece.metadata.get("usage") or usage
    holds("".join(pieces), "6:35")
    expect(len(pieces) > 3 and usage and usage.completion_tokens > 3, f"It came as {pieces}, with {usage}.")


@check("prompt template")
async def _() -> None:
    kernel = Kernel()
    kernel.add_service(service())
    template = "<message role='system'>End every reply with the words Aye aye.</message>{{$said}}"
    done = await kernel.invoke_prompt(template, arguments=KernelArguments(said="My dog is Bamse. Who is my dog?"))
    holds(str(done), "Bamse", "Aye aye")


@check("tools")
async def _() -> None:
    port = Port()
    holds(await with_tools("How deep is the fairway Hjeltefjorden?", port=port), "11.4")
    expect(port.asked == [("Hjeltefjorden",)], f"It asked for {port.asked}.")


@check("tools, a number as argument")
async def _() -> None:
    port = Port()
    holds(await with_tools("What is the fee for a pilot for 4 hours?", port=port), "5000")
    expect(port.asked == [(4,)], f"It asked for {port.asked}.")


@check("parallel tools")
async def _() -> None:
    port = Port()
    said = await with_tools("How deep are the fairways Hjeltefjorden and Fedjefjorden?", port=port)
    holds(said, "Hjeltefjorden", "Fedjefjorden", "11.4")
    expect(len(port.asked) == 2, f"It asked for {port.asked}.")


@check("tools streamed")
async def _() -> None:
    kernel, port = Kernel(), Port()
    kernel.add_plugin(port, "port")
    settings = OpenAIChatPromptExecutionSettings(function_choice_behavior=FunctionChoiceBehavior.Auto())
    asked = history("How deep is the fairway Karmsundet?")
    pieces = [str(one) async for one in service().get_streaming_chat_message_content(asked, settings, kernel=kernel)]
    holds("".join(pieces), "11.4")
    expect(port.asked == [("Karmsundet",)], f"It asked for {port.asked}.")


@check("forced tool")
async def _() -> None:
    port = Port()
    said = await with_tools("We sail into Karmsundet.", port=port, choice=FunctionChoiceBehavior.Required())
    expect(port.asked == [("Karmsundet",)], f"It asked for {port.asked}.")
    holds(said, "11.4")
    said = await with_tools("We sail into Karmsundet.", port=port, choice=FunctionChoiceBehavior.NoneInvoke())
    expect(len(port.asked) == 1, f"It asked for {port.asked} though it was told not to.")


class Catch(BaseModel):
    """What a fisher has caught."""

    fisher: str
    fish: str
    kilos: float
    sold: bool


@check("structured output")
async def _() -> None:
    settings = OpenAIChatPromptExecutionSettings(response_format=Catch)
    told = history("The fisher Aslak Bø caught 37.5 kilos of the fish haddock and sold it.")
    done = await service().get_chat_message_content(told, settings)
    read = Catch.model_validate_json(str(done))
    expect(read == Catch(fisher="Aslak Bø", fish="haddock", kilos=37.5, sold=True), f"It read {read}.")


@check("history")
async def _() -> None:
    held, settings = history("I carve spoons in Setesdal."), OpenAIChatPromptExecutionSettings()
    held.add_message(await service().get_chat_message_content(held, settings))
    held = ChatHistory.restore_chat_history(held.serialize())
    held.add_user_message("Where do I carve spoons?")
    holds(str(await service().get_chat_message_content(held, settings)), "Setesdal")
    alone = history("Where do I carve spoons?")
    lacks(str(await service().get_chat_message_content(alone, settings)), "Setesdal")


@check("history, only its last messages")
async def _() -> None:
    held, settings = ChatHistoryTruncationReducer(target_count=3), OpenAIChatPromptExecutionSettings()
    for told in ("My locker has the number 63.", "My cap is red."):
        held.add_user_message(told)
        held.add_message(await service().get_chat_message_content(held, settings))
    for asked, there in (("What colour is my cap?", True), ("What is the number of my locker?", False)):
        held.add_user_message(asked)
        await held.reduce()
        said = await service().get_chat_message_content(held, settings)
        (holds if there else lacks)(str(said), "red" if there else "63")
        held.add_message(said)


TALK = (
    "Hello, my name is Gudrun Vik and I am allergic to mussels.",
    "Noted.",
    "Our budget for the cabin in Hemsedal is 8,900 crowns.",
    "Noted.",
    "We decided to travel on 12 February.",
    "Noted.",
    "My skis are yellow.",
    "Noted.",
)


@check("summary")
async def _() -> None:
    held = ChatHistorySummarizationReducer(service=service(), target_count=2)
    for at, text in enumerate(TALK):
        (held.add_assistant_message if at % 2 else held.add_user_message)(text)
    expect(await held.reduce(), "It reduced nothing.")
    summary = str(held.messages[0])
    holds(summary, "Gudrun", "mussels", "8,900", "12 February")
    lacks(summary, "must", "dialog", "critique", "exclude")
    held.add_user_message("What am I allergic to?")
    holds(str(await service().get_chat_message_content(held, OpenAIChatPromptExecutionSettings())), "mussels")


@check("summary of a summary")
async def _() -> None:
    held = ChatHistorySummarizationReducer(service=service(), target_count=2, auto_reduce=True)
    for at, text in enumerate((*TALK, "I play the fiddle in Voss.", "Noted.", "My tent is green.", "Noted.")):
        role = "assistant" if at % 2 else "user"
        await held.add_message_async({"role": role, "content": text})
    holds(str(held.messages[0]), "Gudrun", "mussels", "fiddle")
    expect(len(held.messages) <= 3, f"It kept {len(held.messages)} messages.")


@check("agent")
async def _() -> None:
    port = Port()
    agent = ChatCompletionAgent(service=service(), name="Pilot", instructions="You help ships.", plugins=[port])
    thread = ChatHistoryAgentThread()
    for said, told in (
        ("My ship is called the Vesterålen.", None),
        ("How deep is the fairway Karmsundet?", "11.4"),
        ("What is my ship called?", "Vesterålen"),
    ):
        response = await agent.get_response(messages=said, thread=thread)
        holds(str(response), told or "")
    expect(port.asked == [("Karmsundet",)], f"It asked for {port.asked}.")


@check("an agent as a tool")
async def _() -> None:
    port = Port()
    pilot = ChatCompletionAgent(
        service=service(),
        name="Pilot",
        description="Knows the depth of fairways.",
        instructions="You help ships.",
        plugins=[port],
    )
    desk = ChatCompletionAgent(service=service(), name="Desk", instructions="You help guests.", plugins=[pilot])
    response = await desk.get_response(messages="How deep is the fairway Karmsundet?")
    holds(str(response), "11.4")
    expect(port.asked == [("Karmsundet",)], f"It asked for {port.asked}.")


@check("agent, responses")
async def _() -> None:
    port = Port()
    agent = OpenAIResponsesAgent(
        ai_model_id=MODEL, client=OpenAIResponsesAgent.create_client(ai_model_id=MODEL), name="Pilot", plugins=[port]
    )
    thread = None
    for said, told in (
        ("My ship is called the Vesterålen.", None),
        ("How deep is the fairway Karmsundet?", "11.4"),
        ("What is my ship called?", "Vesterålen"),
    ):
        response = await agent.get_response(messages=said, thread=thread)
        thread = response.thread
        holds(str(response), told or "")
    expect(port.asked == [("Karmsundet",)], f"It asked for {port.asked}.")


async def together(orchestration: object, task: str) -> object:
    """What agents bring about together."""
    runtime = InProcessRuntime()
    runtime.start()
    result = await (await orchestration.invoke(task=task, runtime=runtime)).get(timeout=20)
    await runtime.stop_when_idle()
    return result


SLOGAN = "The slogan is Salt and stars. What is the slogan?"


def member(name: str, **options: object) -> ChatCompletionAgent:
    rule = f"End every reply with the words {name} out."
    options.setdefault("instructions", rule)
    return ChatCompletionAgent(service=service(), name=name, description=f"The {name}.", **options)


@check("group, one after the other")
async def _() -> None:
    members = [member("writer"), member("critic")]
    groups = (
        SequentialOrchestration(members=members),
        GroupChatOrchestration(members=members, manager=RoundRobinGroupChatManager(max_rounds=2)),
    )
    for group in groups:
        holds(str(await together(group, SLOGAN)), "critic out")


@check("group, all at once")
async def _() -> None:
    replies = await together(ConcurrentOrchestration(members=[member("writer"), member("critic")]), SLOGAN)
    holds(" | ".join(map(str, replies)), "Salt and stars", "writer out", "critic out")


@check("handoff")
async def _() -> None:
    port, said = Port(), []
    desk = member("desk", instructions="Hand questions about fairways over to the pilot.")
    pilot = member("pilot", instructions="You help ships.", plugins=[port])
    about = "Transfer to this agent if the question is about the depth of a fairway"
    to_pilot = OrchestrationHandoffs().add(source_agent="desk", target_agent="pilot", description=about)
    group = HandoffOrchestration(
        members=[desk, pilot], handoffs=to_pilot, agent_response_callback=lambda one: said.append((one.name, str(one)))
    )
    await together(group, "How deep is the fairway Karmsundet?")
    expect(port.asked == [("Karmsundet",)], f"It asked for {port.asked}.")
    holds(" ".join(text for name, text in said if name == "pilot"), "11.4")


@check("reply limit")
async def _() -> None:
    told = history("My aunt collects copper kettles, pewter mugs and silver spoons. What does my aunt collect?")
    for limit in ({"max_tokens": 6}, {"max_completion_tokens": 6}):
        done = await service().get_chat_message_content(told, OpenAIChatPromptExecutionSettings(**limit))
        expect(done.finish_reason == "length", f"{limit} ended with {done.finish_reason}.")
        expect(done.metadata["usage"].completion_tokens <= 6, f"{limit} gave {done.metadata['usage']}.")


@check("choices")
async def _() -> None:
    settings = OpenAIChatPromptExecutionSettings(number_of_responses=2)
    done = await service().get_chat_message_contents(history("My boat is the Skarv. What is my boat?"), settings)
    expect(len(done) == 2, f"It gave {len(done)} replies.")
    for one in done:
        holds(str(one), "Skarv")


@check("overflow")
async def _() -> None:
    with raises(ServiceResponseException, words="maximum context length"):
        settings = OpenAIChatPromptExecutionSettings()
        await service("gpt-4").get_chat_message_content(history("sail " * 9000), settings)


@check("rate limit")
async def _() -> None:
    fail_next(429, 3)  # its client tries three times
    with raises(ServiceException, words="Rate limit"):
        await service().get_chat_message_content(history("Hello"), OpenAIChatPromptExecutionSettings())
    fail_next(429)
    asked = history("My bike is a Diamant. What is my bike?")
    holds(str(await service().get_chat_message_content(asked, OpenAIChatPromptExecutionSettings())), "Diamant")


@check("embeddings")
async def _() -> None:
    embedding = OpenAITextEmbedding(ai_model_id="text-embedding-3-small")
    seal, seals, tax = await embedding.generate_embeddings(["a seal swims", "the seals swam", "a form for a loan"])
    near, far = (sum(a * b for a, b in zip(seal, other, strict=True)) for other in (seals, tax))
    expect(near > far, f"The near text has {near:.2f}, the far one {far:.2f}.")


if __name__ == "__main__":
    run()
