"""Embeddings through the real client: shapes, sizes, usage, refusals, failures, and what lies near what."""

from __future__ import annotations

import asyncio
import math
from typing import Any

import openai
import pytest
import tiktoken
from openai.types import CreateEmbeddingResponse

import mock_model

CLIENT = mock_model.get_mock_client()
OURS, SMALL = "offline-embedding", "text-embedding-3-small"
INVALID = "'$.input' is invalid. Please check the API reference: https://platform.openai.com/docs/api-reference."


def embed(*texts: str, model: str = SMALL, **options: Any) -> list[list[float]]:
    return [one.embedding for one in CLIENT.embeddings.create(model=model, input=list(texts), **options).data]


def near(one: str, two: str, model: str = SMALL) -> float:
    a, b = embed(one, two, model=model)
    return sum(x * y for x, y in zip(a, b, strict=True))


def refused(body: Any, client: openai.OpenAI = CLIENT) -> openai.APIStatusError:
    with pytest.raises(openai.APIStatusError) as caught:
        client.post("/embeddings", body=body, cast_to=CreateEmbeddingResponse)
    return caught.value


@pytest.mark.parametrize(("model", "size"), [(OURS, 1024), (SMALL, 1536)])
def test_shape(model: str, size: int) -> None:
    for options in ({}, {"encoding_format": "float"}, {"encoding_format": "float", "dimensions": 100, "user": "ana"}):
        answer = CLIENT.embeddings.create(model=model, input=["I have a dog.", "Hello"], **options)
        CreateEmbeddingResponse.model_validate(answer.model_dump(), strict=True)
        assert answer.model == model and [one.index for one in answer.data] == [0, 1]
        for one in answer.data:
            assert len(one.embedding) == options.get("dimensions", size)
            assert math.isclose(sum(x * x for x in one.embedding), 1, abs_tol=1e-5)


def test_base64_holds_the_same_numbers_as_floats() -> None:
    assert embed("I have a dog.") == embed("I have a dog.", encoding_format="float")


def test_fewer_dimensions_are_the_first_ones_of_more() -> None:
    [whole], [short] = embed("I have a dog."), embed("I have a dog.", dimensions=64)
    length = math.sqrt(sum(x * x for x in whole[:64]))
    assert short == pytest.approx([x / length for x in whole[:64]], abs=1e-6)


def test_a_vector_is_a_function_of_its_text_alone() -> None:
    first = embed("I live in Porto.")[0]
    others = embed("Hello", "I live in Porto.", "Bye")
    assert first == others[1] == mock_model.get_mock_client().embeddings.create(
        model=SMALL, input="I live in Porto."
    ).data[0].embedding  # fmt: skip
    assert len({tuple(v) for v in others}) == 3


def test_the_vectors_of_two_models_share_nothing() -> None:
    [ours], [theirs] = embed("I have a dog.", model=OURS), embed("I have a dog.", dimensions=1024)
    assert abs(sum(x * y for x, y in zip(ours, theirs, strict=True))) < 0.15


@pytest.mark.parametrize("model", [OURS, SMALL])
@pytest.mark.parametrize(
    ("question", "fact"),
    [
        ("What is my pet called?", "The user's dog is called Biscuit."),
        ("Where do I live?", "The user lives in Porto."),
        ("Which city is home?", "The user lives in Porto."),
        ("What is my job?", "The user works as a nurse."),
        ("When is the wedding?", "The user's sister Clara marries on 12 June."),
        ("Do I have allergies?", "The user is allergic to peanuts."),
    ],
)
def test_near_and_far(model: str, question: str, fact: str) -> None:
    others = {
        "The user lives in Porto.",
        "The user's dog is called Biscuit.",
        "The user is allergic to peanuts.",
        "The user works as a nurse.",
        "The user's sister Clara marries on 12 June.",
        "The moon orbits the earth.",
    }
    assert near(question, fact, model) > 0.15 + max(near(question, other, model) for other in others - {fact})


def test_small_words_weigh_little_and_forms_of_a_word_are_one() -> None:
    assert near("I live in Porto.", "The user lives in Porto.") > 0.9
    assert near("My dogs are barking", "His dog barked") > 0.9
    assert abs(near("It is what it is.", "The user's dog is called Biscuit.")) < 0.2


@pytest.mark.parametrize("text", ["...", " ", "日本語", "👩‍🚀", "x" * 8000, "\n\n", "<|endoftext|>"])
def test_any_text_has_a_vector(text: str) -> None:
    [found] = embed(text)
    assert math.isclose(sum(x * x for x in found), 1, abs_tol=1e-5)


@pytest.mark.parametrize(("model", "encoding"), [(OURS, "o200k_base"), (SMALL, "cl100k_base")])
def test_usage_is_exact_and_token_ids_count_as_their_text(model: str, encoding: str) -> None:
    texts = ["I have a dog called Biscuit.", "Łódź 👩‍🚀 <|endoftext|>", "Hi"]
    tokens = [tiktoken.get_encoding(encoding).encode(text, disallowed_special=()) for text in texts]
    by_text = CLIENT.embeddings.create(model=model, input=texts)
    by_tokens = CLIENT.embeddings.create(model=model, input=tokens)
    assert by_text.usage.prompt_tokens == by_text.usage.total_tokens == sum(map(len, tokens))
    assert by_text == by_tokens
    assert CLIENT.embeddings.create(model=model, input=tokens[0]).data[0].embedding == by_text.data[0].embedding


