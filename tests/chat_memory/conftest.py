"""What the tests of chat_memory share: a look at the tokeniser's work, and databases."""

import os
import platform
from contextlib import ExitStack

import pytest
import tiktoken

from ..quick_requests import requests_are_prepared_quickly  # noqa: F401
from . import postgres


@pytest.fixture
def tokenised(monkeypatch):
    """The texts that tiktoken is given, each time that it is given one."""
    texts, get_encoding = [], tiktoken.get_encoding

    class Watched:
        def __init__(self, encoding):
            self.encoding = encoding

        def __getattr__(self, name):
            def method(text, *args, **kwargs):
                texts.append(text)
                return getattr(self.encoding, name)(text, *args, **kwargs)

            return method

    monkeypatch.setattr(tiktoken, "get_encoding", lambda name: Watched(get_encoding(name)))
    return texts


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request):
    """The URL of a new database. A test that asks for it runs twice: on SQLite and on PostgreSQL."""
    return request.getfixturevalue(f"{request.param}_url")


@pytest.fixture
def sqlite_url(tmp_path):
    """The URL of a file that does not exist yet."""
    return f"sqlite:///{(tmp_path / 'chats.db').as_posix()}"


@pytest.fixture
def postgresql_url(postgresql):
    """The URL of an empty database on PostgreSQL, which is emptied again after the test."""
    with postgresql.emptied_database() as url:
        yield url


@pytest.fixture(scope="session")
def postgresql():
    """A PostgreSQL server, started when the first test asks for it: one for each process of pytest-xdist."""
    with ExitStack() as stack:
        try:
            server = stack.enter_context(postgres.running())
        except postgres.NoServer as error:
            here = f"{platform.system()} {platform.machine()}, Python {platform.python_version()}"
            reason = f"No PostgreSQL to test with on {here}: {error}"
            if os.environ.get("CI", "").lower() in ("", "0", "false"):
                pytest.skip(reason)
            pytest.fail(reason, pytrace=False)
        yield server


@pytest.fixture(scope="session")
def crew():
    """Starts programs that work at the same time."""
    from .crew import Crew  # it imports the store, which few tests need

    with Crew() as crew:
        yield crew


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def shared_url(request, tmp_path_factory):
    """The URL of a database for all tests of this file: to make one for each would take most of the time."""
    if request.param == "sqlite":
        yield f"sqlite:///{(tmp_path_factory.mktemp('facts') / 'chats.db').as_posix()}"
    else:
        with request.getfixturevalue("postgresql").new_database() as url:
            yield url


@pytest.fixture(scope="module")
def shared_store(shared_url):
    from .known_facts import opened  # it imports the store, as the fixtures below

    with opened(shared_url) as store:
        yield store


@pytest.fixture
def store(shared_store):
    """A store without facts."""
    import sqlalchemy as sa

    from chat_memory.store import schema

    yield shared_store
    with shared_store.database.writing() as connection:
        connection.execute(sa.delete(schema.facts))


@pytest.fixture
def ana(store):
    from chat_memory.facts import UserFacts

    return UserFacts(store, "ana")


@pytest.fixture
def known(ana):
    """The facts of ana, with KNOWN on record."""
    from .known_facts import KNOWN

    for text in KNOWN:
        ana.add(text)
    return ana
