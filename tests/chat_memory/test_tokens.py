"""Counted tokens equal what the server reports, for any conversation, and a wrong shape gets a clear error."""

from copy import deepcopy

import pytest
import tiktoken
from hypothesis import given, settings
from hypothesis import strategies as st

from chat_memory import count_tokens, message_tokens, show_request, trim_to_budget
from mock_model import get_mock_client
from mock_model.api.completion import Reply

from .histories import ACCEPTED, ODD, REPEATABLE, TOOLS

# The conversation and the tools of OpenAI's Cookbook, "How to count tokens with tiktoken". Its output shows what the
# API reported: 129 prompt tokens for gpt-4, 124 for gpt-4o; with the weather tool 105 and 101.
JARGON = [
    {
        "role": "system",
        "content": "You are a helpful, pattern-following assistant "
        "that translates corporate jargon into plain English.",
    },
    {"role": "system", "name": "example_user", "content": "New synergies will help drive top-line growth."},
    {"role": "system", "name": "example_assistant", "content": "Things working well together will increase revenue."},
    {
        "role": "system",
        "name": "example_user",
        "content": "Let's circle back when we have more bandwidth "
        "to touch base on opportunities for increased leverage.",
    },
    {
        "role": "system",
        "name": "example_assistant",
        "content": "Let's talk later when we're less busy about how to do better.",
    },
    {
        "role": "user",
        "content": "This late pivot means we don't have time to boil the ocean for the client deliverable.",
    },
]
WEATHER = [
    {
        "role": "system",
        "content": "You are a helpful assistant that can answer to questions about the weather.",
    },
    {"role": "user", "content": "What's the weather like in San Francisco?"},
]
WEATHER_TOOL = {
    "type": "function",
    "function": {
        "name": "get_current_weather",
        "description": "Get the current weather in a given location",
        "parameters": {
            "type": "object",
            "properties": {
                "location": {"type": "string", "description": "The city and state, e.g. San Francisco, CA"},
                "unit": {
                    "type": "string",
                    "description": "The unit of temperature to return",
                    "enum": ["celsius", "fahrenheit"],
                },
            },
            "required": ["location"],
        },
    },
}
CALL = {"id": "call_1", "type": "function", "function": {"name": "get_weather", "arguments": '{"city": "Kyoto"}'}}


def text_tokens(*texts: str) -> int:
    encoding = tiktoken.get_encoding("o200k_base")
    return sum(len(encoding.encode(text, disallowed_special=())) for text in texts)


@pytest.mark.parametrize(
    ("model", "reported"), [("gpt-4", 129), ("gpt-4-0613", 129), ("gpt-4o", 124), ("gpt-4o-mini", 124)]
)
def test_the_count_is_what_the_openai_api_reported(model, reported):
    assert count_tokens(JARGON, model=model) == reported


@pytest.mark.parametrize(("model", "reported"), [("gpt-4", 105), ("gpt-4o", 101), ("gpt-4o-mini", 101)])
def test_the_count_with_tools_is_what_the_openai_api_reported(model, reported):
    assert count_tokens(WEATHER, model=model, tools=[WEATHER_TOOL]) == reported


@pytest.mark.parametrize("model", ["gpt-6-luna", "offline-model", "llama3.2:3b", "名前"])
def test_a_model_that_tiktoken_does_not_know_is_counted_with_o200k(model):
    assert count_tokens(JARGON, model=model) == 124


def test_a_message_costs_three_tokens_more_than_its_strings():
    assert message_tokens({"role": "user", "content": "Hi"}) == 3 + 1 + 1


def test_the_request_costs_three_tokens_more_than_its_messages():
    assert count_tokens([{"role": "user", "content": "Hi"}] * 2) == 5 + 5 + 3


def test_a_name_costs_its_tokens_and_one_more():
    hi = {"role": "user", "content": "Hi"}
    assert message_tokens(hi | {"name": "Ada"}) == message_tokens(hi) + text_tokens("Ada") + 1
    assert message_tokens(hi | {"name": None}) == message_tokens(hi)


def test_no_content_costs_nothing():
    assert message_tokens({"role": "assistant", "content": None}) == message_tokens({"role": "assistant"}) == 3 + 1


def test_of_content_parts_only_the_text_counts():
    parts = [{"type": "text", "text": "Good morning"}, {"type": "text", "text": "Kyoto"}]
    assert message_tokens({"role": "user", "content": parts}) == 3 + 1 + text_tokens("Good morning", "Kyoto")


