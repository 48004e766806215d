"""Names beside points: each near its own, none upon another, upon a point, or out of the picture."""

from collections.abc import Iterator, Sequence
from itertools import islice
from math import hypot, inf
from typing import NamedTuple

_MARK = 7  # px from the middle of a point's mark to where its own name may begin, and twice as many for other names
_ACROSS, _DOWN = 12, 5  # px between the places that are tried
_TRIED = 60  # free places, of which the first is taken that is on no line


class Box(NamedTuple):
    """A rectangle, in px."""

    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: "Box") -> bool:
        return (
            self.left < other.right and other.left < self.right and self.top < other.bottom and other.top < self.bottom
        )


Size = tuple[float, float]  # width and height
Point = tuple[float, float]


def named(
    points: Sequence[Point], sizes: Sequence[Size], ground: Box, lines: Sequence[Box] = (), reach: float = inf
) -> list[Box] | None:
    """A box of its size for the name of each point, at most `reach` px away; None where one of them has no room.

    The boxes keep clear of `lines` as well, as far as that can be done.
    """
    found: list[Box] = []
    for at, size in zip(points, sizes, strict=True):
        taken = [*found, *(_around(point, _MARK if point == at else 2 * _MARK) for point in points)]
        free = (box for box in _places(at, size, ground, reach) if not any(box.meets(other) for other in taken))
        if not (tried := list(islice(free, _TRIED))):
            return None
        found.append(next((box for box in tried if not any(box.meets(line) for line in lines)), tried[0]))
    return found


def _around(point: Point, room: float) -> Box:
    return Box(point[0] - room, point[1] - room, point[0] + room, point[1] + room)


def _places(point: Point, size: Size, ground: Box, reach: float) -> Iterator[Box]:
    """Where a name may stand, the best first: beside its point, above or below it, and then ever further away."""
    (x, y), (width, height) = point, size
    right, left, above, below = x + _MARK, x - _MARK - width, y - _MARK - height, y + _MARK
    beside = [(right, y - height / 2), (left, y - height / 2), (x - width / 2, above), (x - width / 2, below)]
    beside += [(right - 4, above), (right - 4, below), (left + 4, above), (left + 4, below)]
    near = Box(
        max(ground.left, left - reach),
        max(ground.top, above - reach),
        min(ground.right, right + width + reach),
        min(ground.bottom, below + height + reach),
    )
    across = range(int(max(-1, near.right - near.left - width) // _ACROSS) + 1)
    down = range(int(max(-1, near.bottom - near.top - height) // _DOWN) + 1)
    further = [_box((near.left + _ACROSS * n, near.top + _DOWN * m), size) for n in across for m in down]
    further.sort(key=lambda box: (hypot(*from_box(point, box)), box))
    for box in (*(_box(corner, size) for corner in beside), *further):
        across_fits = ground.left <= box.left and box.right <= ground.right
        if across_fits and ground.top <= box.top and box.bottom <= ground.bottom:
            yield box


def _box(corner: Point, size: Size) -> Box:
    return Box(corner[0], corner[1], corner[0] + size[0], corner[1] + size[1])


def from_box(point: Point, box: Box) -> tuple[float, float]:
    """How far a point lies from the nearest one of a box: to the right, and down; 0 within it."""
    x, y = point
    return x - min(max(x, box.left), box.right), y - min(max(y, box.top), box.bottom)
