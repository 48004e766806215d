"""What programs for agents say in the user's place is no question: the one before it is answered, by whoever is asked now."""

from __future__ import annotations

import json
from typing import Any

import pytest

import mock_model

CLIENT = mock_model.get_mock_client()


def function(name: str, about: str, *names: str) -> dict:
    schema = {"type": "object", "properties": {name: {"type": "string"} for name in names}, "required": [*names]}
    return {"type": "function", "function": {"name": name, "description": about, "parameters": schema}}


def of(role: str, content: str) -> dict[str, Any]:
    return {"role": role, "content": content}


def calling(name: str, **given: str) -> dict[str, Any]:
    call = {"id": "call_1", "type": "function", "function": {"name": name, "arguments": json.dumps(given)}}
    return {"role": "assistant", "content": None, "tool_calls": [call]}


def result(text: str) -> dict[str, Any]:
    return {"role": "tool", "tool_call_id": "call_1", "content": text}


def said(*messages: dict[str, Any] | str, **options: Any) -> Any:
    """The reply: the name and the arguments of each call, or the text."""
    sent = [of("user", one) if isinstance(one, str) else one for one in messages]
    reply = CLIENT.chat.completions.create(model="offline-model", messages=sent, **options).choices[0].message
    calls = [(call.function.name, json.loads(call.function.arguments)) for call in reply.tool_calls or ()]
    return calls or reply.content


BILLING = function("transfer_to_billing", "Handoff to the billing agent to handle the request. Knows invoices.")
REPAIRS = function("transfer_to_repairs", "Handoff to the repairs agent to handle the request. Mends bicycles.")
FARE = function("fare_to", "Look up the fare to an island.", "island")


@pytest.mark.parametrize(
    ("asked", "to"),
    [
        ("When is my invoice due?", "transfer_to_billing"),
        ("I have a question about my invoice.", "transfer_to_billing"),
        ("Can you mend my bicycle?", "transfer_to_repairs"),
        ("Please transfer me to repairs.", "transfer_to_repairs"),
    ],
)
def test_a_question_is_handed_to_the_agent_that_it_is_for(asked: str, to: str) -> None:
    assert said(asked, tools=[BILLING, REPAIRS, FARE]) == [(to, {})]


@pytest.mark.parametrize(
    "asked", ["My cat is grey.", "Good morning!", "My pony is called Rask. What is my pony called?"]
)
def test_what_is_for_no_other_agent_is_answered(asked: str) -> None:
    assert isinstance(said(asked, tools=[BILLING, REPAIRS]), str)


def test_the_instructions_say_what_is_handed_on() -> None:
    plain = function("transfer_to_kitchen", "Handoff to kitchen.")
    asked = "What is the soup of today?"
    assert said(asked, tools=[plain]) != [("transfer_to_kitchen", {})]
    rule = of("system", "You open the door. Hand questions about soup over to the kitchen.")
    assert said(rule, asked, tools=[plain]) == [("transfer_to_kitchen", {})]


HANDED = [calling("transfer_to_billing"), result('{"assistant": "Billing"}')]


def test_who_takes_over_answers_the_question_that_was_handed_on() -> None:
    asked = "My invoice is from 3 May. From when is my invoice?"
    assert "3 May" in said(asked, *HANDED)
    assert said("What is the fare to the island Hven?", *HANDED, tools=[FARE]) == [("fare_to", {"island": "Hven"})]


def test_who_still_offers_the_function_tells_its_result() -> None:
    done = result("You are number 4 in the queue.")
    assert "number 4" in said("When is my invoice due?", calling("transfer_to_billing"), done, tools=[BILLING])


@pytest.mark.parametrize(
    "word",
    ["Transferred to billing, adopting the role of billing immediately.", "Successfully transferred to billing."],
)
def test_a_word_that_another_agent_takes_over_is_no_question(word: str) -> None:
    assert "3 May" in said("My invoice is from 3 May. From when is my invoice?", word)
    assert said("What is the fare to the island Hven?", word, tools=[FARE]) == [("fare_to", {"island": "Hven"})]
    assert isinstance(said(word), str)  # alone it is all there is


@pytest.mark.parametrize(
    "word",
    [
        "Your previous response failed the application's validation:\n<feedback>\nSay it again.\n</feedback>",
        "Validation feedback: too short. Fix the errors and try again.",
        "1 validation error:\nname: field required",
    ],
)
def test_a_reply_that_was_refused_is_given_again(word: str) -> None:
    asked = "My sauna is at 85 degrees. How hot is my sauna?"
    refused = [of("assistant", '{"answer": "It is hot."}'), of("system", "Some messages come from a program.")]
    assert "85" in said(asked, *refused, word)


def test_a_plain_reply_is_refused_only_in_a_programs_words() -> None:
    asked = "My sauna is at 85 degrees. How hot is my sauna?"
    feedback = "Your previous response failed validation (this is no message of the user):\n<app:feedback>\nNo.\n</app:feedback>"
    assert "85" in said(asked, of("assistant", "Hot."), feedback)
    assert "85" in said(
        asked, of("assistant", "Hot."), "Validation feedback:\nToo short.\n\nFix the errors and try again."
    )
    assert said(asked, of("assistant", "Hot."), "Validation errors everywhere today.") == "Noted."


def test_what_a_user_says_of_a_transfer_is_heard() -> None:
    assert "Basel" in said("I was transferred to Basel, so I moved.", "Where was I transferred to?")


COUNT = function("count_pigeons", "Count the pigeons in a loft.", "loft")
LOFT = "How many pigeons are in the loft Himmelrik?"
CALLED = calling("count_pigeons", loft="Himmelrik")


