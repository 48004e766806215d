"""A line chart: how numbers run from turn to turn, for those who see it, those who hear it, and those in a terminal.

Labels are untrusted, as the text of messages is: they stay text. The same numbers always give the same bytes, on every
machine, and lines differ in their pattern and their marks as well as in colour.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from html import escape
from itertools import pairwise
from math import isfinite
from typing import Any

from .drawing.axes import axes, room_for
from .drawing.picture import Picture
from .drawing.safe_text import clean, pad, shorten, width
from .drawing.scales import Scale, counted, from_zero, number
from .drawing.svg import CARD, INK, PAD, card, clip, text

Line = tuple[str, tuple[float, ...]]  # a label, and the values at 1, 2, 3 …
Level = tuple[str, float]  # a label, and where it lies

LARGEST = 1e300  # beyond it the sums of an axis would overflow


@dataclass(frozen=True, repr=False)
class LineChart(Picture):
    """Lines over 1, 2, 3 …, as a picture (`.svg`, shown by notebooks) and as a table (`.text`, shown by `print`)."""

    lines: tuple[Line, ...]
    levels: tuple[Level, ...]
    x: str
    y: str
    title: str = ""

    @property
    def svg(self) -> str:
        """The picture as one SVG element, on a card of its own for light and dark pages."""
        return _draw(self)

    @property
    def text(self) -> str:
        """The lines in plain text: how each runs, where it starts and ends, and its highest value."""
        return "\n".join(_table(self))

    @property
    def alt(self) -> str:
        """What the picture shows, in words: where each line starts and ends, and its highest value."""
        said = [_said(label, values, self.x) for label, values in self.lines]
        said += [f"{label}: a level line at {number(value)}." for label, value in self.levels]
        return f"{self.y}, by {self.x}. {' '.join(said)}"


def line_chart(
    values: Mapping[str, Iterable[float]],
    *,
    x: str,
    y: str,
    title: str = "",
    lines: Mapping[str, float] | None = None,
) -> LineChart:
    """Draw a line for each label of `values`: its first value at 1, the next at 2, and so on.

    `x` says what is counted ("turn"), `y` what the values are, with their unit ("prompt tokens"). `lines` are level
    lines, such as a limit, by their labels. The vertical axis holds zero. Lines may be of different lengths.

    As the last line of a notebook cell it shows a picture; in a script, `print(line_chart(…))` writes a table.

    Raises ValueError for no line, a line without values, more than 6 lines or 4 level lines, and a value that is not a
    finite number up to 1e300; TypeError for what is no number and no mapping of labels.
    """
    levels = {} if lines is None else lines
    for name, given, most in (("values", values, len(_STYLES)), ("lines", levels, len(_LEVELS))):
        if not isinstance(given, Mapping):
            raise TypeError(f"{name} must be a dict with a label for each line, got {type(given).__name__}.")
        if len(given) > most:
            raise ValueError(f"{name} has {len(given)} lines; {most} are the most that can be told apart.")
    if not values:
        raise ValueError("There is no line to draw: values is empty.")
    drawn = tuple((_label(label, 40), _numbers(label, given)) for label, given in values.items())
    level = tuple((_label(label, 40), _number(f"The level line {label!r}", at)) for label, at in levels.items())
    return LineChart(drawn, level, _label(x, 40), _label(y, 60), shorten(clean(title), 58))


def _label(said: Any, cells: int) -> str:
    return shorten(clean(str(said)), cells) or "no name"


def _numbers(label: Any, values: Any) -> tuple[float, ...]:
    if isinstance(values, str | bytes | Mapping) or not isinstance(values, Iterable):
        raise TypeError(f"The line {label!r} must be a list of numbers, got {type(values).__name__}.")
    numbers = tuple(_number(f"Value {at} of the line {label!r}", value) for at, value in enumerate(values, 1))
    if not numbers:
        raise ValueError(f"The line {label!r} has no values. Leave it out, or give it one for each point.")
    return numbers


def _number(what: str, value: Any) -> float:
    if isinstance(value, str | bytes | bool) or not hasattr(value, "__float__"):
        raise TypeError(f"{what} must be a number, got {value!r:.80}.")
    try:
        found = float(value)
    except OverflowError:
        found = float("inf")
    if not isfinite(found) or abs(found) > LARGEST:
        raise ValueError(f"{what} must be a finite number, at most {LARGEST:g}, got {found!r}.")
    return found


# In words and in plain text.


def _said(label: str, values: tuple[float, ...], x: str) -> str:
    first, last, highest, lowest = values[0], values[-1], max(values), min(values)
    if len(values) == 1:
        return f"{label}: {number(first)} at {x} 1."
    if highest == lowest:
        return f"{label}: {number(first)} from {x} 1 to {x} {len(values):,}."
    said = f"{label}: from {number(first)} at {x} 1 to {number(last)} at {x} {len(values):,}"
    if highest > max(first, last):
        said += f", highest {number(highest)} at {x} {values.index(highest) + 1:,}"
    if lowest < min(first, last):
        said += f", lowest {number(lowest)} at {x} {values.index(lowest) + 1:,}"
    return f"{said}."


_BLOCKS = "▁▂▃▄▅▆▇█"
_NAME, _RUN, _FIGURE = 24, 21, 11  # columns: 78 together


def _table(chart: LineChart) -> list[str]:
    count = max(len(values) for _, values in chart.lines)
    scale = _vertical(chart, 0, len(_BLOCKS) - 1)
    about = shorten(f"{chart.y}, by {chart.x}", 78)
    heads = ("first", "highest", "last")
    lines = [*filter(None, [chart.title]), about]
    lines.append(pad("", _NAME + _RUN) + "".join(f"{head:>{_FIGURE}}" for head in heads))
    lines.append("─" * (_NAME + _RUN + 3 * _FIGURE))
    for label, values in chart.lines:
        room = max(1, round((_RUN - 1) * len(values) / count))
        groups = _groups(values, min(room, len(values)))
        run = "".join(_BLOCKS[round(scale.place(max(group)))] for group in groups)
        figures = "".join(f"{number(value):>{_FIGURE}}" for value in (values[0], max(values), values[-1]))
        lines.append(pad(shorten(label, _NAME - 1), _NAME) + pad(run, _RUN) + figures)
    for label, value in chart.levels:
        mark = _BLOCKS[round(scale.place(value))]
        lines.append(pad(shorten(label, _NAME - 1), _NAME) + pad(f"level {mark}", _RUN) + f"{number(value):>{_FIGURE}}")
    return lines


def _groups(values: tuple[float, ...], count: int) -> list[tuple[float, ...]]:
    """The values in so many groups of neighbours, of nearly the same size."""
    edges = [at * len(values) // count for at in range(count + 1)]
    return [values[start:end] for start, end in pairwise(edges)]


# The picture.

_WIDTH, _SHOWN, _HEIGHT = 520, 600 / 520, 210  # px: of the card, how much larger it is shown, of the plot
_SAMPLE, _ROW, _SIZE = 34, 21, 13  # px: a line's sample and row in the legend, its letters
_SEEN = 24  # marks on a line; of one with more points, some have one
_STYLES = (  # colour, pattern of the line, shape of the marks around (0, 0)
    ("#0b57c2", "", "m-3.5 0a3.5 3.5 0 1 0 7 0a3.5 3.5 0 1 0-7 0z"),
    ("#b3400a", "9 3", "m-3.3-3.3h6.6v6.6h-6.6z"),
    ("#0c6b45", "4 2.5", "m0-4.4l4.2 7.6h-8.4z"),
    ("#7a2e9e", "11 3 3 3", "m0-4.6l4.6 4.6l-4.6 4.6l-4.6-4.6z"),
    ("#a8195e", "6 2 2 2 2 2", "m0 4.4l4.2-7.6h-8.4z"),
    ("#4d5561", "2 2", "m-4-1.5h2.5v-2.5h3v2.5h2.5v3h-2.5v2.5h-3v-2.5h-2.5z"),
)
_LEVELS = ("", "6 4", "2 3", "10 3 2 3")  # patterns of level lines, which are thin, black and without marks


def _draw(chart: LineChart) -> str:
    top = 40 if chart.title else 14
    legend, height = _legend(chart, top)
    bottom = top + height + 32 + _HEIGHT
    y = _vertical(chart, bottom, bottom - _HEIGHT)
    ends = [number(values[-1]) for _, values in chart.lines] + [number(value) for _, value in chart.levels]
    start, end = PAD + room_for(y.labels) + 8, _WIDTH - PAD - room_for(tuple(ends)) - 8
    count = max(len(values) for _, values in chart.lines)
    x = counted(count, start, end, most=min(12, (end - start) // (room_for((f"{count:,}",)) + 10)))
    title = clip(PAD, 8, _WIDTH - 2 * PAD, 28, text(0, 19, escape(chart.title), size=14, weight=600))
    name = chart.title or f"{chart.y}, by {chart.x}"
    parts = [title] if chart.title else []
    parts += [*legend, *axes(x, y, chart.x, chart.y, PAD)]
    parts += [_level(pattern, y.place(at), x) for pattern, (_, at) in zip(_LEVELS, chart.levels, strict=False)]
    for place, (_, values) in enumerate(chart.lines):
        parts += _line(place, values, x, y)
    parts += _ends(chart, x, y)
    alt = f"{chart.title}. {chart.alt}" if chart.title else chart.alt
    return card(_WIDTH, bottom + 48, parts, title=name, desc=chart.alt, alt=alt, shown=_SHOWN)


def _vertical(chart: LineChart, start: float, end: float) -> Scale:
    values = [value for _, values in chart.lines for value in values]
    return from_zero([*values, *(value for _, value in chart.levels)], start, end)


def _legend(chart: LineChart, top: int) -> tuple[list[str], int]:
    """A sample of each line beside its label, in two columns where all of them are short: (parts, their height)."""
    samples = [_sample(*style) for style, _ in zip(_STYLES, chart.lines, strict=False)]
    samples += [_stroke("M0 10h26", INK, pattern, 1.5) for pattern, _ in zip(_LEVELS, chart.levels, strict=False)]
    labels = [label for label, _ in (*chart.lines, *chart.levels)]
    columns = 2 if all(width(label) <= 24 for label in labels) else 1
    room = (_WIDTH - 2 * PAD) // columns
    parts = []
    for place, (sample, label) in enumerate(zip(samples, labels, strict=True)):
        body = sample + text(_SAMPLE, 14.5, escape(label), size=_SIZE)
        parts.append(clip(PAD + room * (place % columns), top + _ROW * (place // columns), room - 8, _ROW, body))
    return parts, _ROW * -(-len(labels) // columns)


def _sample(colour: str, pattern: str, mark: str) -> str:
    return _stroke("M0 10h26", colour, pattern, 2) + _marks([(13, 10)], colour, mark)


def _level(pattern: str, at: float, x: Scale) -> str:
    return _stroke(f"M{x.start:g} {at:.1f}H{x.end:g}", INK, pattern, 1.5)


def _line(place: int, values: tuple[float, ...], x: Scale, y: Scale) -> list[str]:
    """The line that is number `place` of its chart, and its marks: on all its points, or on some, if there are many."""
    colour, pattern, mark = _STYLES[place]
    points = [(x.place(at), y.place(value)) for at, value in enumerate(values, 1)]
    path = "M" + "L".join(f"{left:.1f} {top:.1f}" for left, top in _thinned(points))
    apart = -(-len(points) // _SEEN) if len(points) > _SEEN else 1
    apart *= 3 if apart > 1 else 1
    marked = points[apart * (place + 1) // (len(_STYLES) + 1) :: apart]
    return [_stroke(path, colour, pattern, 2), _marks(marked, colour, mark)]


def _thinned(points: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """The points that are seen: of all those on one column of px the first, the highest, the lowest and the last."""
    columns: dict[int, list[tuple[float, float]]] = {}
    for point in points:
        columns.setdefault(int(point[0]), []).append(point)
    kept = []
    for column in columns.values():
        tops = [top for _, top in column]
        ends = {0, tops.index(min(tops)), tops.index(max(tops)), len(column) - 1}
        kept += [column[at] for at in sorted(ends)]
    return kept


def _ends(chart: LineChart, x: Scale, y: Scale) -> list[str]:
    """The last values of the lines that reach the right end, and those of the level lines, none upon another."""
    count = max(len(values) for _, values in chart.lines)
    found = [(y.place(value), number(value), INK) for _, value in chart.levels]
    for (_, values), (colour, *_) in zip(chart.lines, _STYLES, strict=False):
        if len(values) == count:
            found.append((y.place(values[-1]), number(values[-1]), colour))
    found.sort()
    places = _apart([at for at, *_ in found], 15, y.end, y.start)
    return [
        text(x.end + 8, round(at + 4.5, 1), said, size=12, fill=colour, weight=600)
        for at, (_, said, colour) in zip(places, found, strict=True)
    ]


def _apart(places: list[float], gap: float, low: float, high: float) -> list[float]:
    """Sorted places, moved as little as it takes for a gap between them, within the bounds where they fit."""
    moved: list[float] = []
    for at in places:
        moved.append(max(at, moved[-1] + gap if moved else low))
    limit = high
    for place in reversed(range(len(moved))):
        moved[place] = min(moved[place], limit)
        limit = moved[place] - gap
    return moved


def _stroke(path: str, colour: str, pattern: str, thickness: float) -> str:
    dashes = f' stroke-dasharray="{pattern}"' if pattern else ""
    return (
        f'<path d="{path}" stroke="{colour}" stroke-width="{thickness:g}" fill="none" stroke-linejoin="round"{dashes}/>'
    )


def _marks(points: list[tuple[float, float]], colour: str, mark: str) -> str:
    """The same mark at each of these points."""
    path = "".join(f"M{left:.1f} {top:.1f}{mark}" for left, top in points)
    return f'<path d="{path}" fill="{colour}" stroke="{CARD}" stroke-width="0.8"/>'
