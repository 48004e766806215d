"""What is forgotten is gone to the last byte, and nobody reaches the facts of another user."""

import json
import sqlite3
import unicodedata
from array import array
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import example, given, settings
from hypothesis import strategies as st

from chat_memory.errors import StoreError
from chat_memory.facts import UserFacts

from .fake_client import FakeClient
from .known_facts import FEW, STORABLE, EmbeddingClient, opened, said, texts

# ---- forget ----


def test_a_forgotten_fact_is_gone_with_what_it_replaced(ana):
    kept = ana.add("The user has a dog.")
    newest = ana.correct(ana.correct(ana.add("In Lisbon."), "In Porto."), "In Braga.")
    ana.forget(newest)
    assert ana.record() == [kept]
    assert ana.add("Next.").id > newest.id  # its number is not given to another


def test_an_older_version_can_be_forgotten_alone(ana):
    oldest = ana.add("In Lisbon.")
    older = ana.correct(oldest, "In Porto.")
    newest = ana.correct(older, "In Braga.")
    ana.forget(older)
    assert ana.record() == [newest]


@pytest.mark.parametrize("action", [UserFacts.forget, UserFacts.expire, lambda f, n: f.correct(n, "x")])
def test_another_users_fact_is_as_one_that_never_was(store, action):
    ana, bo = UserFacts(store, "ana"), UserFacts(store, "bo")
    theirs = bo.add("The user lives in Porto.")
    replaced = bo.add("The user lives in Faro.")
    bo.correct(replaced, "The user lives in Braga.")
    before, errors = bo.record(), []
    for number in (theirs.id, theirs, replaced.id, 999, 0, -1, 2**31, 10**30):
        with pytest.raises(LookupError) as error:
            action(ana, number)
        errors.append(str(error.value).replace(str(getattr(number, "id", number)), "N"))
    assert set(errors) == {"This user has no fact N."}
    assert bo.record() == before and ana.record() == []
    for wrong in (True, "1", None, 1.0):
        with pytest.raises(TypeError):
            action(ana, wrong)


WORDS = ["Xylograph", "Quetzalcoatl", "Zymurgist", "Vexillology", "Jabberwocky", "Kakistocracy", "Wunderkammer"]


@pytest.mark.parametrize("everything", [False, True])
def test_not_a_byte_of_a_forgotten_fact_is_left_in_the_file(sqlite_url, everything):
    store = opened(sqlite_url)
    ana, bo, client = UserFacts(store, "ana"), UserFacts(store, "bo"), EmbeddingClient()
    for number in range(150):  # enough for several pages
        (ana if number % 3 else bo).add(f"The user's number {number} is {'abcdefgh' * (number % 9)} {number * 7919}.")
    old = ana.add(f"The user is a {WORDS[0]} {' '.join(WORDS[2:])}.")
    new = ana.correct(old, f"The user is a {WORDS[1]}.", conversation="Secretly")
    ana.find_by_meaning(client, "Who am I?")
    vectors = [array("f", client.vector(fact.text)).tobytes()[:12] for fact in (old, new)]
    traces = [word.lower().encode()[:6] for word in [*WORDS, "Secretly"]]  # the index has words by their stems
    assert all(trace in raw(sqlite_url).lower() for trace in traces)
    ana.forget_all() if everything else ana.forget(new)
    left = raw(sqlite_url)
    assert [trace for trace in traces if trace in left.lower()] == []
    assert [vector for vector in vectors if vector in left] == []
    assert len(bo.known()) == 50 and bo.find("number 3") and len(ana.known()) == (0 if everything else 100)


def test_a_file_that_cannot_be_written_anew_is_reported(sqlite_url):
    store = opened(sqlite_url)
    ana, denied = UserFacts(store, "ana"), [sqlite3.SQLITE_DENY]
    fact = ana.add(f"The user is a {WORDS[0]}.")

    @sa.event.listens_for(store.database._engine, "connect")
    def deny(connection, _):
        connection.set_authorizer(lambda action, *_: denied[0] if action == sqlite3.SQLITE_ATTACH else 0)  # for VACUUM

    with pytest.raises(StoreError, match=r"It is deleted, but .* tries again"):
        ana.forget(fact)
    assert ana.record() == []
    denied[0] = sqlite3.SQLITE_OK
    ana.forget_all()
    assert WORDS[0].lower()[:6].encode() not in raw(sqlite_url).lower()


def raw(url: str) -> bytes:
    """All bytes of a SQLite file and of those beside it (-journal, -wal)."""
    path = Path(url.removeprefix("sqlite:///"))
    return b"".join(file.read_bytes() for file in path.parent.glob(path.name + "*"))


def test_forgetting_again_and_again_does_not_wear_the_index_out(sqlite_url):
    # FTS5 'optimize' makes one level more each time, and of 2,000 levels SQLite 3.40 says that the file is damaged.
    ana = UserFacts(opened(sqlite_url), "ana")
    for number in range(30):
        ana.add(f"The user has {number} dogs.")
        ana.forget(ana.find("dogs")[0])
        kept = ana.add("The user has a cat.")
    with ana._records.database.reading() as connection:
        levels = connection.exec_driver_sql("SELECT length(block) FROM chat_facts_words_data WHERE id = 10").scalar()
    assert levels < 60 and kept in ana.find("cat", limit=30)


# ---- nobody else's ----

NAMES = [
    "ana",
    "Ana",
    "ana ",
    " ana",
    "an%",
    "_na",
    "*",
    "ana*",
    'ana"',
    "ana'--",
    "' OR '1'='1",
    "\\",
    "NULL",
    "0",
    "00",
]
NAMES += [
    "1; DROP TABLE chat_facts",
    "Ame\u0301lie",
    "Amélie",
    "ａｎａ",
    "аna",
    "ana\u200b",
    "ß",
    "ss",
    "👩‍👩‍👧",
    "x" * 200,
]


@settings(FEW, max_examples=5)
@given(names=st.lists(st.sampled_from(NAMES) | st.text(STORABLE, min_size=1, max_size=200), min_size=2, max_size=4))
@example(names=NAMES)
@example(names=[unicodedata.normalize(form, "Åmélie ﬁ") for form in ("NFC", "NFD", "NFKC", "NFKD")])
def test_one_users_facts_never_reach_another(store, names):
    users = {name: UserFacts(store, name) for name in names}
    for number, (name, facts) in enumerate(users.items()):
        facts.add(f"The user {name[:50]} has the secret {number}.")
    client = EmbeddingClient()
    for number, (name, facts) in enumerate(users.items()):
        mine = [f"The user {name[:50]} has the secret {number}."]
        assert texts(facts.record()) == mine
        assert texts(facts.find("Which secret? " + name, limit=50)) == mine
        assert texts(facts.find_by_meaning(client, "Which secret?", limit=50)) == mine
        assert json.loads(facts.note("secret")[1]["content"].split(": ", 1)[1]) == mine
        asking = FakeClient(lambda messages: "[]")
        facts.learn(asking, said("Which secret?"))
        sent = asking.requests[0]["messages"][1]["content"]
        assert json.loads(sent.split("\n\nMessages:")[0].partition("Known facts: ")[2])[0]["fact"] == mine[0]
        assert sent.count("has the secret") == 1
    first, *others = users.values()
    first.forget_all()
    assert first.record() == [] and all(len(facts.known()) == 1 for facts in others)
    [facts.forget_all() for facts in others]
