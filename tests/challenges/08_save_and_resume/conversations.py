"""Conversations to be saved: turns of any kind, and a conversation of several turns."""

from __future__ import annotations

from random import Random
from typing import Any

from hypothesis import strategies as st

from ..engine.criteria import Message

ODD = (
    "Año 2026: ¿cuándo?",
    "日本へ行きたい",
    "🙂👩‍👩‍👧 ok",
    'She said: "C:\\new"',
    "Zoe\u0308 and Zo\u00eb",
    "one\r\ntwo\n\n",
    "\x00",
    "\ufeff",
    "",
    "[]",
    "'",
)
LINE_ENDS = "\r \x0b \x0c \x1c \x1d \x1e \x85 \u2028 \u2029".split(" ")  # rare ones: str.splitlines knows them all
LETTERS = st.characters(codec="utf-8", exclude_characters="".join(LINE_ENDS))  # these are tried apart
TEXTS = st.sampled_from(ODD) | st.text(LETTERS, max_size=12)


def message(role: str, content: Any, **more: Any) -> Message:
    return {"role": role, "content": content, **more}


def turn(number: int, longer: int = 0) -> list[Message]:
    """A plain turn that is like no other."""
    random = Random(number)
    place = random.choice("Porto Cusco Ghent Bergen Krakow Turin".split())
    question = f"Question {number}: is {place} worth {random.randrange(2, 90)} hours?"
    return [message("user", question), message("assistant", f"Answer {number}: yes." + " And so it goes on." * longer)]


@st.composite
def turns(draw: st.DrawFn) -> list[Message]:
    """A turn of any kind: parts, names, calls of functions with their results, None."""
    said: Any = draw(TEXTS)
    parts = [
        {"type": "text", "text": said},
        {"type": "image_url", "image_url": {"url": "https://x.org/1?a=b&c", "detail": "low"}},
    ]
    messages = [
        draw(st.sampled_from([message("user", said), message("user", parts), message("user", said, name="Zoë")]))
    ]
    for number in range(draw(st.integers(0, 2))):
        call = {
            "id": f"call_{number}",
            "type": "function",
            "function": {"name": "look_up", "arguments": '{"what": "é"}'},
        }
        messages += [
            message("assistant", None, tool_calls=[call]),
            message("tool", draw(TEXTS), tool_call_id=call["id"]),
        ]
    answer = message("assistant", draw(TEXTS))
    return [*messages, draw(st.sampled_from([answer, answer | {"refusal": None, "annotations": [], "index": 0}]))]


WHOLE = [turn(1), turn(2, 1200), turn(3), turn(4, 1200), turn(5)]
ALL = [one for said in WHOLE for one in said]


def miscounted() -> list[tuple[list[list[Message]], int, str]]:
    """What was saved, a `known` that is not as many messages, and how that may have come about."""
    longer = [message("user", "And?"), message("assistant", None, tool_calls=[]), *turn(6)[:1], turn(6)[1]]
    return [
        ([turn(3), longer], 5, "Somebody has counted one too few"),
        ([turn(3), longer], 7, "Somebody has counted one too many"),
        ([], 1, "Somebody has counted one too many"),
        ([turn(3), longer], 2, "Another program has added 4 messages"),
        ([turn(3), longer], 3, "Somebody has counted wrong"),
        ([turn(3), longer], 0, "A program begins anew"),
        ([turn(3)], 6, "Somebody has put an older file there"),
        ([], 2, "Somebody has taken the file away"),
    ]
