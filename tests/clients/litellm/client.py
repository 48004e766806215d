"""LiteLLM: one call for all providers, here with OpenAI's."""

import json
import os

os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"  # or it asks the network for prices

from pydantic import BaseModel

import litellm
from kit import Gap, check, expect, fail_next, holds, lacks, raises, run

MODEL = "openai/offline-model"


def user(text: str) -> dict:
    return {"role": "user", "content": text}


def told(*messages: dict | str, model: str = MODEL, **options: object) -> str:
    """What is replied to these messages; a text is a user's."""
    sent = [user(one) if isinstance(one, str) else one for one in messages]
    return litellm.completion(model=model, messages=sent, **options).choices[0].message.content


@check("chat")
def _() -> None:
    holds(told("The password of the boathouse is kelp-19. What is the password of the boathouse?"), "kelp-19")


@check("instructions")
def _() -> None:
    rule = {"role": "system", "content": "End every reply with the words Over and out."}
    holds(told(rule, "My dentist is Doctor Aksnes. Who is my dentist?"), "Aksnes", "Over and out")


@check("chat async")
async def _() -> None:
    asked = "Platform 12 is closed until Thursday. Until when is platform 12 closed?"
    done = await litellm.acompletion(model=MODEL, messages=[user(asked)])
    holds(done.choices[0].message.content, "Thursday")


@check("stream")
def _() -> None:
    asked = [user("The museum of clocks opens at 10:45 on Fridays. When does the museum of clocks open?")]
    chunks = list(litellm.completion(model=MODEL, messages=asked, stream=True, stream_options={"include_usage": True}))
    pieces = [chunk.choices[0].delta.content for chunk in chunks if chunk.choices and chunk.choices[0].delta.content]
    holds("".join(pieces), "10:45")
    expect(len(pieces) > 3, f"It came in {len(pieces)} pieces.")
    whole = litellm.completion(model=MODEL, messages=asked)
    usage = chunks[-1].usage
    expect(usage.total_tokens == whole.usage.total_tokens, f"The stream counts {usage}, the whole reply {whole.usage}.")
    built = litellm.stream_chunk_builder(chunks, messages=asked)
    expect(built.choices[0].message.content == whole.choices[0].message.content, f"It built {built.choices}.")


@check("stream async")
async def _() -> None:
    asked = [user("The kiln is at 1,240 degrees. How hot is the kiln?")]
    pieces = [
        chunk.choices[0].delta.content or ""
        async for chunk in await litellm.acompletion(model=MODEL, messages=asked, stream=True)
    ]
    holds("".join(pieces), "1,240")


@check("batch")
def _() -> None:
    asked = [[user(f"Shelf {n} holds {n}00 jars. How many jars does shelf {n} hold?")] for n in range(2, 6)]
    for n, done in zip(range(2, 6), litellm.batch_completion(model=MODEL, messages=asked), strict=True):
        holds(done.choices[0].message.content, f"{n}00")


TOOL = {
    "type": "function",
    "function": {
        "name": "snow_depth",
        "description": "Look up the depth of snow at a mountain hut.",
        "parameters": {"type": "object", "properties": {"hut": {"type": "string"}}, "required": ["hut"]},
    },
}


def finish(messages: list, done: object, **options: object) -> str:
    """Answer the calls of a reply, and give the reply to that."""
    messages.append(done.choices[0].message)
    for call in done.choices[0].message.tool_calls:
        hut = json.loads(call.function.arguments)["hut"]
        messages.append({"role": "tool", "tool_call_id": call.id, "content": f"{len(hut) * 10} cm at {hut}"})
    return litellm.completion(model=MODEL, messages=messages, **options).choices[0].message.content


@check("tools")
def _() -> None:
    messages = [user("How deep is the snow at the hut Rondvassbu?")]
    done = litellm.completion(model=MODEL, messages=messages, tools=[TOOL])
    expect(done.choices[0].finish_reason == "tool_calls", f"It said {done.choices[0]}.")
    holds(finish(messages, done, tools=[TOOL]), "100 cm", "Rondvassbu")


@check("parallel tools")
def _() -> None:
    messages = [user("How deep is the snow at the huts Rondvassbu and Glitterheim?")]
    done = litellm.completion(model=MODEL, messages=messages, tools=[TOOL])
    expect(len(done.choices[0].message.tool_calls) == 2, f"It called {done.choices[0].message.tool_calls}.")
    holds(finish(messages, done, tools=[TOOL]), "Rondvassbu", "Glitterheim")


