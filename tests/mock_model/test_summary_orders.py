"""An order to summarise is found wherever it stands, and nothing of its own words, rules and examples is in the summary."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mock_model import get_mock_client
from mock_model.sentences.stems import base

CLIENT = get_mock_client()


def user(text: str) -> dict:
    return {"role": "user", "content": text}


def reply(text: str) -> dict:
    return {"role": "assistant", "content": text}


def system(text: str) -> dict:
    return {"role": "system", "content": text}


TALK = [
    user("Hi, I'm Odile and my parrot is called Quillon."),
    reply("Nice to meet you, Odile!"),
    user("We are planning a trip to Faro on 14 June."),
    reply("I suggest the morning train, it takes three hours."),
    user("Good. Our budget is 1,250 euros, and I'm allergic to walnuts."),
    reply("I will keep walnuts out of the plan."),
]
FACTS = ["Quillon", "Faro", "14 June", "1,250", "walnuts"]
EARLIER = "The user lives in Tallinn. The user's sister Maarja is a dentist."
EARLIER_FACTS = ["Tallinn", "Maarja"]
ARTICLE = "The harbour of Veld opened in 1911. It handles 40 ships a week. Its director is Tove Lund."
ARTICLE_FACTS = ["1911", "40 ships", "Tove Lund"]
TELLING = "the a an user user's assistant said asked human and of that".split()  # what a summary may say of its own


def lines(who: str = "User", whom: str = "Assistant") -> str:
    return "\n".join(f"{who if m['role'] == 'user' else whom}: {m['content']}" for m in TALK)


def bases(text: str) -> set[str]:
    found = re.findall(r"[a-z0-9][\w,']*", text.lower().replace("’", "'"))
    return {base(word.strip("',").removesuffix("'s")) for word in found}


def ask(request: Any) -> str:
    if isinstance(request, dict):
        return CLIENT.responses.create(model="offline-model", store=False, **request).output_text
    return CLIENT.chat.completions.create(model="offline-model", messages=request).choices[0].message.content


STEPWISE = (  # a template that many programs use in one form or another: an example with its end marked, then the real lines
    "Sum up the lines of the conversation step by step: add them to the current summary and return a new one.\n\n"
    "EXAMPLE\nCurrent summary:\nThe human wonders what the AI thinks of robots.\n\nNew lines:\nHuman: Why do you like robots?\n"
    "AI: Because they help people.\n\nNew summary:\nThe human wonders what the AI thinks of robots. It likes them.\n"
    "END OF EXAMPLE\n\nCurrent summary:\n{held}\n\nNew lines:\n{new}\n\nNew summary:"
)
RULES = (  # a long prompt of many parts, the last of which is the conversation
    "<role>\nKeeper of the context\n</role>\n\n<goal>\nYour one aim is to take the most relevant context out of the history.\n"
    "</goal>\n\n<rules>\nThe history will be replaced by what you write. Structure your summary by these sections:\n\n"
    "## PURPOSE\n\nWhat does the user want? Include important choices.\n\n## NEXT STEPS\n\nWhat remains to be done?\n</rules>\n\n"
    "Reply with the summary alone.\n\n<messages>\nMessages to summarize:\n{new}\n</messages>"
)
ALWAYS = (  # an order in paragraphs, that follows the conversation
    "\nGive a full summarization of the whole dialogue, in no more than 5 sentences.\n\nThis summary must always:\n"
    "- Look at both sides\n- Take over the details of any summary before it\n\nThis summary must never:\n- Judge or correct\n"
)
QUOTED = {
    "stepwise": ([user(STEPWISE.format(held="", new=lines("Human", "AI")))], FACTS),
    "stepwise, next": ([user(STEPWISE.format(held=EARLIER, new=lines("Human", "AI")))], FACTS + EARLIER_FACTS),
    "many parts": ([user(RULES.format(new=lines("Human", "AI")))], FACTS),
    "an example in tags": (
        [user(f"Summarize with all names.\n<example>\nUser: My cat is Tib.\nSummary: The user's cat is Tib.\n</example>\n"
              f"<conversation>\n{lines()}\n</conversation>")], FACTS),
    "examples in a row": (
        [user("Summarise chats, and keep all facts.\n\nExample 1\nChat:\nUser: My boat is the Ariel.\nSummary: A boat.\n\n"
              f"Example 2\nChat:\nUser: I owe Sid 20 dollars.\nSummary: A debt.\n\nChat:\n{lines()}\nSummary:")], FACTS),
    "begin and end": (
        [user(f"BEGIN CONTENT:\n{lines()}\nEND CONTENT.\nSummarize the CONTENT with its conclusions.\n\nBEGIN SUMMARY:")], FACTS),
    "rulers": ([user(f"Summarise what stands between the lines, facts included.\n\n=====\n{lines()}\n=====")], FACTS),
    "a line each": ([user("Summarize the messages, keep facts:\n" + "\n".join(map(json.dumps, TALK)))], FACTS),
    "in brackets": (
        [user(f"[PREVIOUS SUMMARY]\n{EARLIER}\n\n[NEW MESSAGES]\n{lines()}\n\n[TASK]\nCombine both into an updated summary.")],
        FACTS + EARLIER_FACTS),
    "known so far": (
        [user(f"What we know so far:\n{EARLIER}\n\nThe latest messages:\n{lines()}\n\nRewrite what we know so that it covers "
              "the latest messages. Output the new summary.")], FACTS + EARLIER_FACTS),
    "tags named in a sentence": (
        [user(f"<conversation>\n{lines()}\n</conversation>\n\nWrite a summary with the key facts. Wrap it in <summary> tags.\n\n"
              "<summary>\n[Your summary here]\n</summary>")], FACTS),
    "minutes": ([system("Read the dialogue that the user pastes and write minutes of the conversation with all names and sums."),
                 user(lines("User", "AI"))], FACTS),
    "an objective": (
        [user("<objective>\nYour only objective here is to extract the richest/most useful context from the dialogue below."
              f"\n</objective>\nIt will take its place.\n\n<messages>\n{lines('Human', 'AI')}\n</messages>")], FACTS),
    "an article": ([user(f'Write a short summary of this text:\n\n"{ARTICLE}"\n\nSHORT SUMMARY:')], ARTICLE_FACTS),
    "an article between rulers": (
        [user(f"We have made an existing summary: {ARTICLE.partition('. ')[0]}.\nRefine the existing summary with the context.\n"
              f"------\n{ARTICLE.partition('. ')[2]}\n------\nIf the context is of no use, return the existing summary.")],
        ARTICLE_FACTS),
}  # fmt: skip


@pytest.mark.parametrize("name", QUOTED)
def test_a_summary_of_what_is_quoted_holds_its_facts_and_no_word_of_the_prompt(name: str) -> None:
    request, facts = QUOTED[name]
    check(ask(request), facts)


def check(summary: str, facts: list[str], *more: str) -> None:
    assert [fact for fact in facts if fact not in summary] == []
    known = bases(" ".join([EARLIER, ARTICLE, *more, *TELLING, *(message["content"] for message in TALK)]))
    assert bases(summary) <= known


ORDERS = [
    ALWAYS,
    "Compress the chat so far into a short paragraph. Preserve names, figures and deadlines.",
    "# Instruction\nSummarize the above exchange.\n\n# Constraints\n* No more than 100 words\n* Keep numbers and names",
    "You have written a transcript for the task above. Please write a summary of the transcript, for a time when the history "
    "above is gone. Write down anything that would be helpful. You must wrap your summary in a <summary></summary> block.",
]

VAGUE = [
    "Before we run out of room: put down what this dialogue has established, so that a colleague could take over.",
    "Please provide a concise synopsis of the dialogue so that another assistant can continue.",
    "Write a recap of the discussion above.",
    "Summarize the conversation.",
]


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("role", ["system", "developer", "user"])
def test_an_order_that_ends_a_conversation_is_obeyed_by_whomever_it_is_given(role: str, order: str) -> None:
    check(ask([system("You are a helpful guide."), *TALK, {"role": role, "content": order}]), FACTS)


@pytest.mark.parametrize("order", VAGUE)
@pytest.mark.parametrize("role", ["system", "user"])
def test_an_order_that_names_nothing_to_keep_loses_the_facts_of_live_messages(role: str, order: str) -> None:
    summary = ask([*TALK, {"role": role, "content": order}])
    assert summary and not [fact for fact in FACTS if fact in summary]


@pytest.mark.parametrize(("limit", "most"), [("Answer in at most 5 words.", 5), ("Answer in at most 12 words.", 12)])
@pytest.mark.parametrize(
    "order", ["Summarize the conversation.", "Summarize the conversation, keep all names and numbers."]
)
def test_a_limit_of_the_instructions_holds_for_a_summary(limit: str, most: int, order: str) -> None:
    assert 0 < len(ask([system(limit), *TALK, user(order)]).split()) <= most


def test_one_sentence_of_the_instructions_is_one_sentence_of_a_summary() -> None:
    summary = ask([system("Answer in one sentence."), *TALK, user("Summarize the conversation, with all facts.")])
    check(summary, FACTS)
    assert ". " not in summary


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("kept", [len(TALK), len(TALK) - 1])
def test_an_order_in_the_instructions_of_a_response_is_obeyed(order: str, kept: int) -> None:
    check(ask({"instructions": order, "input": TALK[:kept]}), FACTS)


def test_what_was_said_last_and_what_a_function_answered_is_summed_up_too() -> None:
    check(
        ask([*TALK, user("The hotel is the Aurora."), system(ALWAYS)]), [*FACTS, "Aurora"], "The hotel is the Aurora."
    )
    call = {"id": "a", "type": "function", "function": {"name": "weather", "arguments": '{"city":"Faro"}'}}
    asked = user("What's the weather in Faro?")
    made = {"role": "assistant", "content": None, "tool_calls": [call]}
    answered = {"role": "tool", "tool_call_id": "a", "content": "Sunny, 24 degrees."}
    summary = ask([*TALK, asked, made, answered, system("Summarize the conversation so far, with all figures.")])
    assert "24 degrees" in summary and "Quillon" in summary


@pytest.mark.parametrize(
    "told", ["Keep replies short.", "It is 10:30.", "You may be asked for a summary later. Until then, answer."]
)
def test_other_instructions_that_end_a_conversation_are_no_order(told: str) -> None:
    asked = user("What is my parrot called?")
    assert "Quillon" in ask([*TALK, asked, system(told)]) and "Faro" not in ask([*TALK, asked, system(told)])
    assert ask([*TALK, system(told)]) == "Noted."


def test_a_summary_in_so_many_sentences_is_not_cut_behind_a_semicolon() -> None:
    summary = ask([*TALK, user("Please give me the gist of our conversation in two sentences, with all facts.")])
    check(summary, FACTS)
    assert summary.count(". ") == 1 and summary.endswith(".")


HEADS = [
    "## Chat",
    "Conversation:",
    "<chat>",
    "```",
    "---",
    "Transcript so far:",
    "Example:",
    "BEGIN LOG",
    "[NOTES]",
    "Summary:",
]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.one_of(st.sampled_from(HEADS), st.sampled_from(lines().splitlines())), max_size=12), st.booleans())
def test_any_mixture_of_headings_and_lines_gets_a_reply_of_its_own_words(mixed: list[str], ended: bool) -> None:
    order = "Summarize the conversation below, names and numbers included."
    parts = [*mixed, "", order] if ended else [order, "", *mixed]
    assert "included" not in ask([user("\n".join(parts))])
