"""What a database refuses is a StoreError that says what to do next, and holds no password; what it has lost is said."""

import sqlite3
from contextlib import closing

import psycopg
import pytest
import sqlalchemy as sa

from chat_memory.errors import ConflictError, DamagedStore, StoreError
from chat_memory.facts import UserFacts
from chat_memory.store import ConversationStore, database

from .versions import second_version

TURN = [{"role": "user", "content": "Hello"}, {"role": "assistant", "content": "Hi."}]


def tell(url: str, statement: str) -> None:
    """Run a statement as somebody else."""
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute(statement)


def use(url: str) -> None:
    with ConversationStore(url) as store:
        store.open("ana").append(TURN)
        UserFacts(store, "ana").find("dog")


SERVERS = {  # what is added to the URL, what somebody has done before, and what is advised
    "a session that may only read": ("&options=-cdefault_transaction_read_only%3Don", "", "may only be read here"),
    "no time": ("&options=-cstatement_timeout%3D20", "LOCK TABLE chat_messages", "statement_timeout"),
    "no patience": ("&options=-clock_timeout%3D20", "LOCK TABLE chat_messages", "end that program"),
    "no such schema": ("&options=-csearch_path%3Dnowhere", "", "search_path"),
    "another's tables": ("", "ALTER TABLE chat_facts RENAME COLUMN terms TO words", "Its tables are not ours"),
    "a table less": ("", "DROP TABLE chat_messages", "Put a backup in their place"),
    "an unknown option": ("&nonsense=1", "", "does the URL have the right host"),
}


@pytest.mark.parametrize("kind", SERVERS)
def test_what_a_server_refuses_is_said_with_the_next_step(postgresql_url, kind):
    more, before, advice = SERVERS[kind]
    use(postgresql_url)
    plain = postgresql_url.replace("+psycopg", "")
    with psycopg.connect(plain, autocommit=not before.startswith("LOCK")) as other:
        if before:
            other.execute(before)
        with pytest.raises(StoreError, match=rf"could not be used: .*\. .*{advice}"):
            use(postgresql_url + more)


def test_postgresql_without_its_driver_is_told_which_one(monkeypatch):
    monkeypatch.setattr(database, "find_spec", lambda name: None)
    with pytest.raises(ImportError, match=r'pip install "psycopg\[binary\]"$'):
        ConversationStore("postgresql://ana:secret@db.example.com/chats")


def test_a_user_without_rights_a_database_that_is_none_and_a_server_that_is_none(postgresql_url):
    use(postgresql_url)
    name = postgresql_url.partition("?")[0].rpartition("/")[2]
    tell(postgresql_url, f"CREATE ROLE reader_{name} LOGIN")
    tell(postgresql_url, f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader_{name}")
    try:
        with ConversationStore(postgresql_url.replace("postgres@", f"reader_{name}@")) as store:
            assert store.open("ana").messages() == TURN
            with pytest.raises(StoreError, match=r"permission denied.*GRANT SELECT, INSERT, UPDATE, DELETE"):
                store.open("ana").append(TURN)
            assert store.open("ana").messages() == TURN
    finally:
        tell(postgresql_url, f"DROP OWNED BY reader_{name}; DROP ROLE reader_{name}")
    with pytest.raises(StoreError, match="CREATE DATABASE"):
        ConversationStore(postgresql_url.replace(f"/{name}", "/nowhere"))
    with pytest.raises(StoreError, match="right user and password"):
        ConversationStore(postgresql_url.replace("postgres@", "nobody@"))
    with pytest.raises(StoreError, match="Does the server run") as error:
        ConversationStore("postgresql://ana@127.0.0.1:1/chats?password=a-secret")
    assert "a-secret" not in str(error.value)


def test_a_connection_that_breaks_in_the_middle_saves_nothing_in_part(postgresql_url):
    kill = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    with ConversationStore(postgresql_url) as store:
        store.open("ana").append(TURN)
        with pytest.raises(StoreError, match="read first what is there"), store.database.writing() as connection:
            connection.execute(sa.text("DELETE FROM chat_messages"))
            tell(postgresql_url, kill)
        assert store.open("ana").messages() == TURN
        tell(postgresql_url, kill)
        assert store.open("ana").append(TURN).turns == 2  # a connection that broke while nobody used it is made anew


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("sqlite:chats.db", "three slashes"),
        ("sqlite:/chats.db", "three slashes"),
        ("postgres:ana@host/chats", "is no URL"),
        ("sqlite:///what?.db", "%3F"),
        ("sqlite:///file:/chats?vfs=memdb&uri=true", "ends with the program"),
    ],
)
def test_a_url_that_would_lead_elsewhere_in_silence_is_refused(tmp_path, monkeypatch, url, problem):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ValueError, match=problem):
        ConversationStore(url)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("url", [None, 7, b"chats.db"])