def test_of_tool_calls_every_string_counts():
    message = {"role": "assistant", "content": None, "tool_calls": [CALL, CALL]}
    one_call = text_tokens("call_1", "function", "get_weather", '{"city": "Kyoto"}')
    assert message_tokens(message) == 3 + 1 + 2 * one_call


def test_of_a_refusal_the_text_counts_as_a_part_and_as_a_field():
    part = {"role": "assistant", "content": [{"type": "refusal", "refusal": "I will not."}]}
    field = {"role": "assistant", "content": None, "refusal": "I will not."}
    assert message_tokens(part) == message_tokens(field) == 3 + 1 + text_tokens("I will not.")
    for message in (part, field):
        messages = [{"role": "user", "content": "Hi"}, message, {"role": "user", "content": "Why?"}]
        assert count_tokens(messages) == prompt_tokens(messages, "offline-model")


def test_of_other_calls_and_a_spoken_reply_every_string_counts():
    old = {"role": "assistant", "content": None, "function_call": {"name": "look", "arguments": "{}"}}
    assert message_tokens(old) == 3 + 1 + text_tokens("look", "{}")
    custom = {"id": "c", "type": "custom", "custom": {"name": "run", "input": "SELECT 1"}}
    assert message_tokens({"role": "assistant", "tool_calls": [custom]}) == 4 + text_tokens(
        "c", "custom", "run", "SELECT 1"
    )
    assert message_tokens({"role": "assistant", "audio": {"id": "audio_7"}}) == 4 + text_tokens("audio_7")


def text_size(text: str, model: str = "gpt-4o") -> int:
    return message_tokens({"role": "user", "content": text}, model) - 4


MOST = 999_998  # blanks in a row that tiktoken can count


@pytest.mark.parametrize(
    ("model", "blank"), [("gpt-4o", " "), ("gpt-4o", "\t"), ("gpt-4o", "\x85"), ("gpt-4", "\u2028")], ids=ascii
)
def test_a_million_blanks_are_counted_in_blocks_that_begin_where_the_run_does(model, blank, capfd):
    encoding = tiktoken.encoding_for_model(model)
    block, rest = (len(encoding.encode_ordinary(blank * length)) for length in (100_000, 2))
    assert text_size(f"x{blank * 1_000_003}y", model) == 1 + 10 * block + rest + len(
        encoding.encode_ordinary(f"{blank}y")
    )
    assert capfd.readouterr().err == ""  # tiktoken's panic writes there


@pytest.mark.parametrize(
    ("model", "text"),
    [("gpt-4o", "x" + " " * MOST), ("gpt-4o", "\t" * 1_000_001 + "\n"), ("gpt-4", " " * 1_000_001)],
    ids=["the last", "before a line's end", "older"],
)
def test_what_tiktoken_can_count_is_counted_as_it_does(model, text):
    assert text_size(text, model) == len(tiktoken.encoding_for_model(model).encode_ordinary(text))


def test_where_tiktoken_gives_up_all_the_same_the_pieces_are_counted(monkeypatch):
    class PanicException(BaseException):
        """What tiktoken raises; it is no Exception."""

    class Panicking:
        def __init__(self, encoding):
            self._encoding, self._pat_str = encoding, encoding._pat_str

        def encode_ordinary(self, text):
            if len(text) > 100_000:
                raise PanicException
            return self._encoding.encode_ordinary(text)

    text = "One by one they went to Kyoto, and it's true. \n\n" * 3_000 + "a" * 250_000
    expected = text_tokens(text)
    monkeypatch.setattr(tiktoken, "get_encoding", lambda name, get=tiktoken.get_encoding: Panicking(get(name)))
    assert text_size(text) == expected


@pytest.mark.parametrize(("text", "same"), [("a \ud83d", "a \ufffd"), ("\udf38\ud83c\udf38", "\ufffd🌸")])
def test_half_an_emoji_counts_as_the_sign_that_is_sent_in_its_place(text, same):
    assert text_size(text) == text_tokens(same)


@pytest.mark.parametrize(
    ("model", "error"),
    [(None, TypeError), (7, TypeError), (["gpt-4o"], TypeError), ("", ValueError), (" ", ValueError)],
)
def test_what_is_no_name_of_a_model_is_refused(model, error):
    for function in (count_tokens, show_request, lambda messages, model: trim_to_budget(messages, 99, model=model)):
        with pytest.raises(error, match="model"):
            function(WEATHER, model=model)


