"""The board as a chart: what each strategy remembers over what it costs, and the line of those that none beats in both."""

from collections.abc import Sequence
from typing import Any

from .board import Board, Result
from .ledger import Price
from .strategies import EVERYTHING, NOTHING
from .tables import THOUSAND

NEAR = 0.01  # part of the money, or of the recall, within which two points cover each other

FAR = 0.8  # part of the most money, beyond which a name stands to the left of its point


def best(board: Board, price: Price) -> list[Result]:
    """The strategies that no other beats, the cheapest first: none remembers as much for less money (the Pareto line)."""
    found: list[Result] = []
    for result in board.by_money(price):
        if not found or result.recall > found[-1].recall:
            found.append(result)
    return found


def chart(board: Board, price: Price, axes: Any = None) -> Any:
    """Recall over money, each strategy a point, as a figure of matplotlib, or drawn on `axes` of one.

    Raises ImportError where matplotlib is not installed.
    """
    if axes is None:
        from matplotlib.figure import Figure

        axes = Figure(figsize=(8, 4.5), layout="constrained", facecolor="white").subplots()
    axes.plot(*_points(best(board, price), board, price), color="0.6", drawstyle="steps-post", zorder=1)
    money, _ = _points(board.results, board, price)
    far = max(money) * FAR
    for place, results in _in_one_place(board, price).items():
        names = [result.strategy for result in results]
        marked = not {EVERYTHING, NOTHING}.isdisjoint(names)
        axes.scatter(*place, s=60, marker="D" if marked else "o", color="black" if marked else "C0", zorder=2)
        to_the_left = place[0] > far  # so that no name runs out of the chart
        axes.annotate(
            "; ".join(names),
            place,
            textcoords="offset points",
            xytext=(-6 if to_the_left else 6, 6),
            ha="right" if to_the_left else "left",
            fontsize=8,
        )
    axes.set_xscale("log")
    axes.tick_params(axis="x", which="both", length=4, pad=4)
    for axis in (axes.xaxis.set_major_formatter, axes.xaxis.set_minor_formatter):
        axis(lambda dollars, _: f"{dollars:g}")
    axes.set_xlabel("dollars for 1,000 talks")
    axes.set_ylabel("recall (%)")
    axes.set_ylim(-5, 108)
    axes.margins(x=0.2)
    return axes.figure


def _in_one_place(board: Board, price: Price) -> dict[tuple[float, float], list[Result]]:
    """The results by their place on the chart; those that would cover each other have one."""
    places: dict[tuple[float, float], list[Result]] = {}
    for result in board:
        [x], [y] = _points([result], board, price)
        near = (place for place in places if abs(place[0] - x) <= NEAR * x and abs(place[1] - y) <= 100 * NEAR)
        places.setdefault(next(near, (x, y)), []).append(result)
    return places


def _points(results: Sequence[Result], board: Board, price: Price) -> tuple[list[float], list[float]]:
    money = [result.money(price) / board.talks * THOUSAND for result in results]
    return money, [100 * result.recall for result in results]
