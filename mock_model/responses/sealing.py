"""Sealing: a text that only this server can read again, as `encrypted_content` is.

It is no cryptography: nobody can read it by looking at it, and a changed one is noticed. The same text is sealed alike, and
every sealed one begins as OpenAI's do.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import zlib

_KEY = b"the offline model"
_START = b"\x80" + bytes(8)  # "gAAAAAAA" in letters
_CHECK = 12  # bytes


def seal(text: str) -> str:
    """The sealed text, in ASCII."""
    packed = zlib.compress(text.encode("utf-8"))
    check = _check(packed)
    return base64.urlsafe_b64encode(_START + check + _mixed(packed, check)).decode("ascii")


def unseal(sealed: str) -> str:
    """The text that was sealed. Raises ValueError for what this server has not sealed, or what was changed."""
    try:
        raw = base64.urlsafe_b64decode(sealed).removeprefix(_START)
        check, packed = raw[:_CHECK], _mixed(raw[_CHECK:], raw[:_CHECK])
        if _check(packed) == check:
            return zlib.decompress(packed).decode("utf-8")
    except (binascii.Error, zlib.error, UnicodeError):
        pass
    raise ValueError("This was not sealed here, or it was changed.")


def _check(packed: bytes) -> bytes:
    return hashlib.blake2b(packed, key=_KEY, digest_size=_CHECK).digest()


def _mixed(content: bytes, check: bytes) -> bytes:
    """The bytes, each changed by one of a row that the check decides; done twice, they are as before."""
    row = hashlib.shake_256(_KEY + check).digest(len(content))
    mixed = int.from_bytes(content) ^ int.from_bytes(row)
    return mixed.to_bytes(len(content))
