"""The offline model reads: it answers from the messages of a request, and from nothing else."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mock_model import get_mock_client
from mock_model.sentences.reading import is_question, read
from mock_model.sentences.voice import turned
from mock_model.sentences.words import sentences
from mock_model.tasks.travel import PLACES

MODEL = "offline-model"
UNTOLD = "find no answer"
FACTS = [json.loads(line) for line in (Path(__file__).parent / "facts.jsonl").read_text(encoding="utf-8").splitlines()]
CLIENT = get_mock_client()


def ask(*messages: tuple[str, str] | list[str] | str) -> str:
    """Send messages, (role, content) or a user's content, and return the reply."""
    sent = [("user", m) if isinstance(m, str) else m for m in messages]
    request = [{"role": role, "content": content} for role, content in sent]
    return CLIENT.chat.completions.create(model=MODEL, messages=request).choices[0].message.content


def holds(text: str, expected: str) -> bool:
    """Whether a text has one of the alternatives "a|b", at the beginning of a word."""
    return any(re.search(r"(?<!\w)" + re.escape(part), text, re.IGNORECASE) for part in expected.split("|"))


def each_fact(test):
    """One test for each fact, named by its kind and question."""
    return pytest.mark.parametrize("fact", FACTS, ids=[f"{f['kind']}: {f['question']}" for f in FACTS])(test)


# ---- facts and questions ----


def test_there_are_facts_of_many_kinds() -> None:
    """At least 80 facts of at least 12 kinds"""
    assert len(FACTS) >= 80 and len({f["kind"] for f in FACTS}) >= 12


@each_fact
def test_a_fact_that_was_sent_is_answered(fact: dict) -> None:
    """A fact that was sent is told, and nothing else beside it but what stands in the same sentence"""
    reply = ask(*fact["fact"], fact["question"])
    assert all(holds(reply, e) for e in fact["expect"] if e not in ("yes", "no")), reply
    said = [s for _, text in fact["fact"] for s in sentences(text)]
    together = [s for s in said if any(holds(s, e) for e in fact["expect"])]
    apart = [f for f in fact["forbid"] if f not in ("yes", "no") and not any(holds(s, f) for s in together)]
    assert not any(holds(reply, f) for f in apart), reply


@each_fact
def test_a_fact_that_was_not_sent_is_not_known(fact: dict) -> None:
    """A fact that was not sent is not known"""
    reply = ask(fact["question"])
    assert UNTOLD in reply or "offline model" in reply  # it is asked for its own name


@each_fact
def test_of_something_similar_only_what_was_said_is_told(fact: dict) -> None:
    """Of something similar (another's dog, another date) no more is told than was said; a mere question is told never"""
    reply = ask(*fact["near_miss"], fact["question"])
    said = [s for _, text in fact["near_miss"] for s in sentences(text)]
    told = {text for s in read([{"role": r, "content": t} for r, t in fact["near_miss"]]) if (text := turned(s))}
    for sentence in told:
        reply = reply.replace(sentence, "")
    for quoted in re.findall(r': "([^"]*)"', reply):
        assert any(sentences(quoted)[0] in s for s in said) and not any(
            s in said and is_question(s) for s in sentences(quoted)
        )
        reply = reply.replace(quoted, "")
    assert re.fullmatch(
        r"(?:The nearest I find in these \d messages is: |I find no answer to that in these \d messages\."
        r'|(?:You said|I said|The notes say): ""|\s)*',
        reply,
    ), reply


@pytest.mark.parametrize(
    ("first", "later", "question", "new", "old"),
    [
        ("The meeting is on Monday.", "Actually, make that Tuesday.", "When is the meeting?", "Tuesday", "Monday"),
        ("My budget is 900 euros.", "Sorry, I meant 950.", "What is my budget?", "950", "900"),
        ("We need 12 chairs.", "14, not 12.", "How many chairs do we need?", "14", "12"),
        ("I live in Ghent.", "I have moved, I live in Bruges now.", "Where do I live?", "Bruges", "Ghent"),
        ("The server is called heron.", "The server is called osprey now.", "What is the server called?", "osprey", "heron"),
        ("My train leaves at 9:15.", "Change that to 10:40, please.", "When does my train leave?", "10:40", "9:15"),
        ("My favourite colour is red.", "My favourite colour is teal.", "What is my favourite colour?", "teal", "red"),
    ],
)  # fmt: skip
def test_of_two_statements_the_later_wins(first: str, later: str, question: str, new: str, old: str) -> None:
    """Of two statements the later wins, whatever was said in between"""
    between = [("assistant", "Noted."), "I like walking in the rain.", ("assistant", "Noted.")]
    for talk in ([first, later], [first, *between, later], [first, later, *between]):
        reply = ask(*talk, question)
        assert new in reply and (old not in reply or f"not {old}" in reply)


