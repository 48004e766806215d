"""Search by meaning: the facts whose embeddings lie nearest to that of a question. The vectors are kept with the facts."""

import sys
from array import array
from collections.abc import Iterable, Mapping, Sequence, Set
from math import isfinite, sqrt
from operator import mul
from typing import Any, TypeAlias

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from ..errors import IncompleteReply, StoreError
from ..store.schema import facts, vectors
from ..unsendable import whole
from .records import Fact, Records

BATCH = 256  # texts of one request for embeddings
INSERT: dict[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}

Vector: TypeAlias = "array[float]"  # of float32


def to_embed(records: Records, question: str, model: str) -> tuple[list[str], list[Fact]]:
    """What to send: the question, and the facts in force that have no vector of this model yet. Empty for no question."""
    if not isinstance(question, str):
        raise TypeError(f"A question is text, not {type(question).__name__}.")
    if not (question := whole(question)).strip():
        return [], []
    have = sa.select(vectors.c.fact).where(vectors.c.model == model)
    new = records.read(sa.select(facts).where(records.in_force & facts.c.id.not_in(have)).order_by(facts.c.id))
    return [question, *(fact.text for fact in new)], new


def nearest(records: Records, found: Sequence[Vector], new: Sequence[Fact], limit: int, model: str) -> list[Fact]:
    """The facts nearest to the question, by the vectors that were made for it and for the new facts."""
    if not found:
        return []
    asked, *made = found
    # One of zeros alone lies in no direction. It is not kept: it may be a slip, and is asked for again the next time.
    if keeping := [(fact, vector) for fact, vector in zip(new, made, strict=True) if any(vector)]:
        _keep(records, model, keeping)
    near = [(likeness(asked, vector), fact) for fact, vector in _kept(records, model, len(asked))]
    near.sort(key=lambda pair: (-pair[0], -pair[1].id))
    return [fact for like, fact in near[:limit] if like > 0]


def _keep(records: Records, model: str, made: Iterable[tuple[Fact, Vector]]) -> None:
    """Keep vectors, but not of facts that have been forgotten since they were read."""
    with records.writing() as connection:
        there = set(connection.execute(sa.select(facts.c.id).where(records.mine)).scalars())
        rows = [
            {"fact": fact.id, "model": model, "vector": packed(vector)} for fact, vector in made if fact.id in there
        ]
        if rows:
            connection.execute(INSERT[records.database.dialect](vectors).on_conflict_do_nothing(), rows)


def _kept(records: Records, model: str, length: int) -> list[tuple[Fact, Vector]]:
    """The facts in force with their vectors. Raises StoreError where these are not of this length."""
    query = sa.select(facts, vectors.c.vector).join(vectors, vectors.c.fact == facts.c.id)
    with records.database.reading() as connection:
        rows = connection.execute(query.where(records.in_force & (vectors.c.model == model))).all()
    damaged = [row.vector for row in rows if not isinstance(row.vector, bytes) or len(row.vector) % 4]
    others = {len(row.vector) // 4 for row in rows if row.vector not in damaged} - {length}
    if not damaged and not others:
        return [(records.fact_of(row), unpacked(row.vector)) for row in rows]
    with records.writing() as connection:
        mine = vectors.c.fact.in_(sa.select(facts.c.id).where(records.mine))
        connection.execute(sa.delete(vectors).where(mine & (vectors.c.model == model)))
    problem = (
        f"A vector in {records.database} is damaged."
        if damaged
        else f"{model!r:.60} made vectors of {min(others):,} numbers before, and of {length:,} now: another model answers "
        "under this name."
    )
    raise StoreError(f"{problem} The old vectors were deleted. Ask again, and new ones are made.")


def batches(texts: Sequence[str]) -> list[Sequence[str]]:
    """The texts in portions, each for one request for embeddings."""
    return [texts[start : start + BATCH] for start in range(0, len(texts), BATCH)]


def embedded(answer: Any, texts: Sequence[str]) -> list[Vector]:
    """The vectors of an answer, one a text, each of length 1. Raises IncompleteReply where they are not all there."""
    data = getattr(answer, "data", None)
    items = list(data) if isinstance(data, Iterable) else []
    if len(items) != len(texts):
        raise IncompleteReply(f"{len(texts):,} texts were sent, and {len(items):,} vectors came back. Ask again.")
    numbers = [getattr(item, "index", None) for item in items]
    if any(number is not None for number in numbers):  # some servers leave them out: then they are in order
        by_number = {number: item for number, item in zip(numbers, items, strict=True) if type(number) is int}
        if by_number.keys() != set(range(len(texts))):
            raise IncompleteReply(
                f"The vectors that came back for {len(texts):,} texts are numbered wrongly. Ask again."
            )
        items = [by_number[number] for number in range(len(texts))]
    found = [_unit(getattr(item, "embedding", None)) for item in items]
    if len({len(vector) for vector in found}) != 1:
        raise IncompleteReply("The vectors that came back are not all of the same length. Ask again.")
    return found


def _unit(numbers: Any) -> Vector:
    try:
        vector = array("f", [] if isinstance(numbers, (str, bytes, Mapping, Set)) else numbers)
    except (TypeError, OverflowError):
        vector = array("f")
    length = sqrt(sum(map(mul, vector, vector)))
    if not vector or not isfinite(length):
        raise IncompleteReply(f"What came back is no vector, a list of numbers, but {numbers!r:.60}. Ask again.")
    return array("f", (number / length for number in vector)) if length else vector


def likeness(one: Vector, other: Vector) -> float:
    """The cosine between two vectors of length 1: 1 for the same direction, 0 where they have nothing in common."""
    cosine: float = sum(map(mul, one, other))
    return cosine


def packed(vector: Vector) -> bytes:
    """A vector as little-endian float32."""
    return _little_endian(vector).tobytes()


def unpacked(data: bytes) -> Vector:
    """The vector of what `packed` has made."""
    return _little_endian(array("f", data))


def _little_endian(vector: Vector) -> Vector:
    vector = vector[:]
    if sys.byteorder == "big":
        vector.byteswap()
    return vector
