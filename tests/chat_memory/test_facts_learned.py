"""What a user states is learned from a conversation: all or nothing, and corrections in their place."""

import asyncio
import json
import re

import pytest

from chat_memory import IncompleteReply, Usage
from chat_memory.errors import BudgetError, ConflictError
from chat_memory.facts import UserFacts
from chat_memory.facts.learning import FORMAT
from chat_memory.store import ConversationStore
from mock_model import get_mock_client

from .fake_client import FakeAsyncClient, FakeClient, answer
from .known_facts import KNOWN, NOON, AsyncEmbeddingClient, EmbeddingClient, learner, said, texts


def test_what_the_model_lists_is_stored_with_where_it_was_said(store):
    ana = UserFacts(store, "ana", clock=lambda: NOON)
    client, usage = learner({"fact": "The user  lives in Porto.", "message": 3}), Usage()
    history = [{"role": "system", "content": "Be brief."}, *said("Hi", "Well", "I live in Porto.")]
    new = ana.learn(client, history, conversation="trip", model="gpt-4o", usage=usage)
    assert new == ana.known() and usage.requests == 1 and client.requests[0]["model"] == "gpt-4o"
    assert (new[0].text, new[0].conversation, new[0].message) == ("The user lives in Porto.", "trip", 3)
    assert new[0].said_at == NOON
    assert ana.learn(learner({"fact": "The user is 36.", "message": 8}), said("I am 36."), first=8)[0].message == 8


def test_a_correction_replaces_what_the_model_was_shown(known):
    old = known.find("Where do I live?")[0]
    client = learner({"fact": "The user lives in Braga.", "replaces": old.id})
    new = known.learn(client, said("I have moved to Braga."))
    assert f'{{"number": {old.id}, "fact": "The user lives in Porto."}}' in client.requests[0]["messages"][1]["content"]
    assert texts(known.find("live")) == texts(new) == ["The user lives in Braga."]
    assert known.record()[0].replaced_by == new[0].id


def test_what_is_known_word_for_word_is_not_stored_twice(known):
    before = known.record()
    again = [{"fact": "the user lives in  Porto"}, {"fact": "The user is 36."}, {"fact": "The user is 36."}]
    assert texts(known.learn(learner(*again), said("Hi"))) == ["The user is 36."]
    assert known.record()[:-1] == before
    number = known.find("meat")[0].id
    assert known.learn(learner({"fact": KNOWN[5], "replaces": number}), said("Hi")) == []
    assert number in [fact.id for fact in known.known()]


def test_two_known_facts_that_correct_each_other_are_not_both_lost(ana):
    one, other = ana.add("The user has a dog."), ana.add("The user has a cat.")
    reply = [{"fact": one.text, "replaces": other.id}, {"fact": other.text, "replaces": one.id}]
    ana.learn(learner(*reply), said("Hi"))
    assert texts(ana.known()) == ["The user has a cat."]


def test_a_number_that_was_not_shown_replaces_nothing(store):
    ana, bo = UserFacts(store, "ana"), UserFacts(store, "bo")
    theirs = bo.add("The user lives in Porto.")
    new = ana.learn(learner({"fact": "The user lives in Faro.", "replaces": theirs.id}), said("I live in Faro."))
    assert ana.record() == new and bo.record() == bo.known() == [theirs]


@pytest.mark.parametrize(
    "reply",
    [
        "I found nothing.",
        '[{"fact": "The user lives in Porto.", "message": 1',
        '[{"fact": "The user lives in Porto.", "message": 1}] [{"fact": "The user lives in Braga.", "message": 1}]',
        "[" * 50_000,
        "null",
        "",
        answer(None, "content_filter"),
    ],
)
def test_a_reply_that_is_no_whole_list_changes_nothing(known, reply):
    before = known.record()
    with pytest.raises(IncompleteReply):
        known.learn(FakeClient(lambda messages: reply), said("I live in Porto."))
    assert known.record() == before


def test_a_failing_client_or_write_changes_nothing(ana, monkeypatch):
    def fail(*arguments):
        raise OSError("no network")

    with pytest.raises(OSError, match="no network"):
        ana.learn(FakeClient(fail), said("I live in Porto."))
    old, insert = ana.add("The user has a dog."), ana._records.insert
    monkeypatch.setattr(ana._records, "insert", lambda c, row: fail() if "36" in row["text"] else insert(c, row))
    with pytest.raises(OSError, match="no network"):
        ana.learn(learner({"fact": "A cat.", "replaces": old.id}, {"fact": "The user is 36."}), said("Hi"))
    assert ana.record() == ana.known() == [old]


