"""The board as a chart: what each strategy remembers over what it costs, and the line of those that none beats in both."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise
from math import hypot, inf

from ..drawing.axes import CELL, axes
from ..drawing.names import Box, from_box, named
from ..drawing.picture import Picture
from ..drawing.safe_text import clean, pad, shorten, width
from ..drawing.scales import Scale, from_zero, logarithmic, number
from ..drawing.svg import CARD, EDGE, INK, PAD, card, clip, text
from .board import Board, Result
from .ledger import Price
from .strategies import EVERYTHING, NOTHING
from .tables import THOUSAND

NEAR = 0.01  # part of the money, or of the recall, within which two points cover each other
MONEY, RECALL = "dollars for 1,000 talks", "recall (%)"


@dataclass(frozen=True)
class Place:
    """A point of the chart: dollars for 1,000 talks, recall in percent, and the strategies that are there."""

    money: float
    recall: float
    names: tuple[str, ...]


@dataclass(frozen=True, repr=False)
class BoardChart(Picture):
    """Recall over money, as a picture (`.svg`, shown by notebooks) and as a table (`.text`, shown by `print`)."""

    places: tuple[Place, ...]  # the cheapest first
    line: tuple[Place, ...]  # of the strategies that no other beats, the cheapest first
    title: str = ""

    @property
    def svg(self) -> str:
        """The picture as one SVG element, on a card of its own for light and dark pages."""
        return _draw(self)

    @property
    def text(self) -> str:
        """The points in plain text, the cheapest first; a star marks those that no other beats."""
        lines = [self.title] if self.title else []
        lines += [f"{'':43}{MONEY}  {RECALL}", "─" * 78]
        for place in self.places:
            star = "*" if set(place.names) & set(self.unbeaten) else " "
            names = shorten("; ".join(place.names), 40)
            lines.append(f"{star} {pad(names, 41)}{number(place.money):>23}{place.recall:>12.0f}")
        return "\n".join(lines)

    @property
    def alt(self) -> str:
        """What the picture shows, in words: where each strategy lies, and which no other beats."""
        points = [f"{_and(place.names)}: {place.recall:.0f} % for {number(place.money)}" for place in self.places]
        return f"{RECALL}, by {MONEY}. {'; '.join(points)}. No other one beats {_and(self.unbeaten)}."

    @property
    def unbeaten(self) -> list[str]:
        """The strategies that no other beats, the cheapest first."""
        return [name for place in self.line for name in place.names]


def best(board: Board, price: Price) -> list[Result]:
    """The strategies that no other beats, the cheapest first: none remembers as much for less money (the Pareto line)."""
    found: list[Result] = []
    for result in board.by_money(price):
        if not found or result.recall > found[-1].recall:
            found.append(result)
    return found


def chart(board: Board, price: Price, title: str = "") -> BoardChart:
    """Recall over money: each strategy a point, and a line along those that no other beats.

    As the last line of a notebook cell it shows a picture; in a script, `print(chart(…))` writes a table.

    Raises ValueError for a board without strategies.
    """
    if not board.results:
        raise ValueError("There is nothing to draw: no strategy is on the board.")
    places = (Place(*at, tuple(map(_name, results))) for at, results in _in_one_place(board, price).items())
    line = (Place(*_point(result, board, price), (_name(result),)) for result in best(board, price))
    return BoardChart(tuple(places), tuple(line), shorten(clean(title), 58))


def _name(result: Result) -> str:
    return shorten(clean(result.strategy), 34) or "no name"


def _in_one_place(board: Board, price: Price) -> dict[tuple[float, float], list[Result]]:
    """The results by their place on the chart, the cheapest first; those that would cover each other have one."""
    places: dict[tuple[float, float], list[Result]] = {}
    for result in board.by_money(price):
        x, y = _point(result, board, price)
        near = (place for place in places if abs(place[0] - x) <= NEAR * x and abs(place[1] - y) <= 100 * NEAR)
        places.setdefault(next(near, (x, y)), []).append(result)
    return places


def _point(result: Result, board: Board, price: Price) -> tuple[float, float]:
    return result.money(price) / board.talks * THOUSAND, 100 * result.recall


def _and(names: Sequence[str]) -> str:
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


# The picture.

_WIDTH, _SHOWN, _HEIGHT, _ROW = 520, 600 / 520, 300, 15  # px: of the card, how much larger it is shown, plot, name
_REACH, _TALL = 30, 900  # px between a point and its name, unless the plot is as tall as that
_BLUE = "#0b57c2"


def _draw(chart: BoardChart) -> str:
    top, height = 70 if chart.title else 44, _HEIGHT
    while (names := _names(chart, *(scales := _scales(chart, top, height)), height)) is None:
        height += 60  # until there is room for all of them
    x, y = scales
    parts = [clip(PAD, 8, _WIDTH - 2 * PAD, 28, text(0, 19, escape(chart.title), size=14, weight=600))]
    parts = [*(parts if chart.title else []), *axes(x, y, MONEY, RECALL, PAD), _steps(chart, x, y)]
    for place, box in zip(chart.places, names, strict=True):
        parts += _named(place, box, x, y)
    name = chart.title or f"{RECALL}, by {MONEY}"
    alt = f"{chart.title}. {chart.alt}" if chart.title else chart.alt
    return card(_WIDTH, top + height + 56, parts, title=name, desc=chart.alt, alt=alt, shown=_SHOWN)


def _scales(chart: BoardChart, top: int, height: int) -> tuple[Scale, Scale]:
    money = [place.money for place in chart.places]
    axis = logarithmic if min(money) > 0 else from_zero  # a server of one's own may cost nothing
    return axis(money, PAD + 38, _WIDTH - PAD - 12), from_zero([0, 100], top + height, top)


def _names(chart: BoardChart, x: Scale, y: Scale, height: int) -> list[Box] | None:
    """Where the names stand, if there is room for all of them."""
    points = [(x.place(place.money), y.place(place.recall)) for place in chart.places]
    sizes = [(max(map(width, place.names)) * CELL + 2, float(_ROW * len(place.names))) for place in chart.places]
    corners = [(x.place(place.money), y.place(place.recall)) for place in chart.line]
    lines = [Box(a, b - 2, c, b + 2) for (a, b), (c, _) in pairwise(corners)]
    lines += [Box(c - 2, d, c + 2, b) for (_, b), (c, d) in pairwise(corners)]
    ground = Box(x.start + 2, y.end - 10, _WIDTH - PAD, y.start - 2)
    return named(points, sizes, ground, lines, _REACH if height < _TALL else inf)


def _steps(chart: BoardChart, x: Scale, y: Scale) -> str:
    first, *rest = ((x.place(place.money), y.place(place.recall)) for place in chart.line)
    path = f"M{first[0]:.1f} {first[1]:.1f}" + "".join(f"H{left:.1f}V{top:.1f}" for left, top in rest)
    return f'<path d="{path}" stroke="{EDGE}" stroke-width="2" fill="none"/>'


def _named(place: Place, box: Box, x: Scale, y: Scale) -> list[str]:
    """A point with its names, and a thin line between them where they are apart."""
    at = x.place(place.money), y.place(place.recall)
    right, down = from_box(at, box)
    parts = []
    if hypot(right, down) > 12:
        parts.append(f'<path d="M{at[0]:.1f} {at[1]:.1f}l{-right:.1f} {-down:.1f}" stroke="{EDGE}"/>')
    is_end = not {EVERYTHING, NOTHING}.isdisjoint(place.names)
    mark = "m0-6l6 6l-6 6l-6-6z" if is_end else "m-4.5 0a4.5 4.5 0 1 0 9 0a4.5 4.5 0 1 0-9 0z"
    colour = INK if is_end else _BLUE
    parts.append(f'<path d="M{at[0]:.1f} {at[1]:.1f}{mark}" fill="{colour}" stroke="{CARD}"/>')
    is_left = box.right <= at[0]
    anchor, edge = ("end", box.right - box.left) if is_left else ("start", 0)
    lines = [text(edge, 11.5 + _ROW * n, escape(name), size=12, anchor=anchor) for n, name in enumerate(place.names)]
    left, top = round(box.left), round(box.top)
    return [*parts, clip(left, top, round(box.right - box.left), _ROW * len(place.names), "".join(lines))]
