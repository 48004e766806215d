"""Families: the rules by which a model answers that the catalogue does not list: those of its family, known by its name.

Windows and limits are those that OpenAI published for a family; where its members differ, those of its best known one. Models
that reason refuse `max_tokens`, as gpt-6-luna does; the newer cache came with GPT-5.6, custom tools with GPT-5.
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache

from mock_model.api.catalogue import EMBEDDING_MODELS, MODELS, EmbeddingModel, Model

_LUNA, _MINI, _FOUR = MODELS["gpt-6-luna"], MODELS["gpt-4o-mini"], MODELS["gpt-4"]
_OLDER = replace(_FOUR, max_output=4_096, formats=("text", "json_object"))
_FIVE = replace(_LUNA, context_window=400_000, reasons_with_tools=True, cache="steps")
_O = replace(
    _FIVE,
    limits_input=False,
    context_window=200_000,
    max_output=100_000,
    efforts=("low", "medium", "high"),
    custom_tools=False,
)
FAMILIES = (
    (r"gpt-3\.5", replace(_OLDER, context_window=16_385)),
    (r"gpt-4-(turbo|1106|0125|vision)", replace(_OLDER, context_window=128_000)),
    (r"gpt-4-32k", replace(_FOUR, context_window=32_768, max_output=32_768)),
    (r"gpt-4(?![\w.])", _FOUR),
    (r"gpt-4\.1", replace(_MINI, context_window=1_047_576, max_output=32_768)),
    (r"gpt-4|chatgpt-|gpt-5(\.\d+)?-chat", _MINI),
    (r"gpt-5(\.[0-5])?(?![\w.])", replace(_FIVE, efforts=("none", "minimal", "low", "medium", "high", "xhigh"))),
    (r"gpt-", _LUNA),  # GPT-5.6 and later, and what is still to come
    (r"o\d", _O),
)
EMBEDDING_FAMILIES = (
    (r"text-embedding-3-large", replace(EMBEDDING_MODELS["text-embedding-3-small"], dimensions=3_072)),
    (r"text-embedding-", EMBEDDING_MODELS["text-embedding-3-small"]),
)


@lru_cache(maxsize=256)
def of_family(name: str) -> Model | None:
    """The chat model of this name with the rules of its family: `gpt-…` and `o1`, `o3` …; None for any other name."""
    found = next((model for pattern, model in FAMILIES if re.match(pattern, name)), None)
    return replace(found, name=name) if found else None


@lru_cache(maxsize=256)
def embedding_of_family(name: str) -> EmbeddingModel | None:
    """The embedding model of this name, as `of_family`: `text-embedding-…`."""
    found = next((model for pattern, model in EMBEDDING_FAMILIES if re.match(pattern, name)), None)
    return replace(found, name=name) if found else None


def chat_model(name: object, any_model: bool = True) -> Model | None:
    """The chat model of this name: of the catalogue, or with `any_model` of a family; None where there is none."""
    if not isinstance(name, str):
        return None
    return MODELS.get(name) or (of_family(name) if any_model else None)


def embedding_model(name: object, any_model: bool = True) -> EmbeddingModel | None:
    """The embedding model of this name, as `chat_model`."""
    if not isinstance(name, str):
        return None
    return EMBEDDING_MODELS.get(name) or (embedding_of_family(name) if any_model else None)