def test_a_special_token_in_a_message_is_text():
    # As a token of its own it would cost 1; as text it is < | end of text | >.
    assert message_tokens({"role": "user", "content": "<|endoftext|>"}) == 3 + 1 + text_tokens("<|endoftext|>")
    assert text_tokens("<|endoftext|>") > 1


def test_a_long_text_is_counted_like_a_short_one():
    text = "Where does the night train to Kyoto stop? " * 500
    assert message_tokens({"role": "user", "content": text}) == 3 + 1 + text_tokens(text)


def test_a_tool_without_description_or_parameters_costs_its_name():
    tool = {"type": "function", "function": {"name": "ping"}}
    assert count_tokens([], tools=[tool]) == 3 + 7 + text_tokens("ping:") + 12


def test_a_tool_with_two_types_and_an_enum_of_numbers_is_counted_as_its_json():
    schema = {"type": ["integer", "null"], "enum": [1, 2], "description": "Nights."}
    tool = {"type": "function", "function": {"name": "book", "parameters": {"properties": {"nights": schema}}}}
    one_property = (
        3 + text_tokens('nights:["integer", "null"]:Nights') - 3 + 3 + text_tokens("1") + 3 + text_tokens("2")
    )
    assert count_tokens([], tools=[tool]) == 3 + 7 + text_tokens("book:") + 3 + one_property + 12


def with_parameters(**keywords):
    parameters = {"type": "object", "additionalProperties": False, **keywords}
    return [{"type": "function", "function": {"name": "book", "parameters": parameters}}]


ROOM = {"type": "object", "properties": {"beds": {"type": "integer", "description": "How many."}}}
BEDS = 3 + 3 + text_tokens("beds:integer:How many")  # an object with a property, and the property


@pytest.mark.parametrize(
    ("schema", "inside"),
    [
        (ROOM, BEDS),
        ({"items": ROOM}, 3 + text_tokens("items:object:") + BEDS),
        ({"items": True, "additionalProperties": True}, 0),
        ({"additionalProperties": ROOM}, 3 + text_tokens("additionalProperties:object:") + BEDS),
        ({"anyOf": [ROOM, {"type": "null"}]}, 6 + text_tokens("anyOf:object:") + text_tokens("anyOf:null:") + BEDS),
        ({"prefixItems": [{"enum": ["a", "b"]}]}, 3 + text_tokens("prefixItems::") + 2 * (3 + 1) - 3),
        ({"properties": {"any": True}}, 3 + 3 + text_tokens("any::")),
        ({"$defs": {"Room": ROOM}}, 3 + text_tokens("Room:object:") + BEDS),
    ],
)
def test_what_lies_deeper_in_a_schema_counts_as_the_parameters_do(schema, inside):
    flat = count_tokens([], tools=with_parameters(properties={"x": {"type": "object"}}))
    assert count_tokens([], tools=with_parameters(properties={"x": {"type": "object"} | schema})) == flat + inside


def test_a_reference_counts_in_place_of_a_type():
    room, room_by_type = ({"x": {key: "#/$defs/Room"}} for key in ("$ref", "type"))
    assert count_tokens([], tools=with_parameters(properties=room)) == count_tokens(
        [], tools=with_parameters(properties=room_by_type)
    )


def test_an_empty_list_of_tools_costs_nothing():
    assert count_tokens(WEATHER, tools=[]) == count_tokens(WEATHER)


MESSAGES = st.lists(
    st.fixed_dictionaries(
        {"role": st.sampled_from(["system", "user", "assistant"]), "content": st.text(st.characters()) | st.none()},
        optional={"name": st.text("abc_-", min_size=1)},
    ),
    max_size=8,
)


@settings(REPEATABLE, max_examples=50)
@given(MESSAGES)
def test_any_conversation_costs_its_strings_and_the_overhead_and_stays_as_it_is(messages):
    before = deepcopy(messages)
    strings = [text for message in messages for text in message.values() if text is not None]
    names = sum("name" in message for message in messages)
    assert count_tokens(messages) == text_tokens(*strings) + 3 * len(messages) + names + 3
    assert messages == before


HELLO = [{"role": "user", "content": "Hello."}]
CLIENT = get_mock_client(reply_to=lambda body, fits: Reply("Yes."))


