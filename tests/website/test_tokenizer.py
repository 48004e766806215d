"""The tokenizer in Python: the tokens of tiktoken, its answers and its errors, in a time that grows with the text alone."""

import copy
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
import tiktoken
from hypothesis import given, settings
from hypothesis import strategies as st

from mock_model.api.vocabulary import VOCABULARIES, load_encoding
from website.browser.tokenizer import wheel
from website.browser.tokenizer.core_bpe import CoreBPE, InTurn

from .texts import KNOWN, texts

END, PROMPT = "<|endoftext|>", "<|endofprompt|>"
NAMES = [*VOCABULARIES]


def in_python(real: tiktoken.Encoding) -> tiktoken.Encoding:
    """tiktoken's own encoding, with the tokenizer in Python in it."""
    made = copy.copy(real)
    made.__dict__ = dict(vars(real))
    made._core_bpe = CoreBPE(real._mergeable_ranks, real._special_tokens, real._pat_str)
    return made


REAL = {name: load_encoding(name) for name in NAMES}
OURS = {name: in_python(encoding) for name, encoding in REAL.items()}


def outcome(call: Callable[[], Any]) -> Any:
    """What a call returns, or the error that it raises, with its words."""
    try:
        return call()
    except Exception as error:
        return type(error), str(error)


@pytest.mark.parametrize("name", NAMES)
def test_texts_of_every_kind_have_the_same_tokens(name):
    some = texts(400, seed=3)
    assert [text for text in some if OURS[name].encode_ordinary(text) != REAL[name].encode_ordinary(text)] == []


@pytest.mark.parametrize("name", NAMES)
def test_every_character_has_the_same_tokens_beside_others(name):
    everything = "".join(f"{char}b{char} {char}'s" for char in KNOWN[::41])
    assert OURS[name].encode_ordinary(everything) == REAL[name].encode_ordinary(everything)


@given(st.text(st.sampled_from(KNOWN)) | st.text(st.sampled_from("a'sS ſK\n\r\t\x1c\x85.1/É́ǅ中")))
@settings(max_examples=50, deadline=None)
def test_any_text_has_the_same_tokens(text):
    for name in NAMES:
        assert OURS[name].encode_ordinary(text) == REAL[name].encode_ordinary(text)


@pytest.mark.parametrize("half", ["\ud83d", "a\ud83d\ude00b", "\ude00\ud83d"])
def test_half_an_emoji_counts_as_it_does_there(half):
    assert OURS["o200k_base"].encode(half) == REAL["o200k_base"].encode(half)


SPECIAL = f"Ends{END}here <|im_start|>{PROMPT}{END}"
CALLS: dict[str, Callable[[tiktoken.Encoding], Any]] = {
    "a special token": lambda encoding: encoding.encode(SPECIAL.replace(PROMPT, "")),
    "all allowed": lambda encoding: encoding.encode(SPECIAL, allowed_special="all"),
    "one allowed": lambda encoding: encoding.encode(SPECIAL, allowed_special={END}, disallowed_special=()),
    "none": lambda encoding: encoding.encode(SPECIAL, disallowed_special=()),
    "ordinary": lambda encoding: encoding.encode_ordinary(SPECIAL),
    "many": lambda encoding: encoding.encode_batch(["one text", "two texts"], num_threads=1),
    "there and back": lambda encoding: encoding.decode(encoding.encode("Grüße, 世界 👋")),
    "bytes": lambda encoding: encoding.decode_tokens_bytes(encoding.encode("Grüße, 世界 👋")),
    "offsets": lambda encoding: encoding.decode_with_offsets(encoding.encode("Grüße, 世界 👋")),
    "half a sign": lambda encoding: encoding.decode(encoding.encode("👋")[:1]),
    "a token": lambda encoding: encoding.decode_single_token_bytes(17),
    "a special one": lambda encoding: encoding.decode_single_token_bytes(encoding.eot_token),
    "no token to decode": lambda encoding: encoding.decode_single_token_bytes(10**7),
    "no tokens to decode": lambda encoding: encoding.decode([1, 10**7]),
    "no text": lambda encoding: encoding.encode_ordinary(None),
    "bytes for a text": lambda encoding: encoding.encode_ordinary(b"Hello"),
    "one token": lambda encoding: encoding.encode_single_token(" the"),
    "one special token": lambda encoding: encoding.encode_single_token(END),
    "not one token": lambda encoding: encoding.encode_single_token("hello hello"),
    "a piece": lambda encoding: encoding._encode_single_piece("helloqqqq world"),
    "how many": lambda encoding: (encoding.n_vocab, encoding.max_token_value, encoding.eot_token, encoding.name),
    "its bytes": lambda encoding: encoding.token_byte_values()[:500],
    "a number": lambda encoding: bytes(encoding._core_bpe.encode_to_tiktoken_buffer("Hello there", set())),
}


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("name", NAMES)
def test_what_can_be_asked_has_the_same_answer_or_the_same_error(name, call):
    assert outcome(lambda: CALLS[call](OURS[name])) == outcome(lambda: CALLS[call](REAL[name]))


@pytest.mark.parametrize("run", ["x" * 20_000, "qzjkvxw" * 3_000, " " * 20_000 + "a", "語" * 7_000, "A1" * 10_000])
def test_a_long_run_without_a_space_takes_no_longer_than_its_length(run):
    assert OURS["o200k_base"].encode_ordinary(run) == REAL["o200k_base"].encode_ordinary(run)


def test_many_texts_are_encoded_without_threads():
    with InTurn(8) as pool:
        assert list(pool.map(len, ["a", "bc"])) == [1, 2]


def test_the_wheel_holds_tiktoken_without_what_is_compiled(tmp_path):
    (tmp_path / "again").mkdir()
    made = wheel.write(tmp_path)
    assert made.read_bytes() == wheel.write(tmp_path / "again").read_bytes()
    with zipfile.ZipFile(made) as archive:
        held = {name: archive.read(name).decode() for name in archive.namelist()}
    assert not [name for name in held if name.endswith((".so", ".pyd"))]
    assert {"tiktoken/core.py", "tiktoken/model.py", "tiktoken_ext/openai_public.py"} <= held.keys()
    assert "class CoreBPE" in held["tiktoken/_tiktoken.py"] and "ThreadPoolExecutor(" in held["tiktoken/core.py"]
    assert "concurrent" not in held["tiktoken/core.py"]
    about = "tiktoken-" + tiktoken.__version__ + ".dist-info"
    assert "Requires-Dist" not in held[f"{about}/METADATA"] and any("LICENSE" in name for name in held)
    assert len(held[f"{about}/RECORD"].splitlines()) == len(held)
