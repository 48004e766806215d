"""Facts are found by meaning: each is embedded once, and what is no vector is refused."""

from types import SimpleNamespace

import pytest
import sqlalchemy as sa

from chat_memory import IncompleteReply
from chat_memory.errors import StoreError
from chat_memory.store import schema

from .known_facts import EmbeddingClient, texts


def test_the_nearest_are_found_and_each_fact_is_embedded_once(ana):
    client = EmbeddingClient()
    for text in ("zzz yyy", "aaa bbb", "aaa ccc"):
        ana.add(text)
    assert texts(ana.find_by_meaning(client, "aab", limit=2)) == ["aaa bbb", "aaa ccc"]
    assert texts(ana.find_by_meaning(client, "zzz")) == ["zzz yyy"]
    ana.add("xxx")
    assert texts(ana.find_by_meaning(client, "x z", limit=1)) == ["xxx"]
    assert client.requests == [["aab", "zzz yyy", "aaa bbb", "aaa ccc"], ["zzz"], ["x z", "xxx"]]
    ana.find_by_meaning(client, "aab", model="another")
    assert len(client.requests[-1]) == 5
    assert ana.find_by_meaning(client, " ") == [] and len(client.requests) == 4


def test_many_facts_are_embedded_in_portions(ana):
    with ana._records.writing() as connection:
        for number in range(300):
            ana._records.insert(connection, ana._records.row(f"fact {number}"))
    client = EmbeddingClient()
    assert len(ana.find_by_meaning(client, "fact", limit=500)) == 300
    assert [len(texts) for texts in client.requests] == [256, 45]


def test_what_is_forgotten_corrected_or_expired_meanwhile_is_not_found(ana):
    first, second, third, _ = (ana.add(f"abc {name}") for name in ("one", "two", "three", "four"))
    client = EmbeddingClient()
    client.meanwhile = lambda: (ana.forget(first), ana.correct(second, "abc new"), ana.expire(third))
    assert texts(ana.find_by_meaning(client, "abc")) == ["abc four"]
    client.meanwhile = lambda: None
    assert sorted(texts(ana.find_by_meaning(client, "abc"))) == ["abc four", "abc new"]


def test_missing_vectors_and_another_model_under_the_same_name_are_reported(ana):
    ana.add("abc")
    client = EmbeddingClient()
    lost = SimpleNamespace(embeddings=SimpleNamespace(create=lambda **request: SimpleNamespace(data=[])))
    with pytest.raises(IncompleteReply, match="2 texts were sent, and 0 vectors"):
        ana.find_by_meaning(lost, "abc")
    assert texts(ana.find_by_meaning(client, "abc")) == ["abc"]
    client.size = 52
    with pytest.raises(StoreError, match="26 numbers before, and of 52 now"):
        ana.find_by_meaning(client, "abc")
    assert texts(ana.find_by_meaning(client, "abc")) == ["abc"]


def test_a_damaged_vector_is_made_anew(ana):
    ana.add("abc")
    client = EmbeddingClient()
    ana.find_by_meaning(client, "abc")
    with ana._records.writing() as connection:
        connection.execute(sa.update(schema.vectors).values(vector=b"\0\0\0"))
    with pytest.raises(StoreError, match=r"A vector in .* is damaged\. The old vectors were deleted"):
        ana.find_by_meaning(client, "abc")
    assert texts(ana.find_by_meaning(client, "abc")) == ["abc"]


@pytest.mark.parametrize("index", [lambda number: number, lambda number: None])
def test_vectors_are_taken_by_their_numbers_or_in_order_where_they_have_none(ana, index):
    made = EmbeddingClient()
    for text in ("abc", "xyz"):
        ana.add(text)

    def create(**request):
        data = [SimpleNamespace(index=index(n), embedding=made.vector(text)) for n, text in enumerate(request["input"])]
        return SimpleNamespace(data=data if index(0) is None else data[::-1])

    client = SimpleNamespace(embeddings=SimpleNamespace(create=create))
    assert texts(ana.find_by_meaning(client, "xyz")) == ["xyz"]


@pytest.mark.parametrize(
    "data",
    [
        None,
        [(0, [1.0]), (0, [1.0])],
        [(0, [1.0]), (2, [1.0])],
        [(0, [1.0]), (None, [1.0])],
        [(0, [1.0]), (1, [])],
        [(0, [1.0]), (1, None)],
        [(0, [1.0]), (1, "AACAPw==")],
        [(0, [1.0]), (1, ["1"])],
        [(0, [1.0]), (1, [float("nan")])],
        [(0, [1.0]), (1, [1e300])],
        [(0, [1.0]), (1, [1.0, 2.0])],
        [(0, [1.0]), (1, [10**400])],
        [(0, [1.0]), (1, {1.0: 2.0})],
        [([0], [1.0]), ([1], [1.0])],
        [("0", [1.0]), ("1", [1.0])],
    ],
    ids=lambda data: f"{data!r:.30}",
)
def test_what_is_no_vector_for_each_text_is_an_incomplete_reply_and_nothing_is_kept(ana, data):
    ana.add("abc")
    data = data and [SimpleNamespace(index=index, embedding=embedding) for index, embedding in data]
    client = SimpleNamespace(embeddings=SimpleNamespace(create=lambda **request: SimpleNamespace(data=data)))
    with pytest.raises(IncompleteReply, match=r"Ask again\."):
        ana.find_by_meaning(client, "abc")
    with ana._records.database.reading() as connection:
        assert connection.execute(sa.select(schema.vectors)).all() == []


def test_a_vector_of_zeros_is_asked_for_again_and_one_of_no_list_is_none(ana):
    fact, slips = ana.add("abc"), [[0.0, 0.0]]

    def create(**request):
        vectors = [slips.pop() if slips and n else [1.0, 2.0] for n in range(len(request["input"]))]
        return SimpleNamespace(data=[SimpleNamespace(embedding=vector) for vector in vectors])

    client = SimpleNamespace(embeddings=SimpleNamespace(create=create))
    assert ana.find_by_meaning(client, "abc") == [] and ana.find_by_meaning(client, "abc") == [fact]
    client.embeddings.create = lambda **request: SimpleNamespace(data=7)
    with pytest.raises(IncompleteReply, match="0 vectors came back"):
        ana.find_by_meaning(client, "abc")
    with pytest.raises(TypeError, match="A question is text"):
        ana.find_by_meaning(client, None)