@check("tools streamed")
def _() -> None:
    messages = [user("How deep is the snow at the hut Fondsbu?")]
    chunks = list(litellm.completion(model=MODEL, messages=messages, tools=[TOOL], stream=True))
    done = litellm.stream_chunk_builder(chunks, messages=messages)
    holds(finish(messages, done, tools=[TOOL]), "70 cm", "Fondsbu")


@check("forced tool")
def _() -> None:
    messages = [user("I hike to Glitterheim tomorrow.")]
    for forced in ("required", {"type": "function", "function": {"name": "snow_depth"}}):
        done = litellm.completion(model=MODEL, messages=messages, tools=[TOOL], tool_choice=forced)
        holds(done.choices[0].message.tool_calls[0].function.arguments, "Glitterheim")
    free = litellm.completion(model=MODEL, messages=messages, tools=[TOOL], tool_choice="none")
    expect(not free.choices[0].message.tool_calls, "It called a function though it was told not to.")


class Concert(BaseModel):
    """A concert that somebody goes to."""

    band: str
    city: str
    tickets: int


@check("structured output")
def _() -> None:
    said = "I have 3 tickets for the concert of the band Hedningarna in the city of Umeå."
    concert = Concert.model_validate_json(told(said, response_format=Concert))
    expect(concert == Concert(band="Hedningarna", city="Umeå", tickets=3), f"It read {concert}.")


@check("JSON")
def _() -> None:
    asked = 'My goat is called Selma. Reply in JSON: {"goat": <its name>}'
    expect(json.loads(told(asked, response_format={"type": "json_object"})) == {"goat": "Selma"}, "It read no goat.")


@check("history")
def _() -> None:
    turns = [user("I restore a pipe organ in Uddevalla."), {"role": "assistant", "content": "What a job."}]
    holds(told(*turns, "Where do I restore a pipe organ?"), "Uddevalla")
    lacks(told("Where do I restore a pipe organ?"), "Uddevalla")


@check("history, trimmed")
def _() -> None:
    turns = [
        {"role": "system", "content": "Be kind."},
        user("My tent is orange. " + "The wind blows. " * 60),
        {"role": "assistant", "content": "Noted."},
        user("My stove is a Primus. What is my stove?"),
    ]
    kept = litellm.utils.trim_messages(turns, model="gpt-4o-mini", max_tokens=60, trim_ratio=1)
    holds(told(*kept), "Primus")
    expect(litellm.token_counter(model="gpt-4o-mini", messages=kept) <= 60, f"It kept {kept}.")


@check("reply limit")
def _() -> None:
    asked = "My aunt collects copper kettles, pewter mugs and silver spoons. What does my aunt collect?"
    for name in ("max_tokens", "max_completion_tokens"):
        done = litellm.completion(model=MODEL, messages=[user(asked)], **{name: 6})
        expect(done.usage.completion_tokens <= 6, f"{name}=6 gave {done.usage}.")
        expect(done.choices[0].finish_reason == "length", f"{name}=6 ended with {done.choices[0].finish_reason}.")


@check("choices")
def _() -> None:
    done = litellm.completion(model=MODEL, messages=[user("My boat is the Tern. What is my boat?")], n=3)
    expect(len(done.choices) == 3, f"n=3 gave {len(done.choices)} choices.")
    for choice in done.choices:
        holds(choice.message.content, "Tern")


@check("usage")
def _() -> None:
    messages = [{"role": "system", "content": "You are brief."}, user("My mule is called Ottfried. Who is Ottfried?")]
    done = litellm.completion(model="openai/gpt-4o-mini", messages=messages)
    counted = litellm.token_counter(model="gpt-4o-mini", messages=messages)
    expect(counted == done.usage.prompt_tokens, f"It counts {counted}, the server {done.usage.prompt_tokens}.")
    expect(litellm.completion_cost(done) > 0, "The reply costs nothing.")


@check("prompt cache")
def _() -> None:
    long = [{"role": "system", "content": "The rule of the house is to be kind. " * 200}, user("Good morning")]
    cached = 0
    for _again in range(2):
        usage = litellm.completion(model=MODEL, messages=long).usage
        cached = usage.prompt_tokens_details.cached_tokens
    expect(cached > 1000, f"The second request read {cached} tokens from the cache.")


