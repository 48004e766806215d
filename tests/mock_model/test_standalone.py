"""Standalone questions: an order to rephrase a question gets that question, with what it refers to, and no answer to it."""

from __future__ import annotations

import pytest

from mock_model import get_mock_client

CONDENSE = """
  Given the following conversation between a user and an AI assistant and a follow up question from user,
  rephrase the follow up question to be a standalone question.

  Chat History:
  user: {first}
assistant: Let me look.
  Follow Up Input: {then}
  Standalone question:"""
TAGGED = """\
Given a conversation and a follow up message from Human, rewrite the message to be a standalone question.

<Chat History>
user: {first}
assistant: Let me look.

<Follow Up Message>
{then}

<Standalone question>
"""
FORMULATE = (
    "Given a chat history and the latest user question which might reference context in the chat history, formulate a "
    "standalone question which can be understood without the chat history. Do NOT answer the question."
)
TALKS = [
    ("When was the mill of Ostrava built?", "And who owns it?", ["Who owns", "mill of Ostrava"]),
    ("Which dyes does my workshop use?", "So how much does it pay?", ["How much does", "my workshop", "pay"]),
    ("How do I get to Larvik?", "What can I see there?", ["What can I see in Larvik"]),
    ("How high is the dam?", "And what does a visitor pay?", ["What does a visitor pay?"]),
]


def reply(*messages: tuple[str, str]) -> str:
    listed = [{"role": role, "content": text} for role, text in messages]
    return get_mock_client().chat.completions.create(model="offline-model", messages=listed).choices[0].message.content


@pytest.mark.parametrize(("first", "then", "words"), TALKS)
def test_a_question_is_put_so_that_it_needs_no_history(first: str, then: str, words: list[str]) -> None:
    in_one = reply(("user", CONDENSE.format(first=first, then=then)))
    as_a_talk = reply(("system", FORMULATE), ("user", first), ("assistant", "Let me look."), ("user", then))
    for said in (in_one, as_a_talk, reply(("user", TAGGED.format(first=first, then=then)))):
        assert all(word in said for word in words), said
        assert said.endswith("?") and "\n" not in said


def test_without_the_order_a_question_is_answered() -> None:
    told = ("user", "The mill of Ostrava was built in 1871. I want a standalone mill.")
    assert "1871" in reply(told, ("assistant", "Noted."), ("user", "When was the mill built?"))