def test_a_clean_is_asked_once_for_each_fact_and_may_use_the_store_itself(shared_url):
    def numbered(text):
        calls.append(text)
        with ConversationStore(shared_url) as other:
            UserFacts(other, "bo").add(f"{text} It is number {len(calls)}.")
        return f"{text} ({len(calls)})"

    calls: list[str] = []
    with ConversationStore(shared_url, clean=numbered) as store:
        ana, bo = UserFacts(store, "ana"), UserFacts(store, "bo")
        ana.add("One.")
        ana.learn(learner({"fact": "Two."}, {"fact": "Three."}), said("Hi"))
        ana.correct(ana.known()[0], "Four.")
        assert [fact.text for fact in ana.known()] == ["Two. (2)", "Three. (3)", "Four. (4)"]
        assert calls == ["One.", "Two.", "Three.", "Four."] and len(bo.known()) == 4
        ana.forget_all()
        bo.forget_all()


@pytest.mark.parametrize("clean", [lambda text: None, lambda text: text + "\0", lambda text: text * 200])
def test_a_lesson_that_is_paid_for_but_not_stored_is_in_the_error(shared_url, clean):
    with ConversationStore(shared_url, clean=clean) as store:
        ana, client = UserFacts(store, "ana"), learner({"fact": "The user is 36."}, {"fact": "The user sings."})
        with pytest.raises((TypeError, ValueError), match="clean") as error:
            ana.learn(client, said("Hi"))
        assert json.loads(error.value.reply)[1]["fact"] == "The user sings." and ana.record() == []


def test_a_fact_that_changes_while_the_model_is_asked(ana):
    old = ana.add("The user lives in Porto.")
    reply = json.dumps([{"fact": "The user lives in Braga.", "message": 1, "replaces": old.id}])

    def meanwhile(change):
        return FakeClient(lambda messages: change() or reply)

    with pytest.raises(ConflictError):
        ana.learn(meanwhile(lambda: ana.correct(old, "The user lives in Faro.") and None), said("Hi"))
    assert texts(ana.known()) == ["The user lives in Faro."]
    old = ana.correct(ana.known()[0], "The user lives in Évora.")
    reply = json.dumps([{"fact": "The user lives in Braga.", "message": 1, "replaces": old.id}])
    ana.learn(meanwhile(lambda: ana.forget(old)), said("Hi"))
    assert texts(ana.record()) == ["The user lives in Braga."]


def test_learning_keeps_to_a_budget_or_says_what_it_needs(known):
    client = FakeClient(lambda messages: "[]")
    with pytest.raises(BudgetError) as error:
        known.learn(client, said("I live in Porto. " * 100), max_tokens=300)
    assert client.requests == []
    known.learn(client, said("I live in Porto. " * 100), max_tokens=error.value.needed)
    assert "Known facts: []" in client.requests[0]["messages"][1]["content"]
    assert re.match(r"Today: \d{4}-\d\d-\d\d\n", client.requests[0]["messages"][1]["content"])


def test_without_words_of_the_user_nothing_is_asked(ana):
    client = FakeClient()
    for history in ([], [{"role": "system", "content": "Hi"}], [{"role": "assistant", "content": "Hi"}], said(" ", "")):
        assert ana.learn(client, history) == []
    assert client.requests == []


@pytest.mark.parametrize("text", ["I live in \ud83d Porto.", "I \ud83c\udf39 Porto \0.", "\udf39 I live in Porto."])
def test_half_an_emoji_in_what_was_said_keeps_nothing_from_being_learned_or_found(ana, text):
    client = learner({"fact": "The user lives in Porto."})
    assert texts(ana.learn(client, said(text))) == ["The user lives in Porto."]
    str(client.requests[0]["messages"]).encode()
    asked = EmbeddingClient()
    assert ana.find(text) == ana.find_by_meaning(asked, text) == ana.known() and ana.note(text)
    "".join(asked.requests[0]).encode()


@pytest.mark.parametrize("known_facts", [[], ["The user lives in Porto.", "The user has a dog."]])
def test_a_server_can_be_asked_to_enforce_the_form(ana, known_facts):
    for fact in known_facts:
        ana.add(fact)
    history, options = said("I live in Braga now, and I'm allergic to peanuts."), {"response_format": FORMAT}
    client = FakeClient(
        lambda messages: json.dumps({"facts": [{"fact": "The user sings.", "message": 1, "replaces": None}]})
    )
    assert texts(ana.learn(client, history, options=options | {"seed": 7})) == ["The user sings."]
    assert client.requests[0]["response_format"] == FORMAT and client.requests[0]["seed"] == 7
    new = ana.learn(get_mock_client(), history, model="offline-model", options=options)
    assert texts(new) == ["The user lives in Braga now.", "The user is allergic to peanuts."]
    assert [fact.replaced_by for fact in ana.record() if fact.text == "The user lives in Porto."] == [
        new[0].id for _ in known_facts[:1]
    ]


def test_learning_and_finding_with_an_async_client(ana):
    client = FakeAsyncClient(lambda messages: '[{"fact": "The user lives in Porto.", "message": 1}]')
    assert texts(asyncio.run(ana.learn_async(client, said("I live in Porto.")))) == ["The user lives in Porto."]
    assert asyncio.run(ana.find_by_meaning_async(AsyncEmbeddingClient(), "Porto?")) == ana.known()
