"""Agents in words: tools that a prompt describes, called in the form that it shows."""

import json

import pytest

from mock_model import MockServer

LABELS = """You have access to the following tools:

tide(port: str) -> str - Look up the height of the tide in a port.
berth(port: str, metres: int) -> str - Reserve a berth for a boat of so many metres.

Use the following format:

Question: what is asked
Thought: what you think
Action: one of [tide, berth]
Action Input: the input to the action
Observation: the result of the action
Thought: I know it now
Final Answer: the answer

Begin!

Question: {}
Thought:"""
OBJECTS = """You have access to these tools:
- tide: Look up the height of the tide in a port.
    Takes inputs: {'port': {'type': 'string'}}
- final_answer: Give the final answer.
    Takes inputs: {'answer': {'type': 'string'}}

Every action is a blob:
Action:
{
  "name": "final_answer",
  "arguments": {"answer": "the answer"}
}"""
TAGS = """You can call these tools:

- tide: Look up the height of the tide in a port. Args: {"port": "string"}

To call one, write:
<thought>why</thought>
<action>its name</action>
<arguments>{"key": "value"}</arguments>
You get back <result>what it says</result>. At the end write <answer>the answer</answer>."""
HEADERS = """All interactions will be structured in the following way.

[[ ## question ## ]]
{question}

[[ ## next_thought ## ]]
{next_thought}

[[ ## next_tool_name ## ]]
{next_tool_name}

[[ ## next_tool_args ## ]]
{next_tool_args}

[[ ## completed ## ]]
The tool must be one of:

(1) tide, whose description is <desc>Look up the tide in a port.</desc>. It takes arguments {'port': {'type': 'string'}}.
(2) finish, whose description is <desc>Marks the task as complete.</desc>. It takes arguments {}."""
CALLS = """You may use these functions:
{"name": "tide", "description": "Look up the height of the tide in a port.", "parameters":
 {"type": "object", "properties": {"port": {"type": "string"}}, "required": ["port"]}}
For each call write one object:
<tool_call>
{"name": "the name", "arguments": {}}
</tool_call>"""
ASKED = "How high is the tide in Roscoff?"


def reply(*messages: tuple[str, str]) -> str:
    """What is replied to messages."""
    said = [{"role": role, "content": text} for role, text in messages]
    return MockServer().client().chat.completions.create(model="gpt-4o-mini", messages=said).choices[0].message.content


def test_labels_are_written_as_they_are_shown_and_the_thought_that_is_begun_goes_on():
    said = reply(("user", LABELS.format(ASKED)))
    assert said.endswith("\nAction: tide\nAction Input: Roscoff") and not said.startswith("Thought")


def test_several_arguments_are_an_object():
    said = reply(("user", LABELS.format("Reserve a berth in Morlaix for a boat of 11 metres.")))
    assert json.loads(said.partition("Action Input: ")[2]) == {"port": "Morlaix", "metres": 11}


def test_what_was_observed_answers():
    steps = " I look.\nAction: tide\nAction Input: Roscoff\nObservation: 7.4 metres\nThought:"
    assert "Final Answer: The tide for Roscoff is: 7.4 metres." in reply(("user", LABELS.format(ASKED) + steps))


def test_what_was_said_is_answered_without_a_tool():
    said = reply(("user", LABELS.format("My boat is called Anke. What is my boat called?")))
    assert "Final Answer:" in said and "Anke" in said and "Action" not in said


@pytest.mark.parametrize(
    ("prompt", "called", "result", "end"),
    [
        (OBJECTS, '{"name": "tide", "arguments": {"port": "Roscoff"}}', "Observation:\n5.2 metres", '"final_answer"'),
        (TAGS, '<action>tide</action><arguments>{"port": "Roscoff"}</arguments>', "<result>5.2 metres</result>", "<answer>"),
        (CALLS, '<tool_call>\n{"name": "tide", "arguments": {"port": "Roscoff"}}\n</tool_call>', "5.2 metres", ""),
    ],
)  # fmt: skip
def test_each_form_is_called_and_answered_in(prompt: str, called: str, result: str, end: str):
    said = reply(("system", prompt), ("user", ASKED))
    assert called in said
    last = reply(("system", prompt), ("user", ASKED), ("assistant", said), ("user", result))
    assert end in last and "5.2" in last and 'Roscoff"}' not in last


def test_headers_are_called_in_and_end_with_the_tool_that_ends():
    question = f"[[ ## question ## ]]\n{ASKED}\n\n[[ ## trajectory ## ]]\n"
    first = reply(("system", HEADERS), ("user", question))
    assert (
        '[[ ## next_tool_name ## ]]\ntide\n\n[[ ## next_tool_args ## ]]\n{"port": "Roscoff"}\n\n[[ ## completed ## ]]'
        in first
    )
    done = '[[ ## tool_name_0 ## ]]\ntide\n\n[[ ## tool_args_0 ## ]]\n{"port": "Roscoff"}\n\n[[ ## observation_0 ## ]]\n5.2 m'
    assert "[[ ## next_tool_name ## ]]\nfinish\n" in reply(("system", HEADERS), ("user", question + done))


def test_words_that_look_like_a_step_are_no_form_without_tools():
    said = reply(
        (
            "user",
            "Thought: I like tools.\nAction: none.\nAction Input: none.\nMy saw is called Brutus. What is my saw called?",
        )
    )
    assert "Brutus" in said and "Action" not in said


def test_a_function_that_hands_over_names_who_fits():
    about = "Hand over. Agents: {'billing': 'Answers questions about invoices.', 'repairs': 'Repairs bicycles.'}"
    given = {
        "type": "object",
        "properties": {"to_agent": {"type": "string"}, "reason": {"type": "string"}},
        "required": ["to_agent", "reason"],
    }
    tools = [{"type": "function", "function": {"name": "handoff", "description": about, "parameters": given}}]
    asked = [{"role": "user", "content": "I have a question about my invoice."}]
    made = MockServer().client().chat.completions.create(model="gpt-4o-mini", messages=asked, tools=tools)
    assert json.loads(made.choices[0].message.tool_calls[0].function.arguments)["to_agent"] == "billing"
