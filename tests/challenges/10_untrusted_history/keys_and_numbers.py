"""Keys and card numbers, and numbers that nearly are: made by chance, some beside other numbers."""

from __future__ import annotations

import re
import string
from collections.abc import Iterator, Sequence
from itertools import accumulate, combinations
from random import Random

LETTERS = string.ascii_letters + string.digits
KEYS = ("sk-", "sk-" + "proj-", "sk-" + "ant-api03-", "ghp_", "AKIA")  # how keys begin
BESIDE_IT = ("{} 12/27", "{} 123", "12 {}", "2019 {}", "7 {} 12 27")  # what can stand beside a card number


def a_key(random: Random, start: str = "ghp_", length: int = 36) -> str:
    """A key with so many letters behind its beginning: 16 at least, as the task says."""
    letters = string.ascii_uppercase + string.digits if start == "AKIA" else LETTERS
    body = random.choices(letters, k=length)
    if start != "AKIA":
        for at in range(random.randrange(5, 9), length - 1, 9):
            body[at] = random.choice("-_")
    return start + "".join(body)


def total(digits: Sequence[int]) -> int:
    """The sum of the Luhn check."""
    return sum(digits[::-2]) + sum(sum(divmod(2 * digit, 10)) for digit in digits[-2::-2])


def a_number(
    random: Random, length: int, form: str, *, card: bool, groups: Sequence[int] = (4, 4, 4, 4, 4, 4), first: int = -1
) -> str:
    """A number that passes the Luhn check, or fails it; `form` is what stands between its groups, `first` its first digit."""
    digits = [random.randrange(1, 10) if first < 0 else first, *(random.randrange(10) for _ in range(length - 1))]
    digits[-1] = (digits[-1] - total(digits)) % 10
    if not card:
        digits[-1] = (digits[-1] + random.randrange(1, 10)) % 10
    text = "".join(map(str, digits))
    ends = list(accumulate(groups))
    return form.join(text[i:end] for i, end in zip([0, *ends[:-1]], ends, strict=True) if text[i:end])


def cards_beside(random: Random) -> Iterator[tuple[str, str]]:
    """Card numbers beside other numbers: what is written with {} for the card, and the card, which alone passes for one."""
    for beside in BESIDE_IT:
        for form in (" ", "-", ""):
            card = a_number(random, 16, form, card=True)
            while sum(map(is_card, stretches(beside.format(card)))) > 1:
                card = a_number(random, 16, form, card=True)
            yield beside, card


def stretches(text: str) -> Iterator[list[int]]:
    """The digits of all groups that stand side by side."""
    for run in re.findall(r"\d+(?:[ -]\d+)*", text):
        groups = re.split("[ -]", run)
        for start, end in combinations(range(len(groups) + 1), 2):
            yield [int(digit) for digit in "".join(groups[start:end])]


def is_card(digits: Sequence[int]) -> bool:
    return 13 <= len(digits) <= 19 and total(digits) % 10 == 0


def usual_secrets(random: Random) -> list[str]:
    """Keys, short and long, and card numbers of the usual lengths in the usual groups."""
    sizes = [
        (16, " "),
        (16, "-"),
        (16, ""),
        (15, ""),
        (13, ""),
        (19, ""),
        (19, " "),
        (14, "-"),
        (17, ""),
        (18, " "),
        (18, ""),
    ]
    secrets = [a_key(random, start, length) for start in KEYS for length in (16, random.randrange(20, 61))]
    secrets += [a_number(random, *size, card=True) for size in sizes]
    return secrets + [a_number(random, 15, form, card=True, groups=(4, 6, 5)) for form in " -"]


def other_secrets(random: Random) -> list[str]:
    """Card numbers of each length in each form, or that begin with 0, and very long keys."""
    others = [a_number(random, length, form, card=True) for length in range(13, 20) for form in ("", " ", "-")]
    others += [a_number(random, 16, form, card=True, first=0) for form in ("", "-")]
    return others + [a_key(random, start, 200) for start in KEYS]


def no_secrets(random: Random) -> list[str]:
    """Numbers that are no card numbers, and words that are no keys: some nearly are."""
    numbers = [a_number(random, *size, card=False) for size in ((16, " "), (16, ""), (13, ""), (15, "-"), (19, ""))]
    numbers += [a_number(random, length, "", card=True) for length in (12, 11, 8, 20, 21, 24)]
    numbers += [a_number(random, 12, form, card=True) for form in " -"]
    return numbers + [a_key(random, start, length) for start in KEYS[:1] + KEYS[3:] for length in (14, 15)]
