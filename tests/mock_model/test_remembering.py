"""What was worked out of texts is kept, but never more of it than so many characters allow."""

from __future__ import annotations

import pytest

from mock_model import get_mock_client
from mock_model.finding import ranking
from mock_model.sentences import quoting, reading, remembering, words
from mock_model.sentences.remembering import remembered
from mock_model.tasks import orders, wording


def test_a_result_is_worked_out_once_and_forgotten_with_the_others_when_the_texts_are_too_long(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(remembering, "MOST_CHARACTERS", 100)
    asked: list[str] = []

    @remembered(10)
    def shouted(text: str, loud: bool) -> str:
        """Louder."""
        asked.append(text)
        return text.upper()

    for text in ("a" * 40, "b" * 60, "a" * 40):
        assert shouted(text, True) == text.upper()
    assert [text[0] for text in asked] == ["a", "b"]
    shouted("c", True)  # the 101st character
    assert shouted.cache_info().currsize == 1  # type: ignore[attr-defined]
    shouted("a" * 40, True)
    shouted("c", True)
    assert [text[0] for text in asked] == ["a", "b", "c", "a"]
    shouted("d" * 1_000, True)
    assert shouted.cache_info().currsize == 1  # type: ignore[attr-defined]


def test_of_long_messages_only_the_last_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remembering, "MOST_CHARACTERS", 10_000)
    client = get_mock_client()
    for number in range(12):
        text = " ".join(f"The boat {number}-{line} lies in the harbour of Brest." for line in range(80))
        messages = [{"role": "user", "content": text}, {"role": "user", "content": "What is my name?"}]
        assert client.chat.completions.create(model="offline-model", messages=messages).choices
    of_messages = (words.sentences, reading.said_in, quoting.lists_in, orders.orders, wording._ordered, ranking._find)
    kept = {function.__name__: function.cache_info().currsize for function in of_messages}
    assert all(0 < number < 12 for number in kept.values()), kept  # a message has some 4,000 characters
