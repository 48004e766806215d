"""What tiktoken has compiled (`tiktoken._tiktoken`), in Python: the same tokens, where nothing compiled can be had.

A text is cut into pieces by the vocabulary's pattern, and in each piece the two neighbours that make the token with the
lowest number become one, until no two make any. Patterns speak of Unicode's categories, which Python's `re` does not know:
each character stands in a copy of the text as one that has its category, and in the pattern these few stand for all.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterable, Iterator, Sequence, Set
from functools import cached_property, lru_cache
from heapq import heapify, heappop, heappush
from unicodedata import category

# For each category a character that has it, which no letter of ASCII equals when case does not count.
STANDS_FOR = {
    "Lu": "À", "Ll": "à", "Lt": "ǅ", "Lm": "ʰ", "Lo": "ª", "Mn": "\u0300", "Mc": "\u0903", "Me": "\u0488", "Nd": "٠",
    "Nl": "ↀ", "No": "²", "Pc": "‿", "Pd": "‐", "Ps": "༺", "Pe": "༻", "Pi": "«", "Pf": "»", "Po": "¡", "Sm": "¬",
    "Sc": "¢", "Sk": "¨", "So": "©", "Zs": "\u3000", "Zl": "\u2028", "Zp": "\u2029", "Cc": "\x80", "Cf": "\xad",
    "Co": "\ue000", "Cn": "\uffff", "Cs": "\ufffe",
}  # fmt: skip
ITSELF = "\x85ſK"  # a blank that is no Zs, and what equals s and k where case does not count
ASCII = "".join(map(chr, range(128)))
BLANKS = r"\t-\r \x85\u2028\u2029\u3000"  # Rust's: Python's \s has \x1c to \x1f as well
REMEMBERED, MOST_CHARACTERS = 65_536, 64  # pieces that are in no vocabulary as a whole, and how long they may be


class CoreBPE:
    """One vocabulary: from a text to its tokens, and back."""

    def __init__(self, encoder: dict[bytes, int], special_tokens_encoder: dict[str, int], pattern: str) -> None:
        self._ranks, self._special = encoder, special_tokens_encoder
        self._pieces = re.compile(in_python(pattern))
        self._any_special = re.compile("|".join(map(re.escape, special_tokens_encoder)) or r"(?!)")
        self._remembered = lru_cache(REMEMBERED)(self._merged)

    def encode_ordinary(self, text: str) -> list[int]:
        """The tokens of a text; special ones are text like any other. Raises UnicodeEncodeError for half of an emoji."""
        if not isinstance(text, str):
            what = "'None'" if text is None else f"{type(text).__name__!r} object"
            raise TypeError(f"{what} is not an instance of 'str'")
        tokens: list[int] = []
        known, seen = self._ranks.get, text if text.isascii() else text.translate(AS_CATEGORY)
        for found in self._pieces.finditer(seen):
            start, end = found.span()
            piece = text[start:end].encode()
            token = known(piece)
            if token is not None:
                tokens.append(token)
            else:
                tokens += (self._remembered if end - start <= MOST_CHARACTERS else self._merged)(piece)
        return tokens

    def encode(self, text: str, allowed_special: Set[str]) -> list[int]:
        """The tokens of a text in which these special ones count as such."""
        tokens: list[int] = []
        start = at = 0
        while found := self._any_special.search(text, at):
            at = found.start() + 1
            if found[0] in allowed_special:
                tokens += [*self.encode_ordinary(text[start : found.start()]), self._special[found[0]]]
                start = at = found.end()
        return tokens + self.encode_ordinary(text[start:])

    def encode_to_tiktoken_buffer(self, text: str, allowed_special: Set[str]) -> bytes:
        """The same, as numpy reads it."""
        return array("I", self.encode(text, allowed_special)).tobytes()

    def encode_with_unstable(self, text: str, allowed_special: Set[str]) -> tuple[list[int], list[list[int]]]:
        raise NotImplementedError("encode_with_unstable is not there in a browser. encode gives the tokens of a text.")

    def encode_single_token(self, piece: bytes) -> int:
        """The token with these bytes, special ones included. Raises KeyError."""
        token = self._ranks.get(piece)
        return self._special_bytes[piece] if token is None else token

    def encode_single_piece(self, piece: bytes) -> list[int]:
        """The tokens of bytes that no pattern cuts."""
        token = self._ranks.get(piece)
        return [*self._merged(piece)] if token is None else [token]

    def decode_bytes(self, tokens: Sequence[int]) -> bytes:
        """The bytes of these tokens. Raises KeyError where one of them is none."""
        return b"".join(map(self._bytes_of, tokens))

    def decode_single_token_bytes(self, token: int) -> bytes:
        """The bytes of a token. Raises KeyError."""
        found = self._decoder.get(token)
        if found is None:
            raise KeyError(str(token))
        return found

    def token_byte_values(self) -> list[bytes]:
        """The bytes of every token but the special ones, in order."""
        return sorted(self._ranks)

    def _bytes_of(self, token: int) -> bytes:
        try:
            return self._decoder[token]
        except KeyError:
            raise KeyError(f"Invalid token for decoding: {token}") from None

    @cached_property
    def _special_bytes(self) -> dict[bytes, int]:
        return {text.encode(): token for text, token in self._special.items()}

    @cached_property
    def _decoder(self) -> dict[int, bytes]:
        return {token: piece for pieces in (self._ranks, self._special_bytes) for piece, token in pieces.items()}

    def _merged(self, piece: bytes) -> tuple[int, ...]:
        """The tokens of a piece, however long: a heap knows which two neighbours come next."""
        size, known = len(piece), self._ranks.get
        end, before = [*range(1, size + 1)], [*range(-1, size - 1)]  # of the part that starts here
        pairs = [known(piece[at : at + 2]) for at in range(size - 1)]  # what a part and the next make, if anything
        pairs.append(None)
        heap = [rank * size + at for at, rank in enumerate(pairs) if rank is not None]
        heapify(heap)

        def look(at: int) -> None:
            after = end[at]
            rank = pairs[at] = known(piece[at : end[after]]) if after < size else None
            if rank is not None:
                heappush(heap, rank * size + at)

        while heap:
            rank, at = divmod(heappop(heap), size)
            if pairs[at] != rank:
                continue  # one of the two has become longer since
            gone = end[at]
            end[at], pairs[gone] = end[gone], None
            if end[at] < size:
                before[end[at]] = at
            look(at)
            if at:
                look(before[at])
        return tuple(self._ranks[part] for part in _parts(piece, end))


def _parts(piece: bytes, end: Sequence[int]) -> Iterator[bytes]:
    at = 0
    while at < len(piece):
        yield piece[at : end[at]]
        at = end[at]


class InTurn:
    """What stands for tiktoken's ThreadPoolExecutor, where there are no threads."""

    map = staticmethod(map)

    def __init__(self, threads: int) -> None:
        """There is one, and it does everything."""

    def __enter__(self) -> InTurn:
        return self

    def __exit__(self, *error: object) -> None:
        """Nothing is left to do."""


class AsCategory(dict[int, str]):
    """For `str.translate`: each character as one that has its category. What was asked for once is remembered."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        self[code] = character if code < 128 or character in ITSELF else STANDS_FOR[category(character)]
        return self[code]


AS_CATEGORY = AsCategory()


def in_python(pattern: str) -> str:
    """A pattern of a vocabulary, for the copy of a text that `AS_CATEGORY` makes."""
    inside, made = False, ""
    for found in re.finditer(r"\\p\{(\w+)\}|\\([sS])|(\\.|.)", pattern, re.S):
        name, blanks, other = found.groups()
        if name:
            made += _members(name) if inside else f"[{_members(name)}]"
        elif blanks == "s":
            made += BLANKS if inside else f"[{BLANKS}]"
        elif blanks:
            made += f"[^{BLANKS}]"
        else:
            inside = other == "[" or (inside and other != "]")
            made += r"\Z" if other == "$" and not inside else other
    return made


@lru_cache
def _members(name: str) -> str:
    """The characters that stand for a category such as Lu, or for all that begin so, as L."""
    few: Iterable[str] = (*ASCII, *ITSELF, *STANDS_FOR.values())
    return "".join(re.escape(one) for one in few if category(one).startswith(name))