def test_what_is_said_to_be_so_too_is_added() -> None:
    """What is said with "also" is added to what was said before, not put in its place"""
    reply = ask(
        "I'm allergic to peanuts.", ("assistant", "Noted."), "I'm also allergic to latex.", "What am I allergic to?"
    )
    assert "peanuts" in reply and "latex" in reply


def test_it_is_what_the_user_spoke_of() -> None:
    """ "It" is what the user spoke of, not what the model mentioned in between"""
    talk = ["I have a boat.", ("assistant", "A boat needs a good anchor."), "It is called Saltwife."]
    assert "Saltwife" in ask(*talk, "What is my boat called?")


@pytest.mark.parametrize("role", ["user", "system", "developer", "assistant"])
def test_every_role_is_read(role: str) -> None:
    """A fact counts whoever said it"""
    assert "heron" in ask((role, "The staging server is called heron."), "What is the staging server called?")


def test_its_own_earlier_refusal_is_no_fact() -> None:
    """Its own earlier "I find no answer" is no fact"""
    first = ask("What is my dog called?")
    assert UNTOLD in ask("What is my dog called?", ("assistant", first), "What is my dog called?")


@pytest.mark.parametrize(
    ("told", "question"),
    [
        ("Our terms: my landlord wants the flat back in spring.", "Who wants it back, do you think?"),
        ("The kettle broke yesterday.", "Which of my things no longer works?"),
        ("我的狗叫饼干。", "What is my dog called?"),
        ("Mein Hund heisst Keks.", "What is my dog called?"),
        ("Hello.", "What is my dog called?"),
    ],
)
@pytest.mark.parametrize("turns", [0, 1, 3])
def test_it_never_says_that_something_was_not_said(told: str, question: str, turns: int) -> None:
    """Where it finds no answer it says what it looked through: all messages of the request, instructions included"""
    rest = [("system", "Be kind."), *[m for n in range(turns) for m in (f"Day {n} was dry.", ("assistant", "Noted."))]]
    for sent in ([*rest, told, question], [*rest[1:], f"{told} {question}"]):
        reply, count = ask(*sent), f"these {len(sent)} messages" if len(sent) > 1 else "this one message"
        if "find no answer" in reply:
            assert reply == f"I find no answer to that in {count}."
        assert not re.search(r"n't|not (?:told|said)|don’t know", reply), reply


@pytest.mark.parametrize(
    ("wish", "reply"),
    [
        ("in one word", "Unknown."),
        ("in two words", "None found."),
        ("in at most 5 words", "I find no answer."),
        ("in at most 9 words", "I find no answer to that here."),
        ("in one sentence", "I find no answer to that in these 2 messages."),
    ],
)
def test_in_few_words_it_is_still_true(wish: str, reply: str) -> None:
    """What is not found is not found in fewer words too"""
    assert ask(("system", f"Answer {wish}."), "What is my dog called?") == reply


@pytest.mark.parametrize("words", range(1, 25))
def test_a_short_reply_never_ends_inside_what_it_admits(words: int) -> None:
    """A limit of words cuts neither the admission nor the question for a season in the middle"""
    rule = ("system", f"Answer in at most {words} words.")
    half = ask(rule, "My dog is called Biscuit.", "What is my dog called? How old is she?")
    assert len(half.split()) <= words and not re.search(r"find(?: no)?$", half)
    season = ask(rule, "What should I pack for that season?")
    assert len(season.split()) <= words and season.startswith("Which") and season.endswith(("?", "messages."))


def test_what_it_admitted_before_is_no_fact() -> None:
    """Its own "I find no answer to that in these 3 messages" answers no later question, and no summary tells it"""
    admitted = ("assistant", "I find no answer to that in these 3 messages.")
    assert UNTOLD in ask("How old is he?", admitted, "How many messages are there?")
    told = ask("My dog is called Rex.", admitted, "Summarize this conversation and keep every name and number.")
    assert "Rex" in told and "3" not in told


def test_two_questions_get_two_answers() -> None:
    """Two questions in one message get two answers, the unknown one too"""
    told = "My dog is called Biscuit. I live in Lisbon."
    both = ask(told, "What is my dog called? Where do I live?")
    assert "Biscuit" in both and "Lisbon" in both
    half = ask(told, "What is my dog called? How old is he?")
    assert "Biscuit" in half and UNTOLD in half


@pytest.mark.parametrize(
    "before", [("assistant", "Noted."), ("system", "You are a helpful cooking assistant."), ("system", "Be brief.")]
)
def test_she_is_nobody_where_nobody_was_named(before: tuple[str, str]) -> None:
    """ "She" stands for a person who was named, not for the model or its "Noted." """
    reply = ask(before, "She also brings candles.", ("assistant", "Noted."), "Who brings the candles?")
    assert reply == 'You said: "She also brings candles."'


