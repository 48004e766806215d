"""OpenAI's own client for Python, over a real connection."""

import asyncio
import json

import openai
from pydantic import BaseModel

from kit import check, expect, fail_next, holds, lacks, raises, run

MODEL = "gpt-4o-mini"
client = openai.OpenAI(max_retries=0)


def user(text: str) -> dict:
    return {"role": "user", "content": text}


def said(*messages: dict, **options: object) -> str | None:
    done = client.chat.completions.create(model=MODEL, messages=list(messages), **options)
    return done.choices[0].message.content


@check("chat")
def _() -> None:
    holds(said(user("My parrot is called Quillon. What is my parrot called?")), "Quillon")


@check("chat async")
async def _() -> None:
    async with openai.AsyncOpenAI() as asynchronous:
        asked = [user(f"The code of room {n} is {n}77. What is the code of room {n}?") for n in range(3, 8)]
        wanted = asynchronous.chat.completions.create
        done = await asyncio.gather(*(wanted(model=MODEL, messages=[question]) for question in asked))
    for number, one in zip(range(3, 8), done, strict=True):
        holds(one.choices[0].message.content, f"{number}77")


@check("stream")
def _() -> None:
    asked = [user("The ferry to Gotland leaves at 7:40 from pier 12. When does the ferry to Gotland leave?")]
    options = {"include_usage": True}
    chunks = list(client.chat.completions.create(model=MODEL, messages=asked, stream=True, stream_options=options))
    pieces = [chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices]
    holds("".join(pieces), "7:40")
    expect(len(pieces) > 3, f"It came in {len(pieces)} pieces.")
    expect(chunks[-1].usage.completion_tokens > 0, "The last chunk has no usage.")


@check("history")
def _() -> None:
    turns = [
        user("I keep bees in Tromsø."),
        {"role": "assistant", "content": "How lovely."},
        user("Where do I keep bees?"),
    ]
    holds(said(*turns), "Tromsø")
    lacks(said(turns[-1]), "Tromsø")


TOOL = {
    "type": "function",
    "function": {
        "name": "tide_at",
        "description": "Look up the height of the tide in a harbour.",
        "parameters": {"type": "object", "properties": {"harbour": {"type": "string"}}, "required": ["harbour"]},
    },
}


@check("tools")
def _() -> None:
    messages = [user("How high is the tide in the harbour of Brest?")]
    done = client.chat.completions.create(model=MODEL, messages=messages, tools=[TOOL]).choices[0]
    expect(done.finish_reason == "tool_calls", f"It ended with {done.finish_reason}: {done.message.content}")
    call = done.message.tool_calls[0]
    expect("Brest" in json.loads(call.function.arguments)["harbour"], f"It asked for {call.function.arguments}")
    messages += [done.message, {"role": "tool", "tool_call_id": call.id, "content": "6.85 metres"}]
    holds(said(*messages, tools=[TOOL]), "6.85")


class Order(BaseModel):
    """An order in a shop."""

    item: str
    quantity: int


@check("structured output")
def _() -> None:
    asked = [user("I would like to order 14 lanterns, please.")]
    done = client.chat.completions.parse(model=MODEL, messages=asked, response_format=Order)
    order = done.choices[0].message.parsed
    expect(order.quantity == 14 and "lantern" in order.item, f"It read {order}.")


@check("overflow")
def _() -> None:
    with raises(openai.BadRequestError, words="maximum context length"):
        client.chat.completions.create(model="gpt-4", messages=[user("sail " * 9000)])


@check("rate limit")
def _() -> None:
    fail_next(429)
    with raises(openai.RateLimitError):
        said(user("Hello"))
    fail_next(429)
    patient = client.with_options(max_retries=2)
    done = patient.chat.completions.create(model=MODEL, messages=[user("My boat is the Albatros. What is my boat?")])
    holds(done.choices[0].message.content, "Albatros")


@check("embeddings")
def _() -> None:
    done = client.embeddings.create(
        model="text-embedding-3-small", input=["a dog barks", "the dogs bark", "a tax form"]
    )
    dog, dogs, tax = (item.embedding for item in done.data)
    near, far = (sum(a * b for a, b in zip(dog, other, strict=True)) for other in (dogs, tax))
    expect(near > far, f"The near text has {near:.2f}, the far one {far:.2f}.")


@check("responses")
def _() -> None:
    first = client.responses.create(model=MODEL, input="My violin was made in Cremona.")
    second = client.responses.create(model=MODEL, input="Where was my violin made?", previous_response_id=first.id)
    holds(second.output_text, "Cremona")


if __name__ == "__main__":
    run()
