"""The real sentence model: how it reads a text, what is answered without its weights, and its figures with them."""

from __future__ import annotations

from typing import Any

import openai
import pytest

import mock_model
from mock_model.meaning import minilm
from mock_model.meaning.wordpiece import pieces

VOCABULARY = {
    piece: number
    for number, piece in enumerate("[UNK] [CLS] [SEP] the cat cats ##s nap ##ping over ##all 日 ! ' ##t lea".split())
}
INSTALLED = pytest.mark.skipif(not minilm.is_installed(), reason=f"its weights are not installed: {minilm.INSTALL}")


def read(text: str, most: int = 256) -> list[str]:
    names = {number: piece for piece, number in VOCABULARY.items()}
    return [names[number] for number in pieces(text, VOCABULARY, most)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("The cats!", ["the", "cats", "!"]),
        ("  CAT\tnapping\n", ["cat", "nap", "##ping"]),
        ("Léa", ["lea"]),
        ("日日", ["日", "日"]),
        ("overall's", ["over", "##all", "'", "[UNK]"]),
        ("zebra cat", ["[UNK]", "cat"]),
        ("cat" + "s" * 100, ["[UNK]"]),
        ("the\u200b cat\0", ["the", "cat"]),
        ("", []),
    ],
)
def test_a_text_is_read_as_pieces_of_words(text: str, found: list[str]) -> None:
    assert read(text) == ["[CLS]", *found, "[SEP]"]


def test_of_a_long_text_the_beginning_is_read() -> None:
    assert read("cat " * 1000, most=5) == ["[CLS]", "cat", "cat", "cat", "[SEP]"]


def test_where_the_weights_are_missing_the_answer_says_how_to_install_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(minilm, "MODULE", "no_such_module")
    minilm._model.cache_clear()
    minilm.vector.cache_clear()
    client = mock_model.get_mock_client()
    with pytest.raises(openai.NotFoundError) as caught:
        client.embeddings.create(model=minilm.NAME, input="Hi")
    assert caught.value.code == "model_not_found" and minilm.INSTALL in caught.value.message
    assert minilm.NAME not in {model.id for model in client.models.list()}
    with pytest.raises(openai.NotFoundError):
        client.models.retrieve(minilm.NAME)


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"input": [1, 2]}, "texts as input, and no token ids"),
        ({"input": "Hi", "dimensions": 100}, "does not support specifying dimensions"),
    ],
)
def test_what_it_cannot_do_is_refused(more: dict[str, Any], words: str) -> None:
    with pytest.raises(openai.BadRequestError, match=words):
        mock_model.get_mock_client().embeddings.create(model=minilm.NAME, **more)


@INSTALLED
def test_its_vectors_are_those_that_its_makers_publish() -> None:
    # https://sbert.net/docs/quickstart.html: the cosines of these three sentences
    texts = ["The weather is lovely today.", "It's so sunny outside!", "He drove to the stadium."]
    answer = mock_model.get_mock_client().embeddings.create(model=minilm.NAME, input=texts)
    one, two, three = (item.embedding for item in answer.data)
    cosines = [sum(a * b for a, b in zip(*pair, strict=True)) for pair in ((one, two), (one, three), (two, three))]
    assert len(one) == 384 and cosines == pytest.approx([0.6660, 0.1046, 0.1411], abs=1e-4)
    assert answer.usage.prompt_tokens == sum(map(minilm.count, texts)) == 25


@INSTALLED
@pytest.mark.parametrize("text", ["...", " ", "日本語 👩‍🚀", "x" * 8000, "<|endoftext|>", "word " * 5000])
def test_any_text_has_a_vector_of_length_one(text: str) -> None:
    assert sum(x * x for x in minilm.vector(text)) == pytest.approx(1, abs=1e-5)
