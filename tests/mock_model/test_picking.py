"""A name of a list is picked by what was said last: a group's next speaker, a label."""

from __future__ import annotations

import pytest

import mock_model

CLIENT = mock_model.get_mock_client()
GROUP = """You are in a role play game. The following roles are available:
baker: Knows about bread and cakes.
sailor: Knows about boats and harbours.
judge: Settles quarrels.
Read the following conversation. Then select the next role from ['baker', 'sailor', 'judge'] to play. Only return the role.

{}

Read the above conversation. Then select the next role from ['baker', 'sailor', 'judge'] to play. Only return the role.
"""


def said(role: str, text: str) -> str | None:
    messages = [{"role": role, "content": text}]
    return CLIENT.chat.completions.create(model="offline-model", messages=messages).choices[0].message.content


@pytest.mark.parametrize("role", ["system", "user"])
@pytest.mark.parametrize(
    ("talk", "name"),
    [
        ("user: How do I sail my boat into the harbour?", "sailor"),
        ("user: My cake is flat.", "baker"),
        ("user: How do I sail my boat?\n\nsailor: Ease the sheet.\n\nuser: And which bread do I take along?", "baker"),
        ("user: I like bread.\n\nbaker: Sailor, please go on.", "sailor"),
        ("user: Two neighbours quarrel about a fence.", "judge"),
        ("user: Hm.\n\nbaker: Hm.", "sailor"),
    ],
)
def test_the_next_speaker_is_the_one_whose_matter_it_is(talk: str, name: str, role: str) -> None:
    assert said(role, GROUP.format(talk)) == name


def test_a_label_is_picked() -> None:
    asked = "I cannot pay my invoice.\nClassify the message as one of ['delivery', 'invoice', 'praise']."
    assert said("user", asked) == "invoice"


def test_a_list_alone_asks_for_nothing() -> None:
    assert said("user", "My cats are called ['Fado', 'Lumi']. How many cats do I have?") not in ("Fado", "Lumi")
