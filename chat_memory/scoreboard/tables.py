"""The board in plain text: a table sorted by what each strategy costs, and one of what each remembers by kind of fact."""

from collections.abc import Iterable, Sequence

from .board import SAID, Board
from .comparing import least_difference
from .ledger import Price
from .scoring import RIGHT
from .talk import KINDS

THOUSAND = 1_000  # talks: what one costs is a small number


def table(board: Board, price: Price) -> str:
    """One row a strategy, the cheapest first. Tokens are those of all talks; what is paid is for 1,000 such talks."""
    head = (
        "strategy",
        "$/1,000 talks",
        "$ asking",
        "recall",
        "right",
        "false",
        "tokens in",
        "cached",
        "written",
        "out",
        "calls",
        "longest",
    )
    rows = [
        (
            result.strategy + ("" if result.branched else " *"),
            ("over " if result.unseen else "") + f"{result.money(price) / board.talks * THOUSAND:.2f}",
            f"{result.asking.money(price) / board.talks * THOUSAND:.2f}",
            f"{result.recall:.0%}",
            f"{result.right}",
            f"{result.false}",
            *(f"{n:,}" for n in (result.used.tokens_in, result.used.cached, result.used.written, result.used.out)),
            f"{result.used.calls:,}",
            f"{result.longest:,}",
        )
        for result in board.by_money(price)
    ]
    return "\n".join([*_aligned([head, *rows]), "", *_notes(board)])


def by_kind(board: Board, price: Price) -> str:
    """One row a strategy, the cheapest first: how many questions of each kind were answered right, and asked."""
    rows = [
        (
            result.strategy,
            *(f"{sum(a.outcome == RIGHT for a in result.of(kind))}/{len(result.of(kind))}" for kind in KINDS),
        )
        for result in board.by_money(price)
    ]
    return "\n".join(_aligned([("strategy", *KINDS), *rows]))


def failures(board: Board, strategy: str, *kinds: str) -> str:
    """What a strategy was asked and did not answer right, with its replies; of these kinds, or of all."""
    result = board[strategy]
    wrong = [each for each in result.of(*(kinds or KINDS)) if each.outcome != RIGHT]
    lines = [
        f"{each.outcome}, {each.planted.kind}: {each.planted.question}\n"
        f"    expected {' or '.join(each.planted.answers[:1]) or 'no answer'}; got {each.reply!r:.150}"
        for each in wrong
    ]
    return "\n".join(lines or [f"{strategy} has answered all of them right."])


def _notes(board: Board) -> Iterable[str]:
    first = board.results[0]
    asked = len(first.of(*SAID))
    never = len(first.answers) - asked
    worth = f" (one is worth {100 / asked:.1f} %)" if asked else ""
    yield (
        f"{asked} question{'s' * (asked != 1)} about what was said{worth}, {never} about what was never said, in "
        f"{board.talks} talk{'s' * (board.talks != 1)}; {board.model}, budget {board.max_tokens:,} tokens."
    )
    yield f"Where fewer than {least_difference()} questions lie between two strategies, that may be chance."
    yield "Dollars, tokens and calls are those of the turns; $ asking is what the questions cost beside, each asked on a copy."
    if not all(result.branched for result in board):
        yield "* could not be copied: its questions were asked one after the other, and may have taught it something."
    for result in board:
        if result.unseen:
            yield f"{result.strategy}: costs more than is noted, for its client was used unseen: {', '.join(result.unseen)}"
        if result.errors:
            number = len(result.errors)
            yield f"{result.strategy}: {number} error{'s' * (number != 1)}, the first: {result.errors[0]}"


def _aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    """Rows as lines: the first column to the left, the others to the right."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return [
        "  ".join(
            [row[0].ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True))]
        )
        for row in rows
    ]
