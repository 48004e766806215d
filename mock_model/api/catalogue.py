"""The models the offline server offers, and what each accepts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

EFFORTS = ("none", "minimal", "low", "medium", "high", "xhigh", "max")


@dataclass(frozen=True)
class Model:
    """One model as a client meets it.

    `efforts` is empty for a model that cannot reason; `default_effort` holds when a request names none. `refuses` are
    the parameters it refuses whatever their value. `cache` is "steps" (automatic, in steps of 128 tokens) or
    "breakpoints" (GPT-5.6 and later). `function_tokens` is the cost of one function in the prompt, before its words.
    `formats` are the types of `response_format` that it takes. `wants_reasoning_back`: see
    `reasoning`. Custom tools came with GPT-5, and so did `limits_input`: the prompt
    must leave the room of the longest reply.
    """

    name: str
    context_window: int  # tokens, prompt and reply together
    max_output: int  # tokens
    encoding: str = "o200k_base"
    efforts: tuple[str, ...] = ()
    default_effort: str = "none"
    shows_reasoning: bool = False
    reasons_with_tools: bool = True
    wants_reasoning_back: bool = False
    refuses: tuple[str, ...] = ()
    cache: Literal["steps", "breakpoints"] = "breakpoints"
    custom_tools: bool = True
    function_tokens: int = 7
    formats: tuple[str, ...] = ("text", "json_object", "json_schema")
    limits_input: bool = False
    owned_by: str = "openai"


MODELS = {
    model.name: model
    for model in (
        Model(
            name="offline-model",
            context_window=128_000,
            max_output=16_384,
            efforts=EFFORTS,
            shows_reasoning=True,
            owned_by="chat-memory-workbook",
        ),
        Model(
            name="offline-thinker",
            context_window=128_000,
            max_output=16_384,
            efforts=EFFORTS,
            default_effort="high",
            shows_reasoning=True,
            wants_reasoning_back=True,
            cache="steps",
            owned_by="chat-memory-workbook",
        ),
        Model(
            name="gpt-6-luna",
            context_window=1_050_000,
            max_output=128_000,
            efforts=("none", "low", "medium", "high", "xhigh", "max"),
            default_effort="medium",
            reasons_with_tools=False,
            limits_input=True,
            refuses=("max_tokens", "stop", "logit_bias", "prediction"),
        ),
        Model(name="gpt-4o-mini", context_window=128_000, max_output=16_384, custom_tools=False, cache="steps"),
        Model(
            name="gpt-4",
            context_window=8_192,
            max_output=8_192,
            encoding="cl100k_base",
            custom_tools=False,
            cache="steps",
            function_tokens=10,
            formats=("text",),
        ),
    )
}


@dataclass(frozen=True)
class EmbeddingModel:
    """A model that turns texts into vectors, and does nothing else."""

    name: str
    dimensions: int  # numbers in a vector; a request may ask for fewer
    context_window: int = 8_192  # tokens of one input
    encoding: str = "cl100k_base"
    owned_by: str = "openai"
    shortens: bool = True  # whether fewer numbers may be asked for


WORDPIECE = "wordpiece"  # the pieces of BERT, which are no encoding of tiktoken
EMBEDDING_MODELS = {
    model.name: model
    for model in (
        EmbeddingModel(
            name="offline-embedding", dimensions=1_024, encoding="o200k_base", owned_by="chat-memory-workbook"
        ),
        EmbeddingModel(name="text-embedding-3-small", dimensions=1_536),
        EmbeddingModel(  # a real one, where its package is installed: `mock_model.meaning`
            name="all-minilm-l6-v2",
            dimensions=384,
            encoding=WORDPIECE,
            owned_by="sentence-transformers",
            shortens=False,
        ),
    )
}
