"""Texts that no pen wrote: walls of blanks and of one sign, texts too long, and half an emoji. Counted, answered or refused."""

from __future__ import annotations

import json

import httpx2
import openai
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from mock_model import MockServer, get_mock_client
from mock_model.api import tokens
from mock_model.api.vocabulary import load_encoding

MILLION = 1_000_000
BLANKS = "\t\x0b\x0c \x85\xa0\u1680\u2003\u2028\u2029\u202f\u205f\u3000"
ENCODINGS = ("o200k_base", "cl100k_base")
CLIENT = get_mock_client()


def ask(text: str) -> openai.types.chat.ChatCompletion:
    return CLIENT.chat.completions.create(model="offline-model", messages=[{"role": "user", "content": text}])


def refused(text: str) -> dict:
    with pytest.raises(openai.BadRequestError) as caught:
        ask(text)
    return caught.value.body


# ---- counting ----

runs = st.builds(
    lambda signs, times: (signs * times)[:40], st.text(BLANKS + "\n\r", min_size=1, max_size=2), st.integers(1, 40)
)
texts = st.lists(runs | st.text("aZé的👍1.!'-/\u0301\x1c\u200b\n <|", max_size=4), max_size=7).map("".join)


@pytest.mark.parametrize("encoding", ENCODINGS)
@settings(max_examples=200, deadline=None)
@given(text=texts)
@example(text="x       y")
@example(text="!\n\n        ")
@example(text="a      \n       .")
def test_what_is_cut_up_is_cut_as_tiktoken_cuts(encoding: str, text: str) -> None:
    """A text with a run that is too long for tiktoken is cut where tiktoken cuts: shorter ones show it"""
    encode, before = load_encoding(encoding).encode_ordinary, tokens.MOST_BLANKS
    tokens.MOST_BLANKS = 3
    try:
        assert tokens._encode(text, encoding) == encode(text)
    finally:
        tokens.MOST_BLANKS = before


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("o200k_base", f"x{' ' * 999_998}y"),
        ("o200k_base", f"x{' ' * MILLION}\ny"),
        ("cl100k_base", f"x\n{' ' * MILLION}"),
        ("o200k_base", f"x{'a' * MILLION}"),
        ("cl100k_base", "\u3000" * 300_000 + "的"),
    ],
)
def test_whatever_tiktoken_can_count_is_its_count(encoding: str, text: str) -> None:
    assert tokens.count_text(text, encoding) == len(load_encoding(encoding).encode_ordinary(text))


@pytest.mark.parametrize(
    ("encoding", "blank"), [*(("o200k_base", blank) for blank in " \t\u2028"), ("cl100k_base", "\u3000")]
)
def test_a_million_blanks_are_counted(encoding: str, blank: str) -> None:
    """tiktoken ends in a panic here. Before a sign the last blank is not of the run, and the run is counted in blocks"""
    encode = load_encoding(encoding).encode_ordinary
    block, rest = len(encode(blank * tokens.BLOCK)), len(encode(blank * (tokens.BLOCK - 1)))
    around = len(encode("x")) + len(encode(f"{blank}y"))
    assert tokens.count_text(f"x{blank * MILLION}y", encoding) == around + 9 * block + rest
    if encoding == "o200k_base":
        assert tokens.count_text(blank * MILLION, encoding) == 10 * block


def test_a_reply_of_a_million_blanks_is_cut_between_tokens() -> None:
    cut = tokens.cut_text("x" + "\t" * MILLION, 50, "o200k_base")
    assert cut.strip("\t") == "x" and tokens.count_text(cut, "o200k_base") <= 50


# ---- the server ----


def test_a_million_tabs_that_fit_into_the_window_are_answered() -> None:
    """62,500 tokens are within the window: OpenAI would answer, and so does the model"""
    answer = ask("My dog is called Rex." + "\t" * MILLION + "\nWhat is my dog called?")
    assert (
        answer.choices[0].message.content == "Your dog is called Rex." and 62_000 < answer.usage.prompt_tokens < 63_000
    )


@pytest.mark.parametrize("signs", ["\r\n"])
def test_a_million_that_do_not_fit_are_refused(signs: str) -> None:
    error = refused("x" + signs * MILLION + "y")
    assert error["code"] == "context_length_exceeded" and error["param"] == "messages"


@pytest.mark.parametrize("sign", [*"_<\n\u3000", "a", "._", "!\n", "user: hi\n", "the "])
def test_a_wall_of_signs_is_read_in_time_that_grows_as_it_does(sign: str) -> None:
    """No pattern of the model's reads a wall again from each of its signs: that would take hours, not the test's second"""
    wall = sign * (15_000 // len(sign))
    reply = ask(f"My dog is called Rex.\nx{wall}y\nWhat is my dog called?").choices[0].message.content
    assert reply == "Your dog is called Rex."


def test_a_text_of_more_than_ten_million_characters() -> None:
    error = refused("a" * 10_485_761)
    assert error == {
        "message": "Invalid 'messages[0].content': string too long. Expected a string with maximum length 10485760, "
        "but got a string with length 10485761 instead.",
        "type": "invalid_request_error",
        "param": "messages[0].content",
        "code": "string_above_max_length",
    }


# ---- what is no text ----


def post(content: bytes, path: str = "chat/completions") -> httpx2.Response:
    headers = {"authorization": "Bearer x", "content-type": "application/json"}
    request = httpx2.Request("POST", f"http://x/v1/{path}", headers=headers, content=content)
    return MockServer().handle(request)


HALVES = [r'"\ud83d"', r'"a\uDC3Cb"', r'"\ud83d\u0061"', r'"\udc3c\ud83d"', r'{"k\ud83d":1}', r'["\uD800"]']


@pytest.mark.parametrize("half", HALVES)
@pytest.mark.parametrize("place", ['{"model":"offline-model","messages":[{"role":"user","content":%s}]}', "%s"])
def test_half_an_emoji_is_no_text(half: str, place: str) -> None:
    """Half an emoji, wherever it stands in the body, is refused as what is no JSON is"""
    for path in ("chat/completions", "embeddings"):
        answer = post((place % half).encode(), path)
        error = json.loads(answer.content)["error"]
        assert answer.status_code == 400 and error["message"].startswith("We could not parse the JSON body")


@pytest.mark.parametrize(
    "content", [b'"\xed\xa0\xbd"', b'{"a": NaN}', b'{"a": -Infinity}', b"[" * 100_000, b"\xff\xfe[\x00]\x00", b"", b"{"]
)
def test_what_is_no_json_is_refused(content: bytes) -> None:
    assert post(content).status_code == 400


@pytest.mark.parametrize("text", [r"\ud83d\udc3c", r"\\ud83d", "🐼", r"\ud7ff", r"\ue000"])
def test_a_whole_emoji_is_text_however_it_is_written(text: str) -> None:
    body = f'{{"model":"offline-model","messages":[{{"role":"user","content":"My panda is {text}. Hello!"}}]}}'
    assert post(body.encode()).status_code == 200


def test_of_very_many_questions_in_one_message_the_last_are_answered():
    facts = [f"The code of room {number} is {number * 7 + 10_000}." for number in range(1, 101)]
    asked = [f"What is the code of room {number}?" for number in range(1, 101)]
    said = ask("\n".join([*facts, *asked])).choices[0].message.content
    assert str(100 * 7 + 10_000) in said and str(7 + 10_000) not in said
