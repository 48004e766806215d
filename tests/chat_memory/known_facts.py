"""Facts for tests: a few that are known, clients that list facts and make vectors, a store that does not wait for the disk."""

import json
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import sqlalchemy as sa
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from chat_memory.store import ConversationStore

from .fake_client import FakeClient

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
KNOWN = [
    "The user lives in Porto.",
    "The user's café is the Majestic in Zürich.",
    "The user was born on 2026-05-12.",
    "The user's mail is ana@example.com.",
    "The user pays 3.50 EUR for a coffee.",
    "The user does not eat meat.",
    "The user is visiting her sister Léa in May.",
    "The user speaks 한국어.",
]
FEW = settings(
    deadline=None,
    derandomize=True,
    max_examples=15,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
STORABLE = st.characters(exclude_categories=["Cs"], exclude_characters="\0")
SENTENCES = st.text(STORABLE, min_size=1, max_size=200).filter(str.strip)


def opened(url: str, **options: Any) -> ConversationStore:
    """A store that does not wait for the disk: no power fails in these tests."""
    store = ConversationStore(url, **options)
    if store.database.dialect == "sqlite":
        hurry = "PRAGMA synchronous = OFF"
        sa.event.listen(store.database._engine, "connect", lambda connection, _: connection.execute(hurry))
    return store


def texts(facts) -> list[str]:
    return [fact.text for fact in facts]


def learner(*items: dict) -> FakeClient:
    """A client whose model lists these facts."""
    return FakeClient(lambda messages: json.dumps([dict({"replaces": None, "message": 1}, **item) for item in items]))


def said(*texts: str) -> list[dict]:
    return [{"role": "user", "content": text} for text in texts]


class EmbeddingClient:
    """Has `embeddings.create` alone. A text's vector counts its letters, so that it can be told what lies near what."""

    size = 26

    def __init__(self) -> None:
        self.requests: list[list[str]] = []
        self.meanwhile = lambda: None
        self.embeddings = SimpleNamespace(create=self.create)

    def vector(self, text: str) -> list[float]:
        numbers = [float(text.lower().count(chr(97 + place % 26))) for place in range(self.size)]
        length = sum(number * number for number in numbers) ** 0.5
        return [number / (length or 1) for number in numbers]

    def create(self, *, model: str, input: list[str]):
        self.requests.append(list(input))
        self.meanwhile()
        data = [SimpleNamespace(index=i, embedding=self.vector(text)) for i, text in enumerate(input)]
        return SimpleNamespace(data=data[::-1])


class AsyncEmbeddingClient(EmbeddingClient):
    async def create(self, **request):
        return EmbeddingClient.create(self, **request)
