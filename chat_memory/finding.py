"""Full-text search: the facts that share words with a question, ranked by the database."""

import re
import unicodedata
from collections.abc import Sequence

import sqlalchemy as sa

from .schema import facts

# Words that say nothing about what is asked. All that PostgreSQL leaves out of its index are among them (or both
# databases would not find the same), and "user" and "called", which stand in facts of every kind.
FUNCTION_WORDS = frozenset(
    """
    a about above after again against all am an and any are as at be because been before being below between both but
    by ca call called calls can could did do does doing don down during each few for from further had has have having
    he her here hers herself him himself his how i if in into is it its itself just let me more most my myself no nor
    not now of off on once only or other our ours ourselves out over own please remember same s she should so some such
    t tell than that the their theirs them themselves then there these they this those through to too under until up us
    user users very was we were what when where which while who whom whose why will with wo would you your yours
    yourself yourselves
    """.split()
)
MOST_WORDS = 500  # of a question; a text of that many different words is not asking for one thing
LONGEST_WORD = 100  # characters
_SHORTENED = re.compile(r"n['’]t\b|['’](?:s|m|d|re|ve|ll)\b")  # don't, what's
_MARKS = re.compile("[\u0300-\u036f]")
_WORDS = sa.table("chat_facts_words", sa.column("rowid"))


def words_of(text: str) -> list[str]:
    """The different words of a text that can find something: lower case, without accents and function words."""
    plain = unicodedata.normalize("NFC", _MARKS.sub("", unicodedata.normalize("NFD", text.lower())))
    words = dict.fromkeys(re.findall(r"[^\W_]+", _SHORTENED.sub(" ", plain)))
    return [word for word in words if word not in FUNCTION_WORDS and len(word) <= LONGEST_WORD][:MOST_WORDS]


def with_words(words: Sequence[str], dialect: str) -> sa.Select:
    """All facts with at least one of these words, in any form, those first that the database ranks highest."""
    if dialect == "sqlite":
        query = " OR ".join(f'"{word}"' for word in words)
        found = sa.select(facts).join(_WORDS, _WORDS.c.rowid == facts.c.id)
        found = found.where(sa.literal_column("chat_facts_words").op("MATCH")(query))
        return found.order_by(sa.text("bm25(chat_facts_words)"), facts.c.id.desc())
    query = sa.func.to_tsquery(sa.text("'english'"), " | ".join(f"'{word}'" for word in words))
    column = sa.literal_column("chat_facts.words")
    found = sa.select(facts).where(column.op("@@")(query))
    return found.order_by(sa.func.ts_rank(column, query, 1).desc(), facts.c.id.desc())