@check("overflow")
def _() -> None:
    with raises(litellm.ContextWindowExceededError):
        told("sail " * 9000, model="openai/gpt-4")
    larger = told(
        "My bag is green. " + "sail " * 9000 + "What colour is my bag?", model="openai/gpt-4", fallbacks=[MODEL]
    )
    holds(larger, "green")


@check("errors")
def _() -> None:
    with raises(litellm.NotFoundError, words="nobody"):
        told("Hello", model="openai/nobody")
    with raises(litellm.BadRequestError, words="preceeding message"):
        told({"role": "tool", "tool_call_id": "call_1", "content": "7"})
    fail_next(500)
    with raises(litellm.InternalServerError):
        told("Hello", max_retries=0)


@check("rate limit")
def _() -> None:
    fail_next(429)
    with raises(litellm.RateLimitError):
        told("Hello", max_retries=0)
    fail_next(429, 2)
    holds(told("My canoe is the Loon. What is my canoe?", num_retries=3), "Loon")


@check("router")
def _() -> None:
    def to(name: str, model: str) -> dict:
        return {"model_name": name, "litellm_params": {"model": model}}

    router = litellm.Router(
        [to("small", "openai/gpt-4"), to("large", MODEL)],
        num_retries=0,
        fallbacks=[{"small": ["large"]}],
        context_window_fallbacks=[{"small": ["large"]}],
    )
    asked = [user("My bag is green. " + "sail " * 9000 + "What colour is my bag?")]
    done = router.completion("small", asked)
    holds(done.choices[0].message.content, "green")
    fail_next(500)
    done = router.completion("small", [user("My kite is a Rokkaku. What is my kite?")])
    holds(done.choices[0].message.content, "Rokkaku")
    expect(done.model == "offline-model", f"{done.model} answered.")


@check("embeddings")
def _() -> None:
    texts = ["a horse gallops", "the horses galloped", "an invoice for paint"]
    done = litellm.embedding(model="openai/text-embedding-3-small", input=texts)
    horse, horses, paint = (item["embedding"] for item in done.data)
    near, far = (sum(a * b for a, b in zip(horse, other, strict=True)) for other in (horses, paint))
    expect(near > far, f"The near text has {near:.2f}, the far one {far:.2f}.")


@check("responses")
def _() -> None:
    done = litellm.responses(model=MODEL, input="My cello is from 1788. From which year is my cello?")
    holds(done.output_text, "1788")
    pieces = [
        event.delta
        for event in litellm.responses(model=MODEL, input="My hut is in Abisko. Where is my hut?", stream=True)
        if event.type == "response.output_text.delta"
    ]
    holds("".join(pieces), "Abisko")


@check("responses history")
async def _() -> None:
    first = await litellm.aresponses(model=MODEL, input="My tractor is a Bolinder.")
    second = await litellm.aresponses(model=MODEL, input="What is my tractor?", previous_response_id=first.id)
    holds(second.output_text, "Bolinder")
    gone = await litellm.adelete_responses(first.id, custom_llm_provider="openai")
    expect(gone.deleted, f"It said {gone}.")


@check("responses tools")
def _() -> None:
    tool = {"type": "function", **TOOL["function"]}
    first = litellm.responses(model=MODEL, input="How deep is the snow at the hut Memurubu?", tools=[tool])
    call = next(item for item in first.output if item.type == "function_call")
    holds(call.arguments, "Memurubu")
    output = {"type": "function_call_output", "call_id": call.call_id, "output": "83 cm"}
    holds(
        litellm.responses(model=MODEL, input=[output], previous_response_id=first.id, tools=[tool]).output_text, "83 cm"
    )


@check("models")
def _() -> None:
    names = litellm.get_valid_models(True, "openai", api_base=os.environ["OPENAI_BASE_URL"])
    expect(any(name.endswith("offline-model") for name in names), f"It lists {names}.")


@check("text completion")
def _() -> None:
    raise Gap("text_completion asks POST /v1/completions, and OpenAI has shut down every model for that.")


@check("summary")
def _() -> None:
    raise Gap("LiteLLM writes no prompts of its own, so it summarises nothing.")


if __name__ == "__main__":
    run()
