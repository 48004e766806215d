"""Pairs of users and sessions that are two, and that careless code takes for one."""

from __future__ import annotations

from collections.abc import Sequence

from .keys_and_numbers import LETTERS

SEPARATORS = (
    "",
    "/",
    "\\",
    "-",
    "_",
    "--",
    "__",
    ":",
    ".",
    ",",
    ";",
    "|",
    " ",
    "\n",
    "\t",
    "\0",
    "\x1f",
    '", "',
    "', '",
    "%2F",
)
ALIKE = (  # the same in NFKC, in NFC, in capital letters, without accents
    ("ana", "\uff41\uff4e\uff41"),
    ("Ren\xe9", "Rene\u0301"),
    ("Stra\xdfe", "Strasse"),
    ("Zo\xeb", "Zoe"),
)


def parted_by(marks: Sequence[str]) -> list[tuple[tuple[str, str], tuple[str, str]]]:
    """Pairs of (user, session) that become one where ids are joined with one of these marks, whichever comes first."""
    found = [((f"a{mark}b", "c"), ("a", f"b{mark}c")) for mark in marks]
    return found + [(("c", f"a{mark}b"), (f"b{mark}c", "a")) for mark in marks]


def pairs_of_ids() -> list[tuple[tuple[str, str], tuple[str, str]]]:
    """Pairs of (user, session) which are two, and which careless code takes for one."""
    found = [
        (("ana", "trip"), (other, "trip"))
        for other in ("Ana", "ana ", "ana.", "ana/", "./ana", "a/../ana", "an-a", "a na")
    ]
    found += [
        (("ana", "trip"), ("ben", "trip")),
        (("ana", "trip"), ("ana", "Trip")),
        (("ana", "trip"), ("trip", "ana")),
    ]
    found += [
        (("ana", "trip"), ("ana\0x", "trip")),
        (("ana", "trip"), ("ana", "trip.json")),
        (("", "ana"), ("ana", "")),
    ]
    found += [(("ana", "../ben/trip"), ("ben", "trip")), (("../x", "y"), ("..%2Fx", "y")), (("Зоя", "1"), ("Яна", "1"))]
    found += [
        (("a/b", "1"), (other, "1")) for other in ("a_b", "a%2fb", "a%2Fb", "a-b", "a=2Fb", "a_2fb", "a+b", "a\\x2fb")
    ]
    found += [(("a b", "1"), (other, "1")) for other in ("a+b", "a%20b", "a_b", "a  b", "a\u200bb", "a\xa0b")]
    found += parted_by(SEPARATORS)
    found += [(("x" * 5000 + end, "1"), ("x" * 5000, "1")) for end in ("a", "b")]
    found += [
        (("a" * 9, "1"), ("a" * n + "G" + "a" * (8 - n), "1")) for n in range(3)
    ]  # in base64 they differ by case only
    found += [
        (("plumless", "1"), ("buckeroo", "1")),
        (("aca", "1"), ("bab", "1")),
    ]  # the same CRC-32, the same Adler-32
    found += [((one, "1"), (two, "1")) for one, two in ALIKE]
    found += [
        ((second, first), (other, one)) for (first, second), (one, other) in found if second == other
    ]  # turned round
    text = "".join(LETTERS[number % 26] for number in range(300))  # the same letters, parted elsewhere
    return found + [((text[:1], text[1:]), (text[:end], text[end:])) for end in (2, 10, 11, 33, 65, 101, 129, 257, 258)]
