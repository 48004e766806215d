"""Checks of tools, by the chat model alone: defined, chosen, called, streamed, and answered with their results."""

import json

from langchain_core.messages import AIMessage, HumanMessage, ToolMessage
from langchain_core.tools import tool
from langchain_openai import ChatOpenAI
from pydantic import BaseModel, Field

from kit import check, expect, holds

model = ChatOpenAI(model="gpt-4o-mini", temperature=0, max_retries=0)


@tool
def tide_at(harbour: str) -> str:
    """Look up the height of the tide in a harbour."""
    return {"Brest": "6.85 metres", "Bergen": "1.20 metres"}.get(harbour, "unknown")


@tool
def book_berth(harbour: str, nights: int, length: float = 10.0) -> str:
    """Book a berth for a boat in a harbour.

    Args:
        harbour: the name of the harbour
        nights: how many nights the boat stays
        length: the length of the boat in metres
    """
    return f"Berth B{nights}7 in {harbour} is booked for {nights} nights."


class CancelBerth(BaseModel):
    """Cancel the booking of a berth."""

    booking: str = Field(description="the number of the booking, such as B12")


TOOLS = [tide_at, book_berth, CancelBerth]
ours = {"tide_at": tide_at, "book_berth": book_berth}


def to_the_end(asked: str, bound: object, most: int = 4) -> tuple[list, AIMessage]:
    """Answer calls with the tools' results until the model replies in words; all messages, and the last."""
    messages = [HumanMessage(asked)]
    for _ in range(most):
        messages.append(bound.invoke(messages))
        if not messages[-1].tool_calls:
            return messages, messages[-1]
        messages += [ours[call["name"]].invoke(call) for call in messages[-1].tool_calls]
    raise AssertionError(f"After {most} requests it still calls {messages[-2]}.")


@check("tools")
def _() -> None:
    messages, answer = to_the_end("How high is the tide in Brest?", model.bind_tools(TOOLS))
    call = messages[1].tool_calls[0]
    expect((call["name"], call["args"]) == ("tide_at", {"harbour": "Brest"}), f"It called {call}.")
    holds(answer.text, "6.85")
    messages, answer = to_the_end("Book a berth in Lerwick for 4 nights.", model.bind_tools(TOOLS))
    call = messages[1].tool_calls[0]
    expect(call["name"] == "book_berth", f"It called {call}.")
    expect((call["args"]["harbour"], call["args"]["nights"]) == ("Lerwick", 4), f"It called {call}.")
    holds(answer.text, "B47")
    _, answer = to_the_end("My boat is called Sula. What is my boat called?", model.bind_tools(TOOLS))
    holds(answer.text, "Sula")


@check("parallel tools")
def _() -> None:
    asked = "How high is the tide in Brest and in Bergen?"
    messages, answer = to_the_end(asked, model.bind_tools(TOOLS))
    calls = [(call["name"], call["args"]["harbour"]) for call in messages[1].tool_calls]
    expect(calls == [("tide_at", "Brest"), ("tide_at", "Bergen")], f"It called {calls}.")
    holds(answer.text, "6.85", "1.20")
    single = model.bind_tools(TOOLS, parallel_tool_calls=False).invoke(asked)
    expect(len(single.tool_calls) == 1, f"Told to call one at a time, it called {len(single.tool_calls)}.")


@check("forced tool")
def _() -> None:
    asked = "Good morning! My boat stays in Brest."
    named = {"type": "function", "function": {"name": "tide_at"}}
    for choice in ("any", "required", True, "tide_at", named):
        tools = [tide_at] if choice is True else TOOLS
        calls = model.bind_tools(tools, tool_choice=choice).invoke(asked).tool_calls
        expect(calls, f"tool_choice {choice!r} was not obeyed.")
        if choice not in ("any", "required"):
            expect(calls[0]["name"] == "tide_at", f"tool_choice {choice!r} called {calls[0]}.")
            expect(calls[0]["args"] == {"harbour": "Brest"}, f"tool_choice {choice!r} called {calls[0]}.")
    none = model.bind_tools(TOOLS, tool_choice="none").invoke("How high is the tide in Brest?")
    expect(not none.tool_calls and none.text, f"tool_choice 'none' called {none.tool_calls}.")


@check("forced tool after a result")
def _() -> None:
    asked = [HumanMessage("How high is the tide in Brest?")]
    asked.append(AIMessage("", tool_calls=[{"name": "tide_at", "args": {"harbour": "Brest"}, "id": "call_1"}]))
    asked.append(ToolMessage("6.85 metres", tool_call_id="call_1"))
    for choice in ("any", "book_berth"):
        answer = model.bind_tools(TOOLS, tool_choice=choice).invoke(asked)
        expect(answer.tool_calls, f"tool_choice {choice!r} was not obeyed after a result: {answer.text}")


@check("tools streamed")
def _() -> None:
    bound = model.bind_tools(TOOLS)
    pieces = list(bound.stream("Book a berth in Lerwick for 4 nights, my boat is 8.5 metres long."))
    whole = sum(pieces[1:], pieces[0])
    expect(sum(bool(piece.tool_call_chunks) for piece in pieces) > 2, f"The call came in {len(pieces)} pieces.")
    expect(len(whole.tool_calls) == 1, f"It called {whole.tool_calls}.")
    args = whole.tool_calls[0]["args"]
    expect(
        (args["harbour"], args["nights"], args["length"]) == ("Lerwick", 4, 8.5), f"It called {whole.tool_calls[0]}."
    )
    expect(json.loads(whole.tool_call_chunks[0]["args"]) == args, f"The pieces join to {whole.tool_call_chunks}.")


@check("tool results")
def _() -> None:
    bound = model.bind_tools(TOOLS)
    for asked, said, wanted in (
        ("How high is the tide in Brest?", "Error: the station does not answer", "does not answer"),
        ("How high is the tide in Brest?", json.dumps({"harbour": "Brest", "height": 6.85, "unit": "metres"}), "6.85"),
        ("How high is the tide in Brest?", [{"type": "text", "text": "6.85 metres"}], "6.85"),
    ):
        call = AIMessage("", tool_calls=[{"name": "tide_at", "args": {"harbour": "Brest"}, "id": "call_1"}])
        answer = bound.invoke([HumanMessage(asked), call, ToolMessage(said, tool_call_id="call_1")])
        holds(answer.text, wanted)


@check("responses tools")
def _() -> None:
    speaking = ChatOpenAI(model="gpt-4o-mini", use_responses_api=True)
    messages, answer = to_the_end("How high is the tide in Bergen?", speaking.bind_tools(TOOLS))
    expect(messages[1].tool_calls[0]["args"] == {"harbour": "Bergen"}, f"It called {messages[1].tool_calls}.")
    holds(answer.text, "1.20")
    strict = speaking.bind_tools([tide_at], tool_choice="tide_at", strict=True)
    expect(strict.invoke("My boat stays in Bergen.").tool_calls[0]["args"] == {"harbour": "Bergen"}, "A forced call.")
