"""Full-text search: the facts that share terms with a question, ranked by the database."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import TSQUERY

from ..store.schema import POSTGRES_WORDS, facts

_WORDS = sa.table("chat_facts_words", sa.column("rowid"))


def with_terms(terms: Sequence[str], dialect: str) -> sa.Select[Any]:
    """All facts with at least one of these terms, those first that the database ranks highest."""
    if dialect == "sqlite":
        words = " OR ".join(f'"{term}"' for term in terms)
        found = sa.select(facts).join(_WORDS, _WORDS.c.rowid == facts.c.id)
        found = found.where(sa.literal_column("chat_facts_words").op("MATCH")(words))
        return found.order_by(sa.text("bm25(chat_facts_words)"), facts.c.id.desc())
    query = sa.cast(" | ".join(f"'{term}'" for term in terms), TSQUERY)
    column: sa.ColumnClause[Any] = sa.literal_column(POSTGRES_WORDS)
    found = sa.select(facts).where(column.op("@@")(query))
    return found.order_by(sa.func.ts_rank(column, query, 1).desc(), facts.c.id.desc())
