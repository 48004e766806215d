"""Forms that a prompt shows: lists between tags, with commas, as bullets; fields line by line, in tags, under headers, as CSV."""

import pytest

from tests.mock_model.test_steps import reply

MET = "Wenche met Ingmar at the dike."
BEES = (
    ("user", "Hi! I'm Signe and I keep bees in Ålesund."),
    ("assistant", "Lovely!"),
    ("user", "My son Aksel is allergic to nuts. What a day!"),
)
FACTS = "Return them in this format:\n<facts>\n  <fact>Specific fact</fact>\n</facts>"


@pytest.mark.parametrize(
    ("order", "listed"),
    [
        ("Reply with a comma-separated list only.", "Wenche, Ingmar"),
        ("Write them as a bulleted list.", "- Wenche\n- Ingmar"),
        ("Write them as a numbered list.", "1. Wenche\n2. Ingmar"),
        ("Write one per line.", "Wenche\nIngmar"),
        ("Return a JSON list of strings.", '["Wenche", "Ingmar"]'),
        ("Write each between <name> tags.", "<name>Wenche</name>\n<name>Ingmar</name>"),
    ],
)
def test_names_are_listed_in_the_form_that_is_asked_for(order: str, listed: str):
    assert reply(("user", f"Extract all names from the text below. {order}\n\nText:\n{MET}")) == listed


def test_an_empty_list_is_what_the_prompt_says():
    order = "Extract all proper nouns from the last message, separated by commas, or NONE if there are none."
    assert reply(("user", f"{order}\n\nuser: I met Torgeir.\nassistant: Good.\nuser: how are you?")) == "NONE"


def test_only_the_last_message_is_listed_where_that_is_asked_for():
    order = "Extract all proper nouns from the last message as a comma-separated list."
    assert (
        reply(("user", f"{order}\n\nuser: I met Torgeir.\nassistant: In Voss?\nuser: No, in Geilo with Embla."))
        == "Geilo, Embla"
    )


def test_facts_are_written_between_the_tags_that_are_shown():
    said = reply(*BEES, ("user", f"Extract new facts about the user from the conversation above.\n{FACTS}"))
    assert said.startswith("<facts>\n  <fact>") and said.endswith("</fact>\n</facts>")
    assert all(told in said for told in ("Signe", "Ålesund", "Aksel")) and "day" not in said and "Specific" not in said


def test_known_facts_are_given_again_where_they_are_to_be_condensed():
    known = "<existing_facts>\n<fact>The user lives in Ålesund.</fact>\n</existing_facts>"
    said = reply(("user", f"Condense the existing facts about the user.\n{known}\n{FACTS}"))
    assert said == "<facts>\n  <fact>The user lives in Ålesund.</fact>\n</facts>"


def test_a_summary_of_one_keeps_what_is_told_of_it():
    asked = (
        "Update the summary below with the new messages.\nPerson to describe: Aksel\n"
        "Existing summary of Aksel:\nThe user's son Aksel is allergic to nuts.\n\n"
    )
    said = reply(("user", f"{asked}New messages:\nuser: Aksel plays the cello. My bees swarmed.\n\nUpdated summary:"))
    assert "nuts" in said and "cello" in said and "swarmed" not in said


def test_a_query_behind_a_context_may_ask_for_a_summary():
    context = "Context:\n-----\nThe lock dates from 1615. It is 5 metres wide.\n-----\n"
    assert "1615" in reply(("user", f"{context}Query: Summarize what is said of the lock.\nAnswer:"))


def test_fields_are_filled_line_by_line():
    form = "Read the order and reply in this format:\nItem: <what>\nQuantity: <number>\nTown: <place>\n\n"
    said = reply(("user", f"{form}Order: I want 14 lanterns in Narvik."))
    assert said == "Item: lanterns\nQuantity: 14\nTown: Narvik"


def test_fields_are_filled_in_tags():
    form = "Answer like this:\n<reasoning>your steps</reasoning>\n<answer>the answer</answer>"
    said = reply(
        ("system", form), ("user", "The kiln is fired at 1180 degrees. At how many degrees is the kiln fired?")
    )
    assert said.startswith("<reasoning>") and "1180" in said.partition("<answer>")[2]


def test_fields_are_filled_under_headers():
    form = "[[ ## question ## ]]\n{question}\n\n[[ ## answer ## ]]\n{answer}\n\n[[ ## completed ## ]]"
    asked = "[[ ## question ## ]]\nThe ferry leaves at 9:15. When does the ferry leave?\n\nRespond with `[[ ## answer ## ]]`."
    assert (
        reply(("system", form), ("user", asked))
        == "[[ ## answer ## ]]\nThe ferry leaves at 9:15.\n\n[[ ## completed ## ]]"
    )


def test_fields_are_filled_with_what_the_steps_of_an_agent_found():
    names = ("question", "trajectory", "answer")
    form = "\n\n".join([*(f"[[ ## {name} ## ]]\n{{{name}}}" for name in names), "[[ ## completed ## ]]"])
    step = "[[ ## tool_name_{0} ## ]]\n{1}\n\n[[ ## tool_args_{0} ## ]]\n{2}\n\n[[ ## observation_{0} ## ]]\n{3}\n\n"
    steps = step.format(0, "tide", '{"port": "Roscoff"}', "7.4 metres") + step.format(1, "finish", "{}", "Completed.")
    asked = f"[[ ## question ## ]]\nHow high is the tide?\n\n[[ ## trajectory ## ]]\n{steps}"
    said = "[[ ## answer ## ]]\nThe tide for Roscoff is: 7.4 metres.\n\n[[ ## completed ## ]]"
    assert reply(("system", form), ("user", asked)) == said


def test_rows_are_written_as_csv():
    said = reply(("user", "Put the guests into CSV with the header name,age.\n\nIngrid is 41 and Tomasz is 38."))
    assert said == "name,age\nIngrid,41\nTomasz,38"