def prompt_tokens(messages: list[dict], model: str, **options) -> int:
    """What the offline server reports; it counts with code of its own."""
    return CLIENT.chat.completions.create(model=model, messages=messages, **options).usage.prompt_tokens


@REPEATABLE
@given(
    ACCEPTED,
    st.text(max_size=30).map(lambda text: [{"role": "user", "content": text}]),
    st.sampled_from([{}, {"tools": TOOLS}]),
    st.sampled_from(["offline-model", "gpt-4"]),
)
def test_the_count_is_what_the_offline_server_reports(history, question, options, model):
    messages = [*history, *question]
    assert count_tokens(messages, model=model, **options) == prompt_tokens(messages, model, **options)


WORDS = st.sampled_from(["room", "the size of a bed.", "type", "München", ""])


def deeper(schemas):
    named, lists = st.dictionaries(WORDS, schemas | st.booleans(), max_size=2), st.lists(schemas, max_size=2)
    one_or_more = {"items": schemas | st.booleans(), "additionalProperties": schemas | st.booleans()}
    keywords = dict.fromkeys(("properties", "patternProperties", "$defs"), named) | one_or_more
    keywords |= dict.fromkeys(("anyOf", "oneOf", "allOf", "prefixItems"), lists)
    keywords |= {"description": WORDS, "enum": st.lists(WORDS | st.integers(), max_size=3)}
    return st.fixed_dictionaries({"type": st.sampled_from(["object", ["array", "null"]])}, optional=keywords)


SCHEMAS = st.recursive(
    st.fixed_dictionaries({}, optional={"type": WORDS, "$ref": WORDS, "description": WORDS}), deeper, max_leaves=8
)


@settings(REPEATABLE, max_examples=60)
@given(SCHEMAS, st.sampled_from(["offline-model", "gpt-4"]))
def test_the_count_of_nested_tools_is_what_the_offline_server_reports(schema, model):
    tools = with_parameters(properties={"x": {"items": {}} | schema}, **{"$defs": {"X": schema}})
    assert count_tokens(HELLO, model=model, tools=tools) == prompt_tokens(HELLO, model, tools=tools)


@REPEATABLE
@given(ACCEPTED | ODD, st.sampled_from([None, TOOLS]))
def test_a_request_costs_its_messages_one_by_one_its_tools_and_three(history, tools):
    apart = sum(message_tokens(message) for message in history)
    assert count_tokens(history, tools=tools) == apart + count_tokens([], tools=tools)


@pytest.mark.parametrize("length", [30, 99, 100, 101, 499, 501, 20_000])
def test_a_text_is_tokenised_once_however_often_it_is_counted(tokenised, length):
    text = (f"a text of {length} characters " + "word " * length)[:length]
    history = [{"role": "user", "content": text}] * 3
    counts = {count_tokens(history) for _ in range(5)} | {
        count_tokens([dict(history[0])]) + 2 * message_tokens(history[0])
    }
    assert len(counts) == 1
    assert tokenised.count(text) == 1


def test_the_texts_of_a_long_history_are_tokenised_once(tokenised):
    history = [{"role": "user", "content": f"Message {number} of a long history."} for number in range(20_000)]
    tokens = count_tokens(history)
    assert len(tokenised) == len(set(tokenised)) >= 20_000
    tokenised.clear()
    assert count_tokens([*history, {"role": "user", "content": "The only new message."}]) > tokens
    assert tokenised == ["The only new message."]


def test_each_encoding_has_counts_of_its_own():
    message = {"role": "user", "content": "私は春に日本へ行きます。" * 20}
    counts = {model: message_tokens(message, model) for model in ("gpt-4o", "gpt-4")}
    assert counts["gpt-4o"] != counts["gpt-4"]
    assert {model: message_tokens(message, model) for model in ("gpt-4", "gpt-4o")} == counts


def test_long_texts_that_begin_and_end_alike_are_counted_apart():
    texts = ["a " * 60 + "日本へ " * number + " b" * 60 for number in range(300)]
    assert [message_tokens({"role": "user", "content": text}) - 4 for text in texts] == [text_tokens(t) for t in texts]


class ResponseMessage:
    """Stands for any object that is not a dict, such as the message of an API response."""

    role, content = "assistant", "Hi"


