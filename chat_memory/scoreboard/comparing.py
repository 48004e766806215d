"""What a difference between two strategies is worth: they were asked the same questions, so they are compared by the question."""

from math import comb
from typing import NamedTuple

from .board import SAID, Result
from .scoring import RIGHT

CERTAIN = 0.05  # by convention: chance alone gives such a difference less often than once in 20 times


class Difference(NamedTuple):
    """In how many questions only the first of two strategies was right, in how many only the second, of how many.

    `p` is how often a fair coin, tossed once for each question in which they differ, would fall at least as unevenly
    (the sign test, which is McNemar's in its exact form).
    """

    first: str
    second: str
    only_first: int
    only_second: int
    n: int

    @property
    def p(self) -> float:
        differ, fewer = self.only_first + self.only_second, min(self.only_first, self.only_second)
        return float(min(1.0, 2 * sum(comb(differ, k) for k in range(fewer + 1)) / 2**differ))

    @property
    def is_certain(self) -> bool:
        """Whether chance alone would hardly give such a difference."""
        return self.p < CERTAIN

    def __str__(self) -> str:
        said = "more than chance" if self.is_certain else "may be chance"
        return (
            f"only {self.first}: {self.only_first}, only {self.second}: {self.only_second}, of {self.n} questions; "
            f"p {'< 0.001' if self.p < 0.001 else f'= {self.p:.3f}'}: {said}"
        )


def difference(first: Result, second: Result) -> Difference:
    """How two strategies differ that were asked the same questions of facts that were said.

    Raises ValueError where they were asked others.
    """
    one, other = first.of(*SAID), second.of(*SAID)
    asked = [[(each.talk, each.planted.question) for each in of] for of in (one, other)]
    if asked[0] != asked[1]:
        raise ValueError(
            f"{first.strategy!r} and {second.strategy!r} were not asked the same questions: run both again."
        )
    pairs = [(a.outcome == RIGHT, b.outcome == RIGHT) for a, b in zip(one, other, strict=True)]
    only_first, only_second = pairs.count((True, False)), pairs.count((False, True))
    return Difference(first.strategy, second.strategy, only_first, only_second, len(pairs))


def least_difference() -> int:
    """In how many questions two strategies have to differ, all in favour of one, before that is more than chance."""
    return next(n for n in range(1, 100) if Difference("", "", n, 0, n).is_certain)