@pytest.mark.parametrize(
    ("said", "question", "answer"),
    [
        ("It will be 24 degrees and dry.", "How many degrees will it be?", "It will be 24 degrees"),
        ("I have to correct my budget: it is 1,200 euros.", "What is my budget?", "it is 1,200 euros"),
        ("It is still open whether Rex comes along.", "What is still open?", "It is still open whether Rex comes"),
    ],
)
def test_it_can_stand_for_nothing_said_before(said: str, question: str, answer: str) -> None:
    assert answer in ask("My sister Ines lives in Lisbon.", "We take the night train.", said, question)


def test_content_in_parts_and_results_of_tools_are_read() -> None:
    """Content in parts is read, and what a tool has said"""
    parts = [{"type": "text", "text": "My cat is called"}, {"type": "text", "text": "My cat is called Miso."}]
    call = {"id": "call_1", "type": "function", "function": {"name": "look_up", "arguments": "{}"}}
    messages = [
        {"role": "user", "content": parts},
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "call_1", "content": '{"door_code": "4471"}'},
        {"role": "assistant", "content": "Done."},
        {"role": "user", "content": "What is my cat called? What is the door code?"},
    ]
    reply = CLIENT.chat.completions.create(model=MODEL, messages=messages).choices[0].message.content
    assert "Miso" in reply and "4471" in reply


# ---- references ----


@pytest.mark.parametrize("place", sorted({"japan", "peru", "iceland", "morocco", "new zealand", "kyoto"}))
def test_the_place_comes_from_the_users_message_and_the_season_from_the_reply(place: str) -> None:
    """The place comes from the user's message, the season from the model's own reply"""
    told = f"I'm planning a trip to {place.title()}."
    advice = ask(told, "When should I visit?")
    season = PLACES[place][0]
    assert place.title() in advice and season in advice.lower()
    packing = ask(told, "When should I visit?", ("assistant", advice), "What should I pack for that season?")
    assert season in packing
    without_reply = ask(told, "When should I visit?", "What should I pack for that season?")
    assert without_reply == "Which season do you mean? I find none in these 3 messages."


def test_without_the_place_it_asks_which() -> None:
    """Without the place it asks which, and it does not guess"""
    assert ask("When should I visit?") == "Which place do you mean? I find none in this one message."
    assert not any(place in ask("When should I visit?").lower() for place in PLACES)


def test_a_place_it_knows_nothing_of_is_named_as_such() -> None:
    """A place that it knows nothing of gets no invented season"""
    assert "Atlantis" in ask("I'm planning a trip to Atlantis.", "When should I visit?")


@pytest.mark.parametrize(
    "question", ["When should I visit my dentist?", "What do I take every morning?", "When should we go to the bank?"]
)
def test_what_names_something_else_is_no_question_of_travel(question: str) -> None:
    reply = ask("I'm planning a trip to Japan.", question)
    assert "Spring" not in reply and not reply.startswith("Which")


# ---- small talk and the rest ----


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("Hello!", "Hello"),
        ("Thanks a lot!", "welcome"),
        ("Who are you?", "offline model"),
        ("Write a poem about the sea.", "rule-based stand-in"),
        ("   ", "empty"),
        ("🎉🎉🎉", "Noted"),
        ("我的狗叫饼干。", "Noted"),
        ("<|endoftext|>", "Noted"),
    ],
)
def test_small_talk_and_unknown_requests_get_a_short_honest_reply(said: str, expected: str) -> None:
    """Small talk and unknown requests get a short, honest reply"""
    reply = ask(said)
    assert expected in reply and len(reply) < 200


def test_what_do_you_know_about_me_lists_what_was_told() -> None:
    """ "What do you know about me?" lists what was told, and admits when that is nothing"""
    assert UNTOLD in ask("What do you know about me?")
    known = ask("My dog is called Biscuit. I live in Lisbon.", "What do you know about me?")
    assert "Biscuit" in known and "Lisbon" in known


# ---- a reply is a function of its request ----


@settings(max_examples=30, deadline=None)
@given(st.lists(st.sampled_from(range(len(FACTS))), min_size=2, max_size=6))
def test_replies_do_not_depend_on_earlier_requests(asked: list[int]) -> None:
    """Replies do not depend on earlier requests, whatever their order"""

    def answers(order: list[int]) -> dict[int, str]:
        return {n: ask(*FACTS[n]["fact"], FACTS[n]["question"]) for n in order}

    assert answers(asked) == answers(asked[::-1])
    assert all(re.search(f"{UNTOLD}|offline model", ask(FACTS[n]["question"])) for n in asked)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from(["system", "user", "assistant"]), st.text(max_size=60)), min_size=1, max_size=5)
)
def test_any_text_gets_a_reply(messages: list[tuple[str, str]]) -> None:
    """Any text gets a reply: no input breaks the reading"""
    assert isinstance(ask(*messages, "What is my name?"), str)


def test_a_very_long_message_is_read() -> None:
    """A message of 50,000 tokens is read to its end"""
    filler = "The road winds on past fields and farms and villages without end, mile after mile. " * 3000
    assert "Biscuit" in ask(filler + "My dog is called Biscuit.", "What is my dog called?")
