"""Axes: from numbers to places on a picture, with round numbers as their ticks, the same on every machine."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import ceil, floor, log10

_ROUND = (Fraction(1), Fraction(2), Fraction(5, 2), Fraction(5))
_UNITS = ((10**12, " T"), (10**9, " B"), (10**6, " M"))  # as the tokens of models are counted
_LARGEST, _SMALLEST = 10**15, 10**-6  # beyond them a number is written with its power of ten


@dataclass(frozen=True)
class Scale:
    """An axis from `low` to `high`, drawn from `start` to `end` (px), with its ticks and what is written at them."""

    low: float
    high: float
    start: float
    end: float
    ticks: tuple[float, ...]
    labels: tuple[str, ...]
    is_log: bool = False

    def place(self, value: float) -> float:
        """Where a number is drawn, in px."""
        if self.is_log:
            share = (log10(value) - log10(self.low)) / (log10(self.high) - log10(self.low))
        else:
            share = (value - self.low) / (self.high - self.low)
        return self.start + (self.end - self.start) * share


def from_zero(values: Sequence[float], start: float, end: float, *, most: int = 6) -> Scale:
    """An axis that holds zero and all values, and ends at ticks: at most `most` steps."""
    low, high = min(0.0, *values), max(0.0, *values)
    if high - low < 1e-290:  # all of them zero, or as good as that
        high = 1.0
    step = _step(low, high, most, whole=all(value == int(value) for value in values))
    steps = range(floor(Fraction(low) / step), ceil(Fraction(high) / step) + 1)
    ticks = tuple(float(n * step) for n in steps)
    return Scale(ticks[0], ticks[-1], start, end, ticks, _labels(ticks, float(step), max(-low, high)))


def counted(count: int, start: float, end: float, *, most: int = 12) -> Scale:
    """An axis for the numbers 1, 2, 3 … count, which begins at 1."""
    step = int(_step(0, count, most, whole=True))
    ticks = tuple(float(n) for n in range(step, count + 1, step))
    if step >= 5:
        ticks = (1.0, *ticks)
    low, high = (1, count) if count > 1 else (0, 2)
    return Scale(low, high, start, end, ticks, _labels(ticks, step, count))


def logarithmic(values: Sequence[float], start: float, end: float) -> Scale:
    """An axis for numbers above zero, on which the same factor is the same distance: from one round number to another."""
    powers = range(_power(min(values)) - 1, _power(max(values)) + 2)
    marks = [float(Decimal(digit).scaleb(power)) for power in powers for digit in (1, 2, 5)]
    low = max(mark for mark in marks if mark < min(values))
    high = min(mark for mark in marks if mark > max(values))
    ticks = [mark for mark in marks if low <= mark <= high]
    if len(ticks) > 9:
        ticks = [mark for mark in ticks if f"{mark:e}".startswith("1")]
    ticks = ticks[:: 1 + len(ticks) // 9]
    return Scale(low, high, start, end, tuple(ticks), tuple(map(number, ticks)), is_log=True)


def _step(low: float, high: float, most: int, whole: bool) -> Fraction:
    """The smallest round number of which at most `most`, from one multiple to another, hold what lies between."""
    power = Fraction(10) ** _power((high - low) / most)
    return next(
        step
        for ten in (1, 10, 100)
        for step in (size * power * ten for size in _ROUND)
        if ceil(Fraction(high) / step) - floor(Fraction(low) / step) <= most and (step.denominator == 1 or not whole)
    )


def _power(value: float) -> int:
    """The power of ten of a number's first digit: 2 for 350."""
    return Decimal(value).adjusted()


def number(value: float) -> str:
    """A number as a reader writes it: whole ones below a million as they are, others with three digits that count."""
    size = abs(value)
    unit, letters = next(((unit, letters) for unit, letters in _UNITS if size >= unit), (1, ""))
    if size >= _LARGEST or 0 < size < _SMALLEST:
        return _with_power(value)
    if unit == 1 and value == int(value):
        return _signed(value, f"{size:,.0f}")
    said = f"{size / unit:,.{max(0, 2 - _power(size / unit))}f}" if size else "0"
    return _signed(value, (said.rstrip("0").rstrip(".") if "." in said else said) + letters)


def _labels(ticks: Sequence[float], step: float, largest: float) -> tuple[str, ...]:
    """What is written at the ticks: all in the unit of the largest value, with the same decimals, but for zero."""
    unit, letters = next(((unit, letters) for unit, letters in _UNITS if largest >= unit), (1, ""))
    if largest >= _LARGEST or step < _SMALLEST:
        return tuple(_with_power(tick) for tick in ticks)
    decimals = next((places for places in range(9) if round(step / unit, places) == step / unit), 9)
    return tuple(_signed(tick, f"{abs(tick) / unit:,.{decimals}f}{letters}") if tick else "0" for tick in ticks)


def _with_power(value: float) -> str:
    digits, _, power = f"{abs(value):.3g}".partition("e")
    return _signed(value, f"{digits}e{int(power)}" if power else digits)


def _signed(value: float, size: str) -> str:
    return f"−{size}" if value < 0 else size
