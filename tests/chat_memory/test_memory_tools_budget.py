"""A turn with tools fits: results are shortened, older turns folded, steps go; question and newest step stay."""

from itertools import pairwise
from types import SimpleNamespace

import pytest

from chat_memory import BudgetError, ChatMemory, count_tokens
from chat_memory.tools import Tool

from .tool_client import QUESTION, WAYS, NoRoute, ToolClient, asked, call, calling, fits, page, talk

EACH_WAY = pytest.mark.parametrize("way", WAYS)


def without_summaries(client, way):
    """Let each request for a summary fail; returns the list of those that did."""
    failed, create = [], client.chat.completions.create

    def refuse(**request):
        if request["messages"][0]["content"].startswith("You keep the summary"):
            failed.append(request)
            raise NoRoute("no route")
        return create(**request)

    async def refuse_async(**request):
        return await refuse(**request)

    client.chat.completions.create = refuse_async if way.endswith("async") else refuse
    return failed


@EACH_WAY
def test_a_large_result_is_shortened_and_the_question_and_older_turns_stay(way):
    step = calling(call("page", {"name": "a"}))
    client, memory = talk(way, "Noted.", step, "Read.", tools=[page], max_tokens=1200, reply_tokens=200)
    WAYS[way](memory, "My name is Ana.")
    WAYS[way](memory, "Read it.")
    assert fits(client, 1000) and not client.summaries
    sent = client.requests[-1]["messages"]
    assert sent[0]["content"] == "My name is Ana." and sent[2]["content"] == "Read it."
    assert "tokens in all" in sent[-1]["content"] and count_tokens(sent, tools=client.requests[-1]["tools"]) > 900
    kept = memory.messages
    assert 400 < count_tokens(kept[2:]) < 500, "what is kept of it takes half of the room"


@EACH_WAY
def test_older_turns_are_folded_for_results_of_usual_size(way):
    def note(name: str) -> str:
        return f"{name} word" * 100

    step = calling(call("note", {"name": "a"}))
    client, memory = talk(way, tools=[note], max_tokens=1000, reply_tokens=100, keep_recent=1)
    client.left = ["Noted. " * 40] * 5 + [step, "Read."]
    for number in range(5):
        WAYS[way](memory, f"My number {number} is 7. " * 5)
    assert not client.summaries
    WAYS[way](memory, "Read it.")
    assert fits(client, 900) and client.summaries and not any("tools" in request for request in client.summaries)
    before, after = client.requests[-2]["messages"], client.requests[-1]["messages"]
    assert len(before) == 11 and after[-1]["content"] == f"{'a word' * 100}"
    assert after[0]["content"].startswith("Please recap") and memory.summary == "They talked."


@EACH_WAY
def test_where_the_summary_fails_in_the_middle_of_a_turn_it_is_tried_once_and_the_newest_turns_are_sent(way):
    def note(name: str) -> str:
        return f"{name} word" * 60

    client, memory = talk(way, tools=[note], max_tokens=1000, reply_tokens=100)
    step = calling(call("note", {"name": "a"}))
    client.left = ["Noted. " * 40] * 5 + [step, step, "Read."]
    for number in range(5):
        WAYS[way](memory, f"My number {number} is 7. " * 5)
    failed = without_summaries(client, way)
    WAYS[way](memory, "Read it.")
    assert len(failed) == 1 and isinstance(memory.summary_error, NoRoute) and fits(client, 900)
    roles = [message["role"] for message in client.requests[-1]["messages"]]
    assert roles[0] == "user" and roles[-5:] == ["user", "assistant", "tool", "assistant", "tool"]
    assert len(memory.messages) == 16, "nothing was folded"


@EACH_WAY
def test_in_a_long_turn_whole_steps_go_and_the_newest_result_stays(way):
    def note(number: int) -> str:
        return f"note {number} " * 20

    steps = [calling(call("note", {"number": n}, f"call_{n}"), reasoning_content="word " * 80) for n in range(8)]
    client, _, _ = asked(way, *steps, "Read.", tools=[note], max_tokens=700, reply_tokens=50)
    assert fits(client, 650)
    sent = client.requests[-1]["messages"]
    assert sent[0] == QUESTION and sent[-1]["content"].startswith("note 7")
    assert 1 < sum(1 for message in sent if message["role"] == "tool") < 8
    assert all(message["reasoning_content"] == "word " * 80 for message in sent if message["role"] == "assistant")


