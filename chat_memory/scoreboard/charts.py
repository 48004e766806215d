"""The board as a chart: what each strategy remembers over what it costs, and the line of those that none beats in both."""

from collections.abc import Sequence
from typing import Any

from .board import Board, Result
from .ledger import Price
from .strategies import EVERYTHING, NOTHING
from .tables import THOUSAND


def best(board: Board, price: Price) -> list[Result]:
    """The strategies that no other beats, the cheapest first: none remembers as much for less money (the Pareto line)."""
    found: list[Result] = []
    for result in board.by_money(price):
        if not found or result.recall > found[-1].recall:
            found.append(result)
    return found


def chart(board: Board, price: Price) -> Any:
    """A figure of matplotlib: recall over money, each strategy a point. ImportError where matplotlib is not installed."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8, 4.5), layout="constrained")
    axes = figure.subplots()
    line = best(board, price)
    axes.plot(*_points(line, board, price), color="0.6", drawstyle="steps-post", zorder=1)
    for result in board:
        [x], [y] = _points([result], board, price)
        marked = result.strategy in (EVERYTHING, NOTHING)
        axes.scatter(x, y, s=60, marker="D" if marked else "o", color="black" if marked else "C0", zorder=2)
        axes.annotate(result.strategy, (x, y), textcoords="offset points", xytext=(6, 5), fontsize=8)
    axes.set_xscale("log")
    axes.set_xlabel("dollars for 1,000 talks")
    axes.set_ylabel("recall (%)")
    axes.set_ylim(-5, 108)
    axes.margins(x=0.15)
    return figure


def _points(results: Sequence[Result], board: Board, price: Price) -> tuple[list[float], list[float]]:
    money = [result.money(price) / board.talks * THOUSAND for result in results]
    return money, [100 * result.recall for result in results]
