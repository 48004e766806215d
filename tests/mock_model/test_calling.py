"""Calling functions: which are needed, with which arguments, and what their results say."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mock_model import get_mock_client
from mock_model.tasks.calls import asks_for

CLIENT = get_mock_client()
Messages = list[dict[str, Any]]
TEXT, WHOLE, NUMBER, YES_NO = ({"type": kind} for kind in ("string", "integer", "number", "boolean"))


def tool(name: str, description: str, required: list[str] | None = None, /, **properties: Any) -> dict[str, Any]:
    """A function; all its parameters are required unless some are named."""
    needed = list(properties) if required is None else required
    parameters = {"type": "object", "properties": properties, "required": needed}
    return {"type": "function", "function": {"name": name, "description": description, "parameters": parameters}}


UNITS = {"type": "string", "enum": ["celsius", "fahrenheit"]}
CURRENCY = {"type": "string", "enum": ["USD", "EUR", "GBP"]}
WEATHER = tool("get_weather", "Get the current weather for a city.", ["city"], city=TEXT, unit=UNITS)
TIME = tool("get_time", "Get the current time in a city.", city=TEXT)
ADD = tool("add", "Add two numbers.", a=NUMBER, b=NUMBER)
DICE = tool("roll_dice", "Roll dice.", dice=WHOLE, sides=WHOLE)
TABLE = tool("book_table", "Book a table at a restaurant.", ["people", "date"], people=WHOLE, date=TEXT, time=TEXT)
HOTEL = tool(
    "book_hotel",
    "Book a hotel room.",
    ["city", "nights"],
    city=TEXT,
    nights=WHOLE,
    guests=WHOLE,
    breakfast=YES_NO,
    check_in_date=TEXT,
)
SEARCH = tool("search_docs", "Search the documentation.", query=TEXT)
ORDER = tool("get_order_status", "Look up the status of an order.", order_id=TEXT)
MONEY = tool("convert_currency", "Convert an amount.", amount=NUMBER, from_currency=CURRENCY, to_currency=CURRENCY)
FLIGHTS = tool("find_flights", "Find flights.", ["origin", "destination"], origin=TEXT, destination=TEXT, date=TEXT)
LIGHT = tool("set_light", "Turn a light on or off and set its colour.", ["room"], room=TEXT, on=YES_NO, colour=TEXT)
MAIL = tool("send_email", "Send an email.", ["to", "body"], to=TEXT, subject=TEXT, body=TEXT)
CITIES = tool("compare_cities", "Compare the cost of living.", cities={"type": "array", "items": TEXT})
TODAY = {"type": "function", "function": {"name": "get_current_date", "description": "Today's date."}}
EVERYTHING = [WEATHER, TIME, TABLE, HOTEL, SEARCH, ORDER, FLIGHTS]


def reply_to(messages: Messages, *tools: dict[str, Any], **options: Any) -> Any:
    reply = CLIENT.chat.completions.create(model="offline-model", messages=messages, tools=list(tools), **options)
    return reply.choices[0].message


def calls(messages: Messages | str, *tools: dict[str, Any], **options: Any) -> list[tuple[str, dict]]:
    """The calls that the model makes: (function name, arguments) each."""
    listed = [{"role": "user", "content": messages}] if isinstance(messages, str) else messages
    made = reply_to(listed, *tools, **options).tool_calls or []
    return [(call.function.name, json.loads(call.function.arguments)) for call in made]


def after_results(question: str, *results: str, tools: list[dict] = EVERYTHING) -> Messages:
    """A conversation up to the results of the calls that a question leads to."""
    messages: Messages = [{"role": "user", "content": question}]
    message = reply_to(messages, *tools)
    messages.append({"role": "assistant", "tool_calls": [call.model_dump() for call in message.tool_calls]})
    for call, result in zip(message.tool_calls, results, strict=True):
        messages.append({"role": "tool", "tool_call_id": call.id, "content": result})
    return messages


def told(messages: Messages, *said: str, tools: list[dict] = EVERYTHING) -> str:
    """What the model says to the last of some further user messages."""
    for text in ("", *said):
        messages = [*messages, {"role": "user", "content": text}] if text else messages
        content = reply_to(messages, *tools).content
        messages = [*messages, {"role": "assistant", "content": content}]
    return content or ""


# ---- which function, with which arguments ----


@pytest.mark.parametrize(
    ("asked", "tools", "expected"),
    [
        ("What's the weather in Paris?", [WEATHER], {"city": "Paris"}),
        ("What's the weather in paris?", [WEATHER], {"city": "paris"}),
        ("Please tell me the weather in San Francisco today.", [WEATHER, TIME], {"city": "San Francisco"}),
        ("Will it rain in Oslo tomorrow?", [WEATHER], {"city": "Oslo"}),
        ("Is it cold in New York?", [WEATHER], {"city": "New York"}),
        ("What's the weather in Oslo in Fahrenheit?", [WEATHER], {"city": "Oslo", "unit": "fahrenheit"}),
        ("What is the weather in Paris, France?", [WEATHER], {"city": "Paris, France"}),
        ("What time is it in Oslo?", [WEATHER, TIME], {"city": "Oslo"}),
        ("Add 2 and 3.", [ADD], {"a": 2, "b": 3}),
        ("Please add 2.5 and 40", [ADD], {"a": 2.5, "b": 40}),
        ("Roll 3 dice with 20 sides", [DICE], {"dice": 3, "sides": 20}),
        ("Book a table for four on Friday at 7pm.", [TABLE], {"people": 4, "date": "Friday", "time": "7pm"}),
        ("Could you book a table for 6 people tomorrow?", [TABLE], {"people": 6, "date": "tomorrow"}),
        ("I'd like a table for two on 14 May at 19:30", [TABLE], {"people": 2, "date": "14 May", "time": "19:30"}),
        ("Book a hotel in Rome for 2 guests and 3 nights", [HOTEL], {"city": "Rome", "nights": 3, "guests": 2}),
        ("Book a hotel in Rome for 3 nights with breakfast", [HOTEL], {"city": "Rome", "nights": 3, "breakfast": True}),
        (
            "Book a hotel in Rome for 3 nights without breakfast, check in on Monday",
            [HOTEL],
            {"city": "Rome", "nights": 3, "breakfast": False, "check_in_date": "Monday"},
        ),
        ("Search the docs for retry limits.", [SEARCH], {"query": "retry limits"}),
        ('Can you search the documentation for "rate limits"?', [SEARCH], {"query": "rate limits"}),
        ("What is the status of order A-1029?", [ORDER], {"order_id": "A-1029"}),
        ("Where is my order 4711?", [ORDER], {"order_id": "4711"}),
        ("Convert 100 USD to EUR", [MONEY], {"amount": 100, "from_currency": "USD", "to_currency": "EUR"}),
        ("Convert 100 EUR to USD", [MONEY], {"amount": 100, "from_currency": "EUR", "to_currency": "USD"}),
        (
            "Find flights from Rome to Oslo on 3 May",
            [FLIGHTS],
            {"origin": "Rome", "destination": "Oslo", "date": "3 May"},
        ),
        ("I need a flight to Oslo from Rome", [FLIGHTS], {"origin": "Rome", "destination": "Oslo"}),
        ("Turn on the light in the kitchen", [LIGHT], {"room": "kitchen", "on": True}),
        ('Send an email to ana@example.com saying "See you"', [MAIL], {"to": "ana@example.com", "body": "See you"}),
        ("Compare the cost of living in Rome and Oslo", [CITIES], {"cities": ["Rome", "Oslo"]}),
        ("What is today's date?", [TODAY], {}),
    ],
)
def test_arguments_are_read_from_the_message(asked: str, tools: list[dict], expected: dict) -> None:
    (made,) = calls(asked, *tools)
    assert made[1] == expected
    assert {key: type(value) for key, value in made[1].items()} == {key: type(value) for key, value in expected.items()}


@pytest.mark.parametrize(
    ("asked", "name"),
    [
        ("What's the weather in Paris?", "get_weather"),
        ("What time is it in Paris?", "get_time"),
        ("Where is my order 4711?", "get_order_status"),
        ("Book a table for two on Friday.", "book_table"),
        ("Book a hotel in Rome for two nights.", "book_hotel"),
    ],
)
def test_of_many_functions_the_fitting_one_is_called(asked: str, name: str) -> None:
    assert [made for made, _ in calls(asked, *EVERYTHING)] == [name]


@pytest.mark.parametrize(
    "said",
    [
        "Hello!",
        "Thanks!",
        "Thanks, the weather report helps.",
        "I like the weather in Paris.",
        "I live in Paris.",
        "My name is Dana.",
        "I ordered a table yesterday.",
        "Which city did I mention?",
        "What is my dog called?",
        "How old is my sister?",
    ],
)
def test_where_no_function_fits_the_answer_is_ordinary(said: str) -> None:
    before: Messages = [
        {"role": "user", "content": "My dog is called Biscuit."},
        {"role": "assistant", "content": "Noted."},
    ]
    messages = [*before, {"role": "user", "content": said}]
    assert calls(messages, *EVERYTHING) == []
    assert (
        reply_to(messages, *EVERYTHING).content
        == CLIENT.chat.completions.create(model="offline-model", messages=messages).choices[0].message.content
    )


@pytest.mark.parametrize(
    ("asked", "tools", "missing"),
    [
        ("What's the weather?", [WEATHER], "Which city?"),
        ("Book a table for four.", [TABLE], "Which date?"),
        ("What is the status of my order?", [ORDER], "Which order id?"),
        ("I need a flight to Oslo.", [FLIGHTS], "Which origin?"),
        ("I need a flight from Oslo.", [FLIGHTS], "Which destination?"),
        ("What's the weather in Paris?", [WEATHER], None),
        ("Hello", [WEATHER], None),
    ],
)
def test_a_missing_argument_is_asked_for_and_never_invented(asked: str, tools: list[dict], missing: str | None) -> None:
    body = {"messages": [{"role": "user", "content": asked}], "tools": tools}
    assert asks_for(body) == missing
    if missing:
        assert calls(asked, *tools) == []
        assert reply_to(body["messages"], *tools).content == missing


def test_the_answer_to_such_a_question_completes_the_call() -> None:
    asked: Messages = [
        {"role": "user", "content": "What's the weather?"},
        {"role": "assistant", "content": "Which city?"},
    ]
    assert calls([*asked, {"role": "user", "content": "Paris."}], WEATHER) == [("get_weather", {"city": "Paris"})]


def test_a_place_named_earlier_is_understood() -> None:
    before: Messages = [{"role": "user", "content": "I live in Lisbon."}, {"role": "assistant", "content": "Noted."}]
    asked = {"role": "user", "content": "What's the weather there?"}
    assert calls([*before, asked], WEATHER) == [("get_weather", {"city": "Lisbon"})]
    assert calls([asked], WEATHER) == []


def said(*texts: str) -> Messages:
    """What a user says, one message after the other, each but the last with a reply."""
    between = [[{"role": "user", "content": text}, {"role": "assistant", "content": "Noted."}] for text in texts]
    return [message for both in between for message in both][:-1]


@pytest.mark.parametrize(
    ("texts", "function", "expected"),
    [
        (["I live in Lisbon.", "What's the weather?"], WEATHER, {"city": "Lisbon"}),
        (["My order number is A-1029.", "What is the status of my order?"], ORDER, {"order_id": "A-1029"}),
        (["I need a flight to Oslo. I leave from Rome on 3 May."], FLIGHTS, ["Rome", "Oslo", "3 May"]),
    ],
)
def test_what_a_request_leaves_open_is_found_in_what_was_said(texts: list, function: dict, expected: Any) -> None:
    ((_, given),) = calls(said(*texts), function)
    assert given == expected or [*given.values()] == expected


def test_what_was_said_of_something_else_is_not_taken_for_it() -> None:
    messages = said("My dog Biscuit is 4 years old.", "I need a flight to Oslo.")
    assert calls(messages, FLIGHTS) == []
    assert reply_to(messages, FLIGHTS).content == "Which origin?"


def test_the_answers_to_several_such_questions_complete_the_call_together() -> None:
    messages: Messages = [{"role": "user", "content": "Book a table."}]
    for answer in ("Four.", "Friday."):
        asked = reply_to(messages, TABLE).content
        messages += [{"role": "assistant", "content": asked}, {"role": "user", "content": answer}]
    assert calls(messages, TABLE) == [("book_table", {"people": 4, "date": "Friday"})]


@pytest.mark.parametrize("reply", ["Never mind, thanks.", "I don't know."])
def test_nothing_is_asked_twice_in_a_row(reply: str) -> None:
    asked: Messages = [
        {"role": "user", "content": "What's the weather?"},
        {"role": "assistant", "content": "Which city?"},
        {"role": "user", "content": reply},
    ]
    message = reply_to(asked, WEATHER)
    assert not message.tool_calls and message.content != "Which city?"


PROFILE = tool(
    "save_user",
    "Save the profile of the user.",
    name=TEXT,
    age=WHOLE,
    city=TEXT,
    dog_name={"type": ["string", "null"], "description": "Name of the user's dog."},
    plan={"anyOf": [{"$ref": "#/$defs/Plan"}, {"type": "null"}]},
)
PROFILE["function"]["strict"] = True
PROFILE["function"]["parameters"] |= {
    "$defs": {"Plan": {"type": "string", "enum": ["free", "paid"]}},
    "additionalProperties": False,
}


@pytest.mark.parametrize("choice", ["required", {"type": "function", "function": {"name": "save_user"}}])
def test_a_forced_call_is_filled_with_what_was_said(choice: Any) -> None:
    told_before = "My name is Dana and I'm 34 years old.", "I live in Bergen. My dog is called Biscuit."
    ((_, given),) = calls(said(*told_before, "Go ahead, please."), PROFILE, tool_choice=choice)
    assert given == {"name": "Dana", "age": 34, "city": "Bergen", "dog_name": "Biscuit", "plan": None}
    ((_, given),) = calls("Hello", PROFILE, tool_choice=choice)
    assert given == {"name": "", "age": 0, "city": "", "dog_name": None, "plan": None}  # nothing is invented
    ((_, given),) = calls("I want the paid plan.", PROFILE, tool_choice=choice)
    assert given["plan"] == "paid"


def test_a_forced_call_that_wants_an_answer_gets_the_one_that_was_found() -> None:
    answering = tool("give_answer", "Answer the user.", answer=TEXT)
    messages = said("My dog is called Rex.", "What is my dog called?")
    ((_, given),) = calls(messages, answering, tool_choice="required")
    assert "Rex" in given["answer"]


def test_what_a_strict_function_does_not_allow_is_not_given() -> None:
    rated = tool("rate_film", "Rate a film.", stars={"type": "integer", "minimum": 1, "maximum": 5})
    rated["function"]["strict"] = True
    rated["function"]["parameters"]["additionalProperties"] = False
    assert calls("Rate the film with 4 stars.", rated) == [("rate_film", {"stars": 4})]
    assert calls("Rate the film with 9 stars.", rated) == []
    ((_, given),) = calls("Rate the film with 9 stars.", rated, tool_choice="required")
    assert 1 <= given["stars"] <= 5


# ---- several calls, and tool_choice ----


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("What is the weather in Paris and Rome?", [("get_weather", "Paris"), ("get_weather", "Rome")]),
        (
            "Weather in Rome, Paris and New York please",
            [("get_weather", city) for city in ("Rome", "Paris", "New York")],
        ),
        ("What's the weather in Paris and the time in Tokyo?", [("get_weather", "Paris"), ("get_time", "Tokyo")]),
        ("What's the weather in Paris? What time is it in Tokyo?", [("get_weather", "Paris"), ("get_time", "Tokyo")]),
        ("What's the weather and the time in Tokyo?", [("get_weather", "Tokyo"), ("get_time", "Tokyo")]),
    ],
)
def test_several_values_are_several_calls(asked: str, expected: list[tuple[str, str]]) -> None:
    made = [(name, {"city": city}) for name, city in expected]
    assert calls(asked, WEATHER, TIME) == made
    assert calls(asked, WEATHER, TIME, parallel_tool_calls=True) == made
    assert calls(asked, WEATHER, TIME, parallel_tool_calls=False) == made[:1]


def test_what_may_be_null_takes_no_value_from_what_must_be_given() -> None:
    unit = {"type": ["string", "null"]}
    weather = tool("get_weather", "Get the weather in a city.", city=TEXT, unit=unit)
    made = [("get_weather", {"city": city, "unit": None}) for city in ("Rome", "Oslo")]
    assert calls("What's the weather in Rome and Oslo?", weather) == made


def test_tool_choice_is_obeyed() -> None:
    named = {"type": "function", "function": {"name": "book_table"}}
    for asked in ("Hello", "What's the weather in Paris?"):
        assert calls(asked, WEATHER, TABLE, tool_choice="none") == []
        assert len(calls(asked, WEATHER, TABLE, tool_choice="required")) == 1
        ((name, given),) = calls(asked, WEATHER, TABLE, tool_choice=named)
        assert name == "book_table" and isinstance(given["people"], int) and isinstance(given["date"], str)
    assert calls("Hello", WEATHER, TABLE, tool_choice="auto") == []
    for mode, made in (("auto", []), ("required", ["get_time"])):
        named = [{"type": "function", "function": {"name": "get_time"}}]
        allowed = {"type": "allowed_tools", "allowed_tools": {"mode": mode, "tools": named}}
        called = calls("What's the weather like?", WEATHER, TIME, tool_choice=allowed)
        assert [name for name, _ in called] == made
    ((name, given),) = calls("What's the weather in Paris?", WEATHER, TABLE, tool_choice="required")
    assert (name, given) == ("get_weather", {"city": "Paris"})


# ---- results ----

SUNNY = '{"temperature": 18, "condition": "sunny"}'
RAINY = '{"temperature": 7, "condition": "rainy"}'


@pytest.mark.parametrize(
    ("asked", "result", "facts"),
    [
        ("What's the weather in Paris?", SUNNY, ["Paris", "temperature 18", "sunny"]),
        ("What's the weather in Paris?", "18°C and sunny", ["18°C", "sunny"]),
        ("What's the weather in Paris?", "It is sunny.\nThe wind is weak.", ["It is sunny.", "The wind is weak."]),
        ("What's the weather in Paris?", '{"error": "city not found"}', ["city not found"]),
        ("What's the weather in Paris?", "", ["no weather for Paris"]),
        ("What's the weather in Paris?", "[]", ["no weather for Paris"]),
        (
            "Where is my order 4711?",
            '{"order": {"shipped": true, "gift": false, "items": ["lamp"]}}',
            ["shipped yes", "gift no", "lamp"],
        ),
        ("Search the docs for retries.", "Retries are limited to five.", ["Retries are limited to five."]),
    ],
)
def test_a_result_is_told_in_words(asked: str, result: str, facts: list[str]) -> None:
    reply = told(after_results(asked, result))
    assert all(fact in reply for fact in facts)
    assert not set('{}[]"_') & set(reply)


def test_of_a_large_result_what_was_asked_for_is_told() -> None:
    rows = [f"Line {n} is about nothing." for n in range(500)] + ["The retry limit is five per minute."]
    messages = after_results("Search the docs for the retry limit.", "\n".join(rows))
    assert "five per minute" in told(messages) and len(told(messages)) < 600


def test_several_results_are_told_each_with_what_it_is_for() -> None:
    reply = told(after_results("What's the weather in Paris and Oslo?", SUNNY, RAINY))
    paris, oslo = reply.split(". ")
    assert "Paris" in paris and "sunny" in paris and "Oslo" in oslo and "rainy" in oslo


def test_a_result_in_the_history_can_be_asked_about() -> None:
    messages = after_results("What's the weather in Paris and Oslo?", SUNNY, RAINY)
    assert "7" in told(messages, "Thanks!", "What was the temperature in Oslo?")
    assert "sunny" in told(messages, "Thanks!", "What's the weather in Paris?")


def test_thanks_after_a_result_call_nothing() -> None:
    messages = after_results("What's the weather in Paris?", SUNNY)
    for thanks in ("Thanks!", "Thank you, that's great weather.", "Perfect."):
        assert told(messages, thanks)
        assert (
            calls([*messages, {"role": "assistant", "content": "Sunny."}, {"role": "user", "content": thanks}], WEATHER)
            == []
        )


def test_what_is_known_is_not_asked_for_twice_unless_it_may_have_changed() -> None:
    messages = [
        *after_results("What's the weather in Paris?", SUNNY),
        {"role": "assistant", "content": "The weather in Paris is sunny."},
    ]
    for asked, made in {
        "What's the weather in Paris?": [],
        "What's the weather in Paris now?": [("get_weather", {"city": "Paris"})],
        "And in Rome?": [("get_weather", {"city": "Rome"})],
        "What about Oslo?": [("get_weather", {"city": "Oslo"})],
    }.items():
        assert calls([*messages, {"role": "user", "content": asked}], *EVERYTHING) == made


# ---- anything goes ----

ANYTHING = st.one_of(
    st.none(), st.booleans(), st.integers(), st.text(max_size=8), st.lists(st.text(max_size=4), max_size=2)
)
SPEC = st.fixed_dictionaries(
    {
        "type": st.sampled_from(["string", "integer", "number", "boolean", "array", "object", ["string", "null"]]),
        "items": ANYTHING,
    },
    optional={"enum": st.lists(ANYTHING, max_size=3), "description": ANYTHING},
)
NAME = st.one_of(st.sampled_from(["city", "date", "to", "from_city", "n", "query", "is_on"]), st.text(max_size=6))


@settings(max_examples=50, deadline=None)
@given(properties=st.dictionaries(NAME, SPEC, max_size=5), required=ANYTHING, asked=st.text(max_size=80))
def test_any_schema_and_any_message_get_an_answer(properties: dict, required: object, asked: str) -> None:
    parameters = {"type": "object", "properties": properties, "required": [*properties][:2] or required}
    odd = {"type": "function", "function": {"name": "get_weather", "parameters": parameters}}
    for choice in ("auto", "required"):
        message = reply_to(
            [{"role": "user", "content": f"What's the weather in Paris? {asked}"}], odd, WEATHER, tool_choice=choice
        )
        assert message.content or message.tool_calls


# ---- descriptions as frameworks write them ----


def test_what_a_function_needs_is_named_in_the_request() -> None:
    described = "humidity(greenhouse: str) -> str\nMeasure how humid the air in a greenhouse is."
    water = tool("water", "Water the plants of a greenhouse.", greenhouse=TEXT, litres={"type": "integer"})
    humidity = tool("humidity", described, greenhouse=TEXT)
    assert calls("How humid is the greenhouse Orchid?", humidity, water) == [("humidity", {"greenhouse": "Orchid"})]


def test_a_part_that_tells_something_is_no_further_request() -> None:
    berth = tool(
        "book_berth", "Book a berth for a boat.", harbour=TEXT, nights={"type": "integer"}, length={"type": "number"}
    )
    said = "Book a berth in Lerwick for 4 nights, my boat is 8.5 metres long."
    ((name, given),) = calls(said, berth)
    assert (name, given["harbour"], given["nights"]) == ("book_berth", "Lerwick", 4)


def test_who_was_handed_a_question_answers_it() -> None:
    meter = "Hands over to another agent. The agents are: meter: measures how humid a greenhouse is."
    handoff, humidity = (
        tool("handoff", meter, to_agent=TEXT),
        tool("humidity", "How humid a greenhouse is.", greenhouse=TEXT),
    )
    asked = {"role": "user", "content": "How humid is the greenhouse Orchid?"}
    call = {"id": "call_1", "type": "function", "function": {"name": "handoff", "arguments": '{"to_agent": "meter"}'}}
    handed = [asked, {"role": "assistant", "tool_calls": [call]}]
    handed.append({"role": "tool", "tool_call_id": "call_1", "content": "Agent meter is now handling the request."})
    assert calls(handed, handoff, humidity) == [("humidity", {"greenhouse": "Orchid"})]
