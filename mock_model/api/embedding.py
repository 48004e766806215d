"""Embeddings: a request for vectors checked as OpenAI checks it, and the form of its answer.

Limits are OpenAI's: 8,192 tokens an input, 2,048 inputs and 300,000 tokens a request
(https://platform.openai.com/docs/api-reference/embeddings/create). Wordings are those of the live API, as its users
report them.
"""

from __future__ import annotations

import base64
import struct
from collections.abc import Callable, Sequence
from typing import Any

from mock_model.api.bodies import ApiError
from mock_model.api.catalogue import MODELS, WORDPIECE, EmbeddingModel
from mock_model.api.families import embedding_model
from mock_model.api.shapes import Shape, check_shape, kind_of, refusal
from mock_model.api.tokens import count_text
from mock_model.api.vocabulary import load_encoding

MOST_INPUTS = 2_048
MOST_TOKENS = 300_000  # of all inputs of a request together
_INVALID = "'$.input' is invalid. Please check the API reference: https://platform.openai.com/docs/api-reference."
CountFunction = Callable[[str, str], int]  # of a text, by the encoding of that name
VectorFunction = Callable[[str, int, str], list[float]]  # of a text, with so many numbers, by the model of that name
REQUEST = Shape(
    "an object",
    keys={
        "model": Shape("anything"),
        "input": Shape("anything"),
        "dimensions": Shape("an integer", nullable=True, low=1),
        "encoding_format": Shape("a string", nullable=True, values=("float", "base64")),
        "user": Shape("a string", nullable=True),
    },
)


def validate(
    body: Any, *, any_model: bool = False, count: CountFunction = count_text
) -> tuple[EmbeddingModel, list[str], list[int]]:
    """Check a request to `embeddings.create`: the model, its inputs as texts, and the tokens of each.

    With `any_model` a model may be of a family that is known. `count` counts also what is no encoding of tiktoken.
    Raises ApiError with what OpenAI answers, for the first fault.
    """
    model = _model_of(body, any_model)
    check_shape(body, REQUEST)
    if body.get("dimensions") and not model.shortens:
        raise refusal("This model does not support specifying dimensions.", None)
    if (body.get("dimensions") or 0) > model.dimensions:
        message = f"Invalid value for 'dimensions' = {body['dimensions']}. Must be less than or equal to"
        raise refusal(f"{message} {model.dimensions}.", None)
    texts, lengths = _inputs(body["input"], model.encoding, count)
    for i, length in enumerate(lengths):
        if length > model.context_window:
            name = f"input[{i}]" if isinstance(body["input"], list) else "input"
            raise refusal(f"Invalid '{name}': maximum input length is {model.context_window} tokens.", None)
    if sum(lengths) > MOST_TOKENS:
        message = f"Requested {sum(lengths)} tokens, max {MOST_TOKENS} tokens per request"
        raise ApiError(400, message, type="max_tokens_per_request", code="max_tokens_per_request")
    return model, texts, lengths


def answer(
    body: dict[str, Any], model: EmbeddingModel, texts: list[str], lengths: list[int], vector: VectorFunction
) -> dict[str, Any]:
    """The answer to a checked request: a vector for each text, in their order."""
    dimensions = body.get("dimensions") or model.dimensions
    as_text = body.get("encoding_format") == "base64"
    data = []
    for index, text in enumerate(texts):
        numbers = vector(text, dimensions, model.name)
        embedding = base64.b64encode(_packed(numbers)).decode() if as_text else numbers
        data.append({"object": "embedding", "index": index, "embedding": embedding})
    usage = {"prompt_tokens": sum(lengths), "total_tokens": sum(lengths)}
    return {"object": "list", "data": data, "model": model.name, "usage": usage}


def _packed(numbers: Sequence[float]) -> bytes:
    """A vector as little-endian 32-bit floats."""
    return struct.pack(f"<{len(numbers)}f", *numbers)


def _model_of(body: Any, any_model: bool) -> EmbeddingModel:
    if not isinstance(body, dict):
        raise refusal(f"Invalid type: expected an object, but got {kind_of(body)} instead.", None, "invalid_type")
    name = body.get("model")
    if not name:
        raise refusal("you must provide a model parameter", None)
    if isinstance(name, str) and name in MODELS:
        raise ApiError(403, "You are not allowed to generate embeddings from this model")
    model = embedding_model(name, any_model)
    if model is None:
        message = f"The model `{name}` does not exist or you do not have access to it."
        raise ApiError(404, message, code="model_not_found")
    if "input" not in body:
        raise refusal("Missing required parameter: 'input'.", "input", "missing_required_parameter")
    return model


def _inputs(given: Any, encoding: str, count: CountFunction) -> tuple[list[str], list[int]]:
    """The inputs as texts, and how many tokens each has. Raises ApiError where there is none, or an empty one."""
    inputs = given if isinstance(given, list) and not _is_tokens(given) else [given]
    if len(inputs) > MOST_INPUTS:
        tail = (
            f"Expected an array with maximum length {MOST_INPUTS}, but got an array with length {len(inputs)} instead."
        )
        raise refusal(f"Invalid 'input': array too long. {tail}", "input", "array_above_max_length")
    sort = type(inputs[0]) if inputs else None
    if sort not in (str, list) or not all(type(one) is sort and one for one in inputs):
        raise refusal(_INVALID, None)
    if sort is str:
        return inputs, [count(text, encoding) for text in inputs]
    if encoding == WORDPIECE:
        raise refusal("This model takes texts as input, and no token ids.", "input", "invalid_type")
    return [_text_of(tokens, encoding) for tokens in inputs], [len(tokens) for tokens in inputs]


def _is_tokens(given: Any) -> bool:
    return isinstance(given, list) and bool(given) and all(type(token) is int for token in given)


def _text_of(tokens: list[int], encoding: str) -> str:
    """The text of token ids. Raises ApiError where one of them is none of the model's."""
    if not _is_tokens(tokens):
        raise refusal(_INVALID, None)
    try:
        return load_encoding(encoding).decode(tokens)
    except (KeyError, OverflowError) as error:
        message = f"Invalid 'input': {error} is not a token of {encoding}, the encoding of this model."
        raise refusal(message, "input", "invalid_value") from error