T = "invalid_request_error"
TOO_LONG = "maximum input length is 8192 tokens."
REFUSALS: list[tuple[dict[str, Any], int, str, str, str | None, str | None]] = [
    ({"input": ""}, 400, INVALID, T, None, None),
    ({"input": []}, 400, INVALID, T, None, None),
    ({"input": ["Hi", ""]}, 400, INVALID, T, None, None),
    ({"input": None}, 400, INVALID, T, None, None),
    ({"input": 3}, 400, INVALID, T, None, None),
    ({"input": {"text": "Hi"}}, 400, INVALID, T, None, None),
    ({"input": ["Hi", 3]}, 400, INVALID, T, None, None),
    ({"input": [[1, "x"]]}, 400, INVALID, T, None, None),
    ({"input": [[True]]}, 400, INVALID, T, None, None),
    ({"model": None}, 400, "you must provide a model parameter", T, None, None),
    (
        {"model": "x"},
        404,
        "The model `x` does not exist or you do not have access to it.",
        T,
        None,
        "model_not_found",
    ),
    ({"model": "offline-model"}, 403, "You are not allowed to generate embeddings from this model", T, None, None),
    ({"foo": 1}, 400, "Unknown parameter: 'foo'.", T, "foo", "unknown_parameter"),
    ({"input": "dog " * 8193}, 400, f"Invalid 'input': {TOO_LONG}", T, None, None),
    ({"input": ["Hi", "dog " * 8193]}, 400, f"Invalid 'input[1]': {TOO_LONG}", T, None, None),
    (
        {"input": ["Hi"] * 2049},
        400,
        "Invalid 'input': array too long. Expected an array with maximum length 2048, but got an array with length 2049 "
        "instead.",
        T,
        "input",
        "array_above_max_length",
    ),
    (
        {"input": ["dog " * 8000] * 38},
        400,
        "Requested 304038 tokens, max 300000 tokens per request",
        "max_tokens_per_request",
        None,
        "max_tokens_per_request",
    ),
    (
        {"dimensions": 1537},
        400,
        "Invalid value for 'dimensions' = 1537. Must be less than or equal to 1536.",
        T,
        None,
        None,
    ),
    (
        {"dimensions": 0},
        400,
        "Invalid 'dimensions': integer below minimum value. Expected a value >= 1, but got 0 instead.",
        T,
        "dimensions",
        "integer_below_min_value",
    ),
    (
        {"dimensions": "8"},
        400,
        "Invalid type for 'dimensions': expected an integer, but got a string instead.",
        T,
        "dimensions",
        "invalid_type",
    ),
    (
        {"encoding_format": "hex"},
        400,
        "Invalid value: 'hex'. Supported values are: 'float' and 'base64'.",
        T,
        "encoding_format",
        "invalid_value",
    ),
]


@pytest.mark.parametrize(("changes", "status", "message", "type", "param", "code"), REFUSALS)
def test_refusals(
    changes: dict[str, Any], status: int, message: str, type: str, param: str | None, code: str | None
) -> None:
    error = refused({"model": SMALL, "input": "Hi", **changes})
    assert error.status_code == status
    assert error.body == {"message": message, "type": type, "param": param, "code": code}


def test_what_is_missing_or_not_there() -> None:
    assert "Missing required parameter: 'input'." in str(refused({"model": SMALL}))
    assert "is not a token of cl100k_base" in str(refused({"model": SMALL, "input": [-1, 200_000_000]}))
    with pytest.raises(
        openai.APIStatusError, match="offers chat completions, responses, conversations, embeddings and the list"
    ):
        CLIENT.post("/images", body={}, cast_to=CreateEmbeddingResponse)
    with pytest.raises(openai.APIStatusError, match="offers POST only"):
        CLIENT.get("/embeddings", cast_to=CreateEmbeddingResponse)


@pytest.mark.parametrize("model", [OURS, SMALL])
def test_an_embedding_model_does_not_chat(model: str) -> None:
    with pytest.raises(openai.PermissionDeniedError, match="You are not allowed to sample from this model"):
        CLIENT.chat.completions.create(model=model, messages=[{"role": "user", "content": "Hi"}])


def test_the_list_of_models_has_them() -> None:
    assert {OURS, SMALL} < {model.id for model in CLIENT.models.list()}
    assert CLIENT.models.retrieve(OURS).owned_by == "chat-memory-workbook"


def test_failures() -> None:
    server = mock_model.MockServer()
    client = server.client()
    expected = {
        429: openai.RateLimitError,
        "quota": openai.RateLimitError,
        500: openai.InternalServerError,
        503: openai.InternalServerError,
        "timeout": openai.APITimeoutError,
        "connection": openai.APIConnectionError,
        "drop": openai.APIConnectionError,
    }
    for kind, error in expected.items():
        server.fail_next(kind)
        with pytest.raises(error):
            client.embeddings.create(model=SMALL, input="Hi")
        client.embeddings.create(model=SMALL, input="Hi")


def test_a_failure_of_words_waits_for_a_reply_in_words() -> None:
    server = mock_model.MockServer()
    client = server.client()
    server.fail_next("empty")
    client.embeddings.create(model=SMALL, input="Hi")
    reply = client.chat.completions.create(model="offline-model", messages=[{"role": "user", "content": "Hi"}])
    assert reply.choices[0].finish_reason == "length"


def test_the_key_is_checked() -> None:
    with pytest.raises(openai.AuthenticationError):
        mock_model.get_mock_client(api_key="sk-right").embeddings.create(model=SMALL, input="Hi")


def test_async() -> None:
    async def ask() -> list[float]:
        answer = await mock_model.get_mock_async_client().embeddings.create(model=SMALL, input="Hi")
        return answer.data[0].embedding

    assert asyncio.run(ask()) == embed("Hi")[0]