@pytest.mark.parametrize(
    ("messages", "error", "says"),
    [
        (None, TypeError, r"must be a list .* got None\. An empty history is \[\]"),
        (7, TypeError, "must be a list .* got int"),
        ("Hi", TypeError, "must be a list of message dicts, got one str"),
        ({"role": "user", "content": "Hi"}, TypeError, "must be a list of message dicts, got one dict"),
        (["Hi"], TypeError, r"messages\[0\] must be a dict .* got str"),
        ([WEATHER[0], ResponseMessage()], TypeError, r"messages\[1\] .* 'content': message.content"),
        ([{"content": "Hi"}], ValueError, r"messages\[0\] needs a role"),
        ([{"role": "user", "content": 42}], TypeError, r"messages\[0\]\['content'\] must be text.* got int"),
        ([{"role": "user", "content": ["Hi"]}], ValueError, r"\['content'\]\[0\] is not a text part but 'str'"),
        (
            [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "…"}}]}],
            ValueError,
            "is a picture, and what it costs is not known",
        ),
        (
            [{"role": "assistant", "tool_calls": [ResponseMessage()]}],
            TypeError,
            r"\['tool_calls'\]\[0\] is a ResponseMessage, .*model_dump",
        ),
    ],
)
def test_a_wrong_shape_says_where_it_is_and_what_to_do(messages, error, says):
    with pytest.raises(error, match=says):
        count_tokens(messages)


@pytest.mark.parametrize(
    "tool",
    [
        {"type": "function", "name": "ping"},
        {"type": "function", "function": {}},
        {"type": "function", "function": {"name": "ping", "parameters": {"properties": {"x": "string"}}}},
        "ping",
    ],
)
def test_a_tool_of_a_wrong_shape_says_which_one(tool):
    with pytest.raises(ValueError, match=r"tools\[1\]"):
        count_tokens(WEATHER, tools=[WEATHER_TOOL, tool])


def test_a_vocabulary_that_cannot_be_loaded_says_what_to_do(monkeypatch):
    def offline(name):
        raise ConnectionError("no route to host")

    monkeypatch.setattr(tiktoken, "get_encoding", offline)
    with pytest.raises(RuntimeError, match=r"'o200k_base'.*TIKTOKEN_CACHE_DIR"):
        message_tokens({"role": "user", "content": "A text that was not counted before this test."})


def function(**fields):
    return [{"type": "function", "function": {"name": "look_up", **fields}}]


@pytest.mark.parametrize(
    ("tools", "error", "says"),
    [
        (7, TypeError, "tools must be a list"),
        (WEATHER_TOOL, TypeError, "tools must be a list of tool definitions, got one dict"),
        (function(parameters=["town"]), ValueError, r"tools\[0\]: 'parameters' must be a dict, got list"),
        (function(parameters={"properties": "town"}), ValueError, r"tools\[0\]: 'properties' must be a dict, got str"),
        (function(parameters={"properties": {"town": {"enum": 7}}}), ValueError, r"the enum of 'town' must be a list"),
        (
            function(parameters={"properties": {"a": {"items": {"enum": 7}}}}),
            ValueError,
            r"the enum of 'items' must be",
        ),
    ],
)
@pytest.mark.parametrize("count", [count_tokens, show_request])
def test_tools_that_cannot_be_counted_are_named(count, tools, error, says):
    with pytest.raises(error, match=says):
        count(WEATHER, tools=tools)


def test_a_description_that_is_no_text_costs_something():
    assert count_tokens([], tools=function(description={"en": "Look it up."})) > count_tokens([], tools=function())


GRAMMAR = {"type": "grammar", "grammar": {"syntax": "regex", "definition": r"SELECT .*\d+;"}}


@pytest.mark.parametrize(
    "custom", [{}, {"description": "Run a query."}, {"format": {"type": "text"}}, {"format": GRAMMAR}]
)
def test_a_custom_tool_costs_what_the_server_counts(custom):
    tools = [{"type": "custom", "custom": {"name": "run_sql"} | custom}]
    messages = [{"role": "user", "content": "How many rows?"}]
    assert count_tokens(messages, tools=tools) == prompt_tokens(messages, "offline-model", tools=tools)


def test_what_is_no_json_deep_in_a_call_is_named_by_its_place():
    calls = [{"id": "a", "function": {"arguments": "{}"}}, {"id": "b", "function": {"arguments": [1, {"x": object()}]}}]
    place = r"message\['tool_calls'\]\[1\]\['function'\]\['arguments'\]\[1\]\['x'\] is a object"
    with pytest.raises(TypeError, match=place):
        message_tokens({"role": "assistant", "tool_calls": calls})
