"""The answer in few words, out of the sentence that was found."""

from __future__ import annotations

import pytest

from mock_model.finding.asking import Question
from mock_model.finding.brief import brief
from mock_model.sentences.reading import Said, sentence_of


@pytest.mark.parametrize(
    ("question", "said", "answer"),
    [
        ("What is my dog called?", "We adopted a greyhound called Biscuit.", "Biscuit"),
        ("How many chairs do we need?", "We need 12 chairs for the hall.", "12 chairs"),
        ("What is my job?", "I work as a paramedic in Leeds.", "paramedic"),
        ("Who is my dentist?", "My dentist is Dr. Hall.", "Dr. Hall"),
        ("Where do I live?", "I live in Porto.", "Porto"),
        ("What is my budget?", "My budget is 1,200 euros.", "1,200 euros"),
        ("When is the launch?", "The launch moved to 12 June because of Tom.", "12 June"),
        ("Why did we cancel?", "We cancelled because the hall was flooded.", "the hall was flooded"),
        ("When is the blood donation?", "Blood donation is on Monday the 20th.", "Monday the 20th"),
        ("What time is the call?", "The call is on Monday at 9:30.", "9:30"),
        ("What colour is the shed?", "I painted the shed dark red last weekend.", "dark red"),
        ("What did we agree on?", "We agreed.", None),
    ],
)
def test_the_part_that_answers(question: str, said: str, answer: str | None) -> None:
    assert brief(Question(question), Said(sentence_of(said), "user")) == answer


@pytest.mark.parametrize("text", ["'", "...", "!" * 5_000, "a " * 20_000, "Tom's " * 3_000])
def test_any_text_gives_a_part_of_it_or_nothing(text: str) -> None:
    found = brief(Question("What is it called, and why not?"), Said(sentence_of(text), "user"))
    assert found is None or found in text