def test_what_is_no_url_and_no_path_is_refused(url):
    with pytest.raises(TypeError, match=f"not by {type(url).__name__}"):
        ConversationStore(url)


@pytest.mark.parametrize(
    "after", [(1,), (1, 2, 3), ("a", "b"), (1.0, 1), (True, 1), 1, (-1, 0), (2**40, 1), (1, 2**40)]
)
def test_a_position_that_is_none_saves_nothing(database_url, after):
    with ConversationStore(database_url) as store:
        store.open("ana").append(TURN)
        with pytest.raises((TypeError, ValueError, ConflictError), match=r"after|changed"):
            store.open("ana").append(TURN, after=after)
        with pytest.raises(ValueError, match=r"folded is 1,099,511,627,776, but the conversation has 2 turns"):
            store.open("ana").append(TURN, folded=2**40)
        assert store.open("ana").messages() == TURN


@pytest.mark.parametrize(
    "more", [{"settings": ["a"]}, {"settings": {"max_tokens": "400"}}, {"settings": {"model": 7}}, {"summary": ["a"]}]
)
def test_what_could_not_be_loaded_again_is_not_saved(sqlite_url, more):
    with ConversationStore(sqlite_url) as store:
        with pytest.raises(TypeError, match=next(iter(more))):
            store.open("ana").append(TURN, **more)
        assert store.ids() == []


LOST = {  # what a damaged file no longer has, and what then fails to find it
    "DELETE FROM chat_facts_words_data WHERE id > 10": lambda store: store.check(),
    "UPDATE chat_messages SET turn = 'one'": lambda store: store.open("ana").messages(),
    "UPDATE chat_conversations SET id = x'ff'": lambda store: store.ids(),
}


@pytest.mark.parametrize("damage", LOST)
def test_what_is_lost_from_a_file_is_said(tmp_path, damage):
    use(tmp_path / "chats.db")
    with ConversationStore(tmp_path / "chats.db") as store:
        UserFacts(store, "ana").add("The user has a dog.")
        store.check()
        with closing(sqlite3.connect(tmp_path / "chats.db")) as connection:
            connection.execute(damage)
            connection.commit()
        with pytest.raises(DamagedStore):
            LOST[damage](store)


@pytest.mark.parametrize("table", ["chat_conversations", "chat_facts"])
def test_what_an_index_has_lost_is_not_taken_for_what_never_was(tmp_path, table):
    use(tmp_path / "chats.db")
    with ConversationStore(tmp_path / "chats.db") as store:
        UserFacts(store, "ana").add("The user has a dog.")
        with closing(sqlite3.connect(tmp_path / "chats.db")) as connection:
            index = "SELECT name, rootpage FROM sqlite_schema WHERE type = 'index' AND tbl_name = ? ORDER BY name DESC"
            pages = connection.execute(index, [table]).fetchall()
            root = next(page for name, page in pages if "user" in name or "autoindex" in name)
        data = bytearray((tmp_path / "chats.db").read_bytes())
        header = (root - 1) * 4096
        data[header + 3 : header + 5] = b"\0\0"  # the number of entries on the page
        (tmp_path / "chats.db").write_bytes(data)
        with pytest.raises(DamagedStore, match=r"index|malformed"):
            store.open("ana").load() if table == "chat_conversations" else UserFacts(store, "ana").known()


def test_a_damaged_fact_of_the_second_version_does_not_keep_the_others_from_being_upgraded(tmp_path):
    url = f"sqlite:///{(tmp_path / 'chats.db').as_posix()}"
    second_version(url)
    with closing(sqlite3.connect(tmp_path / "chats.db")) as connection:
        connection.execute("UPDATE chat_facts SET text = x'ff' WHERE id = 2")
        connection.commit()
    with ConversationStore(url) as store:
        assert [fact.id for fact in UserFacts(store, "ana").find("Łódź")] == [1]
        with pytest.raises(DamagedStore, match="Fact 2"):
            UserFacts(store, "ana").record()
