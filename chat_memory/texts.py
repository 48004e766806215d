"""The tokens of a text, by the encoding of a model or by a function of the caller's. Each text is counted once.

tiktoken is imported where a text is counted with it, and not before: with a function of the caller's it need not be there.
"""

import operator
import re
from collections.abc import Callable
from functools import lru_cache
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, TypeAlias, cast

from .unsendable import whole

if TYPE_CHECKING:
    import tiktoken

DEFAULT_MODEL = "gpt-6-luna"
MOST_TOKENS = 10**12  # that a text or a part can have: more is no number of tokens
FALLBACK_ENCODING = "o200k_base"  # the encoding of every OpenAI chat model since gpt-4o

Count: TypeAlias = Callable[[str], int]  # a caller's own: the tokens of a text
Encoding: TypeAlias = str | Count  # the name of one of tiktoken's, or a caller's own

# The memo has a text's count under the text, or its digest if long.
MOST_REMEMBERED = 65_536  # texts
_counts: dict[tuple[Encoding, str | bytes], int] = {}

# tiktoken panics at a longer run of blanks than this, unless a line ends right after it (or, with the older encoding, the
# text). Such a text is cut up as its encoding does it, and what is longer than a block goes in blocks.
MOST_BLANKS, BLOCK = 999_998, 100_000  # characters
_BLANK = r"[^\S\r\n\x1c-\x1f]"  # for Python \x1c to \x1f are blanks, for tiktoken they are not
_RUN = rf"(?<!{_BLANK}){_BLANK}{{{MOST_BLANKS + 1},}}+"
_TOO_MANY_BLANKS = {False: re.compile(rf"{_RUN}(?![\r\n])"), True: re.compile(rf"{_RUN}(?![\r\n]|\Z)")}


def encoding_for(model: str, count: Count | None) -> Encoding:
    """The encoding of a model, or the caller's own. Raises TypeError or ValueError for what is no name or no function."""
    if count is None:
        return _encoding_of(model if isinstance(model, str) else checked_model(model))
    checked_model(model)
    if not callable(count):
        raise TypeError(
            "count must be a function that returns the number of a text's tokens, such as "
            f"lambda text: len(tokenizer.encode(text)), got {type(count).__name__}."
        )
    try:
        hash(count)
    except TypeError:  # an object that can be called, and compared; its method can be hashed
        own: Count = cast(Any, count).__call__
        return own
    return count


def checked_model(model: str, name: str = "model") -> str:
    """Return the name of a model. Raises TypeError or ValueError for what is none."""
    if not isinstance(model, str):
        unset = " A setting that is not set gives None: look where the name comes from." if model is None else ""
        raise TypeError(f"{name} must be the name of a model, such as {DEFAULT_MODEL!r}, got {model!r:.60}.{unset}")
    if not model.strip():
        raise ValueError(
            f"{name} is {model!r:.60}, no name of a model. Look where it comes from, such as a setting that is empty."
        )
    return model


@lru_cache(maxsize=64)
def _encoding_of(model: str) -> str:
    import tiktoken

    try:
        return tiktoken.encoding_name_for_model(checked_model(model))
    except KeyError:  # a newer model than tiktoken, or another provider's
        return FALLBACK_ENCODING


def remembered_size(text: str, encoding: Encoding) -> int:
    """The tokens of a text that is sent again and again: it is counted once, and remembered."""
    key = (
        encoding,
        text if len(text) <= 100 else blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest(),
    )
    size = _counts.get(key)
    if size is None:
        if len(_counts) >= MOST_REMEMBERED:
            _counts.clear()
        size = _counts[key] = size_of(text, encoding)
    return size


def size_of(text: str, encoding: Encoding) -> int:
    """The tokens of a text that is seen once, whatever it holds. Half of an emoji counts as the sign U+FFFD."""
    if not isinstance(encoding, str):
        return _own_size(text, encoding)
    # encode_ordinary, because "<|endoftext|>" in a message is text like any other; encode() would raise.
    encode = _load(encoding).encode_ordinary
    if len(text) <= MOST_BLANKS or not _TOO_MANY_BLANKS[encoding == "cl100k_base"].search(
        text
    ):  # asked first: a panic also writes to stderr
        try:
            return len(encode(text))
        except BaseException as error:
            if type(error).__name__ != "PanicException":
                raise
    try:
        import regex  # type: ignore[import-untyped]  # tiktoken brings it along
    except ImportError:  # but for one that is all Python, as in a browser, and counts any text
        return len(encode(text))
    pieces = (piece[0] for piece in regex.finditer(_load(encoding)._pat_str, whole(text)))
    return sum(len(encode(piece[start : start + BLOCK])) for piece in pieces for start in range(0, len(piece), BLOCK))


def _own_size(text: str, count: Count) -> int:
    """What a function of the caller's says. Raises TypeError or ValueError where that is no number of tokens."""
    what = f"count must return the number of a text's tokens, and for a text of {len(text):,} characters it returned"
    return number_of_tokens(count(whole(text)), what, "such as len(tokenizer.encode(text))")


def number_of_tokens(said: Any, what: str, example: str) -> int:
    """What a caller's function has said, as a whole number. Raises TypeError or ValueError where it is none from 0."""
    try:
        size = operator.index(said)  # a numpy integer is a whole number too
    except TypeError:
        size = None
    if size is None or isinstance(said, bool):
        kind = f"{said!r:.30}" if isinstance(said, (bool, float)) else "None" if said is None else type(said).__name__
        raise TypeError(f"{what} {kind}. Return a whole number, {example}.")
    if not 0 <= size <= MOST_TOKENS:
        found = f"{size:,}" if size < 0 else f"more than {MOST_TOKENS:,}"
        raise ValueError(f"{what} {found}. Return a whole number from 0, {example}.")
    return size


def _load(encoding: str) -> "tiktoken.Encoding":
    import tiktoken

    try:
        return tiktoken.get_encoding(encoding)
    except OSError as error:  # tiktoken downloads a vocabulary when it is first used
        raise RuntimeError(
            f"tiktoken could not load the vocabulary {encoding!r}. Connect to the internet once, set TIKTOKEN_CACHE_DIR to "
            "a folder that holds it, or count with a function of your own: count=lambda text: …"
        ) from error
