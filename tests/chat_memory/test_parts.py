"""Questions with pictures, sounds and files: sent, kept and saved whole, counted at their price, and named by a summary."""

from copy import deepcopy

import pytest

from chat_memory import BudgetError, ChatMemory, count_tokens, show_request
from chat_memory.store import ConversationStore

from .fake_client import FakeClient
from .test_pictures import picture
from .wire import WAYS, answer_to, asked

CAT = picture(1_024, 1_024, "JPEG", detail="high")  # 765 tokens for gpt-4o
SOUND = {"type": "input_audio", "input_audio": {"data": "UklGRg==", "format": "wav"}}
FILE = {"type": "file", "file": {"filename": "plan.pdf", "file_data": "data:application/pdf;base64,JVBERg=="}}
LOOK = [{"type": "text", "text": "What is this?"}, CAT]


@pytest.mark.parametrize("way", WAYS)
def test_parts_are_sent_and_kept_as_they_are_and_belong_to_the_caller(way):
    server, memory = asked(way, answer_to(way, content="A cat."), answer_to(way, content="Yes."), model="gpt-4o")
    given = deepcopy(LOOK)
    assert WAYS[way](memory, given) == "A cat."
    assert given == LOOK
    given[0]["text"] = given[1]["image_url"]["url"] = "changed"
    WAYS[way](memory, "Sure?")
    assert server.requests[1]["messages"][0] == {"role": "user", "content": LOOK}
    assert memory.messages[0]["content"] == LOOK


def test_a_picture_is_counted_at_its_price():
    client = FakeClient(lambda messages: "A cat.")
    memory = ChatMemory(client, max_tokens=1_200, model="gpt-4o", reply_tokens=100)
    memory.ask(LOOK)
    assert memory.usage.prompt_tokens == count_tokens([{"role": "user", "content": LOOK}], model="gpt-4o") > 765
    with pytest.raises(BudgetError, match="The newest question needs 1,5"):
        memory.ask([CAT, CAT])
    assert [message["role"] for message in memory.messages] == ["user", "assistant"]


def test_a_summary_names_what_is_folded():
    client = FakeClient(lambda messages: "A cat was shown.")
    memory = ChatMemory(client, max_tokens=1_500, keep_recent=0, model="gpt-4o", reply_tokens=100, part_tokens=300)
    memory.ask([*LOOK, SOUND])
    memory.ask([*LOOK[:1], CAT, FILE])
    [summary] = [r["messages"] for r in client.requests if "summary of a conversation" in str(r["messages"][0])]
    assert "[picture image/jpeg]" in str(summary)
    assert "[sound wav]" in str(summary)
    assert "base64" not in str(summary)
    assert memory.summary == "A cat was shown."


@pytest.mark.parametrize("price", [700, lambda part: 700], ids=["number", "function"])
def test_a_saved_conversation_goes_on_with_its_parts_whole(sqlite_url, price):
    again = {} if isinstance(price, int) else {"part_tokens": price}  # a function cannot be saved
    with ConversationStore(sqlite_url) as store:
        ChatMemory(FakeClient(), part_tokens=price, conversation=store.open("ana")).ask([*LOOK, SOUND])
        client = FakeClient()
        memory = ChatMemory.resume(client, store.open("ana"), **again)
        memory.ask("Sure?")
        assert client.requests[0]["messages"][0]["content"] == [*LOOK, SOUND]
        assert memory.usage.prompt_tokens > 1_400
        if again:  # without a price they are named, and stay as they are in the store
            sent = ChatMemory.resume(client, store.open("ana")).messages[0]["content"]
            assert [part["text"] for part in sent] == ["What is this?", "[picture image/jpeg]", "[sound wav]"]
        assert store.open("ana").messages()[0]["content"] == [*LOOK, SOUND]


def test_settings_that_are_as_ever_are_saved_as_ever(sqlite_url):
    with ConversationStore(sqlite_url) as store:
        ChatMemory(FakeClient(), conversation=store.open("ana")).ask("Hi")
        assert "part_tokens" not in store.open("ana").load().settings


def test_facts_are_found_by_the_words_of_a_question():
    class Facts:
        asked = []

        def note(self, question):
            self.asked.append(question)
            return []

    memory = ChatMemory(FakeClient(), facts=Facts(), model="gpt-4o")
    memory.ask([*LOOK, {"type": "text", "text": "Is it mine?"}])
    memory.ask([CAT])
    assert Facts.asked == ["What is this?\nIs it mine?", ""]


@pytest.mark.parametrize(
    ("question", "kind", "said"),
    [
        ([], ValueError, "is empty"),
        ([{"type": "text", "text": " "}], ValueError, "is empty"),
        (None, TypeError, "text, or a list of parts"),
        ({"type": "text", "text": "Hi"}, TypeError, "not dict"),
        (b"Hi", TypeError, "not bytes"),
        (["Hi"], TypeError, "part 0 must be a dict with a type"),
        ([{"text": "Hi"}], TypeError, "part 0 must be a dict with a type"),
        ([*LOOK, {"type": "text"}], TypeError, "part 2 must hold its text"),
        ([{"type": "sticker", "id": 7}], ValueError, "'sticker', which no question has"),
        ([{"type": "refusal", "refusal": "No."}], ValueError, "'refusal', which no question has"),
        ([{"type": "image_url", "image_url": "cat.png"}], TypeError, r"must look like \{'type': 'image_url'"),
        ([{"type": "image_url", "image_url": {"detail": "low"}}], TypeError, r"\{'url': '…'\}"),
        ([{"type": "input_audio", "input_audio": {"data": "UklG"}}], TypeError, "'format': '…'"),
        ([{"type": "file", "file": "file_7"}], TypeError, "must look like"),
        ([SOUND], ValueError, "is a sound, and what it costs is not known.*part_tokens="),
        ([{"type": "image_url", "image_url": {"url": "https://x.org/cat.png"}}], ValueError, "is a picture.*data: URL"),
    ],
)
@pytest.mark.parametrize("way", ["ask", "stream"])
def test_what_is_no_question_is_refused_and_loses_nothing(way, question, kind, said):
    client = FakeClient()
    memory = ChatMemory(client, model="gpt-4o")
    memory.ask("Hello.")
    with pytest.raises(kind, match=said):
        getattr(memory, way)(question)
    assert (len(client.requests), len(memory.messages)) == (1, 2)


def test_half_an_emoji_in_a_part_is_sent_as_the_sign_for_it():
    client = FakeClient()
    ChatMemory(client).ask([{"type": "text", "text": "half \ud83d"}])
    assert client.requests[0]["messages"][0]["content"] == [{"type": "text", "text": "half \ufffd"}]


def test_the_view_shows_parts_with_their_tokens():
    view = show_request([{"role": "user", "content": [*LOOK, SOUND]}], model="gpt-4o", part_tokens=40)
    assert "What is this? ↵ [picture image/jpeg]" in view.rows[0].text
    assert view.tokens == count_tokens([{"role": "user", "content": "What is this?"}], model="gpt-4o") + 765 + 40
    assert "base64" not in view.svg