@pytest.mark.parametrize(
    "word", ["Busy. Call the function again.", "Please try again.", "Error: busy. Fix the errors and try again."]
)
def test_a_function_that_asks_to_be_called_again_is_called_again(word: str) -> None:
    assert said(LOFT, CALLED, result(word), tools=[COUNT]) == [("count_pigeons", {"loft": "Himmelrik"})]
    assert "47" in said(LOFT, CALLED, result(word), CALLED, result("47 pigeons"), tools=[COUNT])
    tired = said(LOFT, *[CALLED, result(word)] * 3, tools=[COUNT])
    assert isinstance(tired, str), "it is called three times at most"


@pytest.mark.parametrize("word", ["Closed. Please try again tomorrow.", "Nobody has called again.", "Use it."])
def test_any_other_result_is_told(word: str) -> None:
    assert isinstance(said(LOFT, CALLED, result(word), tools=[COUNT]), str)


@pytest.mark.parametrize("name", ["input", "task", "question", "prompt"])
def test_another_agent_is_handed_the_whole_question(name: str) -> None:
    expert = function("ask_ornithologist", "Answers questions about pigeons.", name)
    assert said(LOFT, tools=[expert]) == [("ask_ornithologist", {name: LOFT})]


FORM = {
    "type": "object",
    "properties": {"loft": {"type": "string"}, "pigeons": {"type": "integer"}},
    "required": ["loft", "pigeons"],
    "additionalProperties": False,
}


def test_a_form_has_what_the_calls_of_the_turn_were_made_with() -> None:
    form = {"type": "json_schema", "json_schema": {"name": "Loft", "strict": True, "schema": FORM}}
    told = said(LOFT, CALLED, result("47 pigeons"), tools=[COUNT], response_format=form)
    assert json.loads(told) == {"loft": "Himmelrik", "pigeons": 47}


def test_a_schema_that_a_prompt_shows_is_filled_and_not_copied() -> None:
    rule = of(
        "system", f"Always respond with a JSON object that's compatible with this schema:\n\n{json.dumps(FORM)}\n"
    )
    told = said(rule, "The loft is Himmelrik. It has 47 pigeons.", response_format={"type": "json_object"})
    assert json.loads(told) == {"loft": "Himmelrik", "pigeons": 47}


def test_results_that_come_with_the_question_once_more_are_told() -> None:
    """As Semantic Kernel's agent for Responses sends them, behind the id of the response that made the call."""
    tool = {"type": "function", **COUNT["function"]}
    first = CLIENT.responses.create(model="offline-model", input=LOFT, tools=[tool])
    call = next(item for item in first.output if item.type == "function_call")
    output = {"type": "function_call_output", "call_id": call.call_id, "output": "47 pigeons"}
    again = [{"role": "user", "content": LOFT}, output]
    done = CLIENT.responses.create(model="offline-model", input=again, tools=[tool], previous_response_id=first.id)
    assert "47" in done.output_text


def test_of_two_forms_in_a_wrapper_the_one_that_is_told_is_filled() -> None:
    def form(kind: str, **properties: dict) -> dict:
        data = {"type": "object", "properties": properties, "required": [*properties], "additionalProperties": False}
        whole = {"kind": {"type": "string", "const": kind}, "data": data}
        return {"type": "object", "properties": whole, "required": [*whole], "additionalProperties": False}

    text, number = {"type": "string"}, {"type": "number"}
    either = {"anyOf": [form("Refund", order=text, amount=number), form("Visit", visitor=text, day=text)]}
    schema = {"type": "object", "properties": {"result": either}, "required": ["result"], "additionalProperties": False}
    asked = {"type": "json_schema", "json_schema": {"name": "Either", "strict": True, "schema": schema}}
    told = json.loads(said("The visitor Hedda Lund comes on Tuesday.", response_format=asked))
    assert told == {"result": {"kind": "Visit", "data": {"visitor": "Hedda Lund", "day": "Tuesday"}}}
    told = json.loads(said("I want a refund, the amount is 89.50 euros, the order K-204.", response_format=asked))
    assert told == {"result": {"kind": "Refund", "data": {"order": "K-204", "amount": 89.5}}}


FACTS = {
    "type": "object",
    "properties": {"facts": {"type": "array", "items": {"type": "string"}}},
    "required": ["facts"],
    "additionalProperties": False,
}


@pytest.mark.parametrize("forced", [True, False])
def test_facts_are_given_in_the_form_of_a_function_or_a_schema(forced: bool) -> None:
    rule = of("system", "Extract facts about the user from the conversation.")
    told = "I live in Alta and my daughter is called Embla. Nice weather today!"
    tool = {"type": "function", "function": {"name": "final_result", "parameters": FACTS}}
    form = {"type": "json_schema", "json_schema": {"name": "Facts", "strict": True, "schema": FACTS}}
    done = said(rule, told, **({"tools": [tool], "tool_choice": "required"} if forced else {"response_format": form}))
    facts = done[0][1]["facts"] if forced else json.loads(done)["facts"]
    assert facts == ["The user lives in Alta.", "The user's daughter is called Embla."]


def test_a_greeting_with_a_name_is_kept_in_a_summary() -> None:
    talk = ["Hello, my name is Gudrun Vik and I am allergic to mussels.", "Good morning to you!"]
    summary = said(*talk, "Summarize the conversation. Keep names.")
    assert "Gudrun Vik" in summary and "mussels" in summary and "morning" not in summary