@EACH_WAY
@pytest.mark.parametrize("turns", [0, 3])
def test_where_the_newest_step_is_too_large_the_turn_ends_before_the_next_request(way, turns):
    mails = []

    def mail(text: str) -> str:
        mails.append(text)
        return "Sent. " * 300

    client, memory = talk(way, *["Noted. " * 20] * turns, tools=[mail], max_tokens=700, reply_tokens=50)
    for _ in range(turns):
        WAYS[way](memory, "My name is Ana.")
    before, requests = memory.messages, len(client.requests)
    letter = calling(call("mail", {"text": "Dear all, " * 400}))
    client.left = [letter] * 3
    with pytest.raises(BudgetError, match=r"The newest step needs 1,\d\d\d tokens, the newest question") as raised:
        WAYS[way](memory, "Write to them.")
    assert (len(mails), len(client.requests), memory.messages) == (1, requests + 1, before)
    assert [message["role"] for message in raised.value.messages] == ["user", "assistant", "tool"]

    for budget, works in ((raised.value.needed - 1, False), (raised.value.needed, True)):
        client, memory = talk(way, *["Noted. " * 20] * turns, tools=[mail], max_tokens=budget, reply_tokens=50)
        for _ in range(turns):
            WAYS[way](memory, "My name is Ana.")
        client.left = [letter, "They know."]
        try:
            WAYS[way](memory, "Write to them.")
        except BudgetError:
            assert not works
        else:
            assert works and fits(client, budget - 50) and client.requests[-1]["messages"][-1]["role"] == "tool"


@EACH_WAY
def test_what_is_known_gives_way_to_the_newest_step(way):
    note = [{"role": "user", "content": "What do you know?"}, {"role": "assistant", "content": "rain " * 300}]
    facts = SimpleNamespace(note=lambda question: note)
    step = calling(call("page", {"name": "word " * 350}))
    client, *_ = asked(way, step, "Read.", tools=[page], facts=facts, max_tokens=700, reply_tokens=50)
    first, second = (request["messages"] for request in client.requests)
    assert first == [*note, QUESTION] and second[0] == QUESTION and second[-1]["role"] == "tool"
    assert fits(client, 650)


@EACH_WAY
def test_within_a_turn_requests_append_to_what_was_sent_most_of_the_time(way):
    def note(number: int) -> str:
        return f"note {number} " * 60

    steps = [calling(call("note", {"number": n}, f"call_{n}")) for n in range(8)]
    client, *_ = asked(way, *steps, "Read.", tools=[note], max_tokens=900, reply_tokens=50)
    sent = [request["messages"] for request in client.requests]
    appended = [later[: len(earlier)] == earlier for earlier, later in pairwise(sent)]
    assert fits(client, 850) and sum(appended) >= len(appended) - 3, appended


def test_tools_that_leave_no_room_are_named_with_the_least_that_works():
    def long(a: str) -> None:
        pass

    tools = [Tool(long, description="word " * 500)]
    with pytest.raises(ValueError, match="the instructions, the tools, a summary"):
        ChatMemory(ToolClient(), max_tokens=500, tools=tools)
    memory = ChatMemory(ToolClient(), max_tokens=1000, tools=tools)
    with pytest.raises(BudgetError, match="the tools 5") as error:
        memory.ask("word " * 400)
    client = ToolClient("Yes.")
    ChatMemory(client, max_tokens=error.value.needed, tools=tools).ask("word " * 400)
    assert fits(client, error.value.needed)


@EACH_WAY
def test_what_is_known_stays_before_the_question_through_the_turn_and_is_not_kept(way):
    note = [{"role": "user", "content": "What do you know?"}, {"role": "assistant", "content": "Ana likes rain."}]
    facts = SimpleNamespace(note=lambda question: note)
    step = calling(call("weather", {"city": "Rome"}))
    client, memory, _ = asked(way, step, step, "Mild.", facts=facts)
    assert all(request["messages"][:3] == [*note, QUESTION] for request in client.requests)
    assert memory.messages[0] == QUESTION and note[0] not in memory.messages


@EACH_WAY
@pytest.mark.parametrize("size", [10, 350, 600])
def test_what_is_known_may_take_more_than_the_share_of_a_turn_whatever_else_fails(way, size):
    note = [{"role": "user", "content": "What do you know?"}, {"role": "assistant", "content": "rain " * size}]
    facts = SimpleNamespace(note=lambda question: note)
    client, memory = talk(way, tools=[page], facts=facts, max_tokens=1000, reply_tokens=100)
    without_summaries(client, way)
    client.left = ["Noted. " * 60] * 4 + [calling(call("page", {"name": "a"})), "Read."]
    for _ in range(5):
        WAYS[way](memory, "Read it.")
    assert fits(client, 900) and client.requests[-1]["messages"][-1]["role"] == "tool"
    assert all(request["messages"][-1] == {"role": "user", "content": "Read it."} for request in client.requests[:-1])
