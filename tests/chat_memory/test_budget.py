"""A trimmed history is never over the budget, never without its newest question, and never smaller than it must be."""

from copy import deepcopy
from itertools import chain

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from chat_memory import BudgetError, count_tokens, message_tokens, sliding_window, split_turns, trim_to_budget

from .histories import ACCEPTED, ANY, LONG_TURN, RARE_KINDS, REPEATABLE, TOOLS, budgets

SYSTEM = {"role": "system", "content": "Be brief."}  # 7 tokens
QUESTION = {"role": "user", "content": "How do I get from Kyoto to Nara?"}  # 14 tokens
ROLES = ["system", "user", "assistant", "assistant", "assistant"]
LONG_REPLY = {"role": "assistant", "content": "word " * 99}
THOROUGH = settings(REPEATABLE, max_examples=150)


def needed(messages, *, reply_tokens=0, tools=None):
    return count_tokens(messages, tools=tools) + reply_tokens


def steps_of(messages):
    """The steps of a turn: a message with all the results that follow it."""
    steps = []
    for message in messages:
        if message["role"] in ("tool", "function") and steps:
            steps[-1].append(message)
        else:
            steps.append([message])
    return steps


def best(history, budget, *, cut_to=None, **options):
    """The answer as it is documented, found by trying every window, the largest first; None if there is none."""
    if needed(history, **options) <= budget:
        return history
    instructions, turns = split_turns(history)
    windows = [list(chain.from_iterable(turns[i:])) for i in range(1, len(turns))]
    newest = turns[-1] if turns else []
    question = [newest[0]] if newest and newest[0]["role"] == "user" else []
    steps = steps_of(newest[len(question) :])
    thinned = [[*question, *chain.from_iterable(steps[i:])] for i in range(1, len(steps) + bool(question))]
    must = [newest, *thinned[-2 if question else -1 :]]  # these may pass the lower mark
    for window in [*windows, *thinned]:
        limit = budget if cut_to is None or window in must else cut_to
        if needed([*instructions, *window], **options) <= limit:
            return [*instructions, *window]
    return None


def least(history, **options):
    """The least budget for which there is an answer: instructions and newest question, or else the newest step."""
    instructions, turns = split_turns(history)
    newest = turns[-1] if turns else []
    has_question = bool(newest) and newest[0]["role"] == "user"
    must = newest[:1] if has_question else [*chain(*steps_of(newest)[-1:])]
    return needed([*instructions, *must], **options)


def trimmed(history, budget, options):
    try:
        return trim_to_budget(history, budget, **options)
    except BudgetError:
        assume(False)


@THOROUGH
@given(budgets(ANY | RARE_KINDS))
def test_the_result_is_that_of_trying_every_window(case):
    history, budget, options = case
    has_user = any(message["role"] == "user" for message in history)
    assume(has_user or "cut_to" not in options)  # see test_without_a_user_message_too_the_lower_mark_holds
    expected = best(history, budget, **options)
    if expected is None:
        with pytest.raises(BudgetError):
            trim_to_budget(history, budget, **options)
    else:
        assert trim_to_budget(history, budget, **options) == expected


@REPEATABLE
@given(budgets(ANY))
def test_never_over_the_budget(case):
    history, budget, options = case
    reply_tokens, tools = options["reply_tokens"], options["tools"]
    assert count_tokens(trimmed(history, budget, options), tools=tools) + reply_tokens <= budget


@REPEATABLE
@given(budgets(ANY))
def test_instructions_and_newest_question_stay_and_the_rest_keeps_its_order(case):
    history, budget, options = case
    result = trimmed(history, budget, options)
    instructions, _ = split_turns(history)
    assert result[: len(instructions)] == instructions
    questions = [message for message in history if message["role"] == "user"]
    if questions:
        assert any(message is questions[-1] for message in result)
    rest = iter(history)
    assert all(any(message is other for other in rest) for message in result)  # the caller's own, in their order


@REPEATABLE
@given(budgets(ACCEPTED | LONG_TURN | RARE_KINDS))
def test_turns_are_whole_but_for_the_newest_and_no_call_is_without_its_results(case):
    history, budget, options = case
    result = trimmed(history, budget, options)
    _, turns = split_turns(history)
    _, kept = split_turns(result)
    assert kept[:-1] == turns[len(turns) - len(kept) : -1]
    if turns and turns[-1][0]["role"] == "user":
        assert kept[-1][0] is turns[-1][0]
    if len(kept) > 1:
        assert kept[-1] == turns[-1]
    assert calls_and_results_are_together(result)


def calls_and_results_are_together(messages):
    """No result without its call, and no call without its results."""
    waiting = []
    for message in messages:
        if message["role"] in ("tool", "function"):
            waiting.remove(message["tool_call_id"] if message["role"] == "tool" else message["name"])
        elif waiting:
            return False
        else:
            waiting = [call["id"] for call in message.get("tool_calls", ())]
            waiting += [message["function_call"]["name"]] if "function_call" in message else []
    return not waiting


@REPEATABLE
@given(RARE_KINDS, st.integers(0, 9))
def test_a_window_has_no_result_without_its_call(history, keep_turns):
    assert calls_and_results_are_together(sliding_window(history, keep_turns))


@pytest.mark.parametrize(
    ("call", "result"),
    [
        ({"function_call": {"name": "f", "arguments": "long " * 50}}, {"role": "function", "name": "f"}),
        (
            {"tool_calls": [{"id": "1", "type": "custom", "custom": {"name": "f", "input": "long " * 50}}]},
            {"role": "tool", "tool_call_id": "1"},
        ),
    ],
)
@pytest.mark.parametrize("between", [[], [{"role": "system", "content": "The user is waiting."}]])
def test_a_result_goes_where_its_long_call_goes(call, result, between):
    """Also where a program has put a message of its own between the two, which an API may refuse."""
    step = [{"role": "assistant", "content": None, **call}, *between, {**result, "content": "short"}]
    for history in ([QUESTION, *step], [QUESTION, *step, {"role": "assistant", "content": "Done."}]):
        for budget in range(needed([QUESTION]), needed(history)):
            kept = trim_to_budget(history, budget)
            assert step[0] in kept or step[-1] not in kept


@REPEATABLE
@given(budgets(ANY | RARE_KINDS))
def test_trimming_twice_changes_nothing_and_the_history_stays_as_it_is(case):
    history, budget, options = case
    messages, before = list(history), deepcopy(history)
    result = trimmed(history, budget, options)
    assert result is not history
    assert trim_to_budget(result, budget, **options) == result
    assert history == before and all(one is other for one, other in zip(history, messages, strict=True))


@REPEATABLE
@given(budgets(ANY))
@example(([SYSTEM, QUESTION], 1, {"reply_tokens": 0, "tools": None}))
def test_the_error_names_the_least_budget_that_works(case):
    history, _, options = case
    options = {name: options[name] for name in ("reply_tokens", "tools")}
    works = least(history, **options)
    assert needed(trim_to_budget(history, works, **options), **options) == works or works >= needed(history, **options)
    if works > 1:
        with pytest.raises(BudgetError) as error:
            trim_to_budget(history, works - 1, **options)
        assert error.value.needed == works
        assert f"at least {works:,}" in str(error.value)


def test_the_error_names_the_least_budget_where_not_even_the_instructions_fit():
    with pytest.raises(BudgetError) as error:
        trim_to_budget([SYSTEM, QUESTION], 8)
    assert error.value.needed == count_tokens([SYSTEM, QUESTION])


def test_without_a_user_message_too_the_lower_mark_holds():
    said = {"role": "assistant", "content": "a b c d e f g h"}  # 12 tokens each, and 3 to prime the reply
    assert trim_to_budget([said] * 3, 30, cut_to=16) == [said]


def test_the_error_says_what_happened_and_what_to_do():
    with pytest.raises(BudgetError) as error:
        trim_to_budget([SYSTEM, QUESTION], 30, reply_tokens=10)
    assert (message_tokens(QUESTION), message_tokens(SYSTEM)) == (14, 7)
    assert str(error.value) == (
        "The newest question needs 14 tokens, the instructions 7 and priming the reply 3, but the budget is 30 "
        "(of which 10 are kept for the reply). Raise max_tokens to at least 34, or shorten the question."
    )
    assert (error.value.needed, error.value.budget) == (34, 30)
    assert isinstance(error.value, ValueError)


def test_the_error_advises_to_shorten_only_what_is_too_long():
    long = {"role": "system", "content": "word " * 90}
    with pytest.raises(BudgetError, match=r"at least \d+, or shorten the instructions\.$"):
        trim_to_budget([long, QUESTION], 50)
    with pytest.raises(BudgetError, match=r"at least \d+\.$"):  # both are
        trim_to_budget([long, LONG_REPLY | {"role": "user"}], 50)


def test_the_error_of_a_history_without_a_question_speaks_of_its_newest_message():
    with pytest.raises(
        BudgetError, match=r"^The newest message needs 1\d\d tokens and priming the reply 3, .* least 10\d\.$"
    ):
        trim_to_budget([LONG_REPLY], 50)


def test_the_error_of_instructions_alone():
    with pytest.raises(BudgetError) as error:
        trim_to_budget([SYSTEM], 5)
    assert error.value.needed == count_tokens([SYSTEM])
    assert str(error.value) == (
        "The instructions need 7 tokens and priming the reply 3, but the budget is 5. Raise max_tokens to at least 10."
    )


def test_the_error_counts_the_tools_and_large_numbers_can_be_read():
    question = {"role": "user", "content": "word " * 2000}
    with pytest.raises(
        BudgetError, match=r"needs 2,00\d tokens, the tools \d+ and priming the reply 3, .* is 1,000\. "
    ):
        trim_to_budget([question], 1000, tools=TOOLS)


def test_a_history_that_fits_is_returned_whole_up_to_its_last_token():
    history = [SYSTEM, QUESTION, {"role": "assistant", "content": "Take the train."}, QUESTION]
    size = count_tokens(history, tools=TOOLS) + 50
    assert trim_to_budget(history, size, reply_tokens=50, tools=TOOLS) == history
    assert trim_to_budget(history, size - 1, reply_tokens=50, tools=TOOLS) == [SYSTEM, QUESTION]


def test_with_a_lower_mark_the_next_turns_only_append():
    history, cuts = [SYSTEM], 0
    for number in range(200):
        before = [*history, {"role": "user", "content": f"Question number {number}?"}]
        history = trim_to_budget(before, 200, cut_to=120)
        if history != before:
            cuts += 1
            assert 100 < count_tokens(history) <= 120
        history.append({"role": "assistant", "content": f"Answer number {number}."})
    assert 0 < cuts <= 200 // 5  # a turn is about 16 tokens: five of them fit between the two marks


def test_of_a_newest_turn_that_is_too_large_the_newest_steps_stay():
    def step(number):
        call = {"id": f"c{number}", "type": "function", "function": {"name": "look", "arguments": "{}"}}
        result = {"role": "tool", "tool_call_id": f"c{number}", "content": "a result of several words"}
        return [{"role": "assistant", "content": None, "tool_calls": [call]}, result]

    loop = [SYSTEM, QUESTION, *chain.from_iterable(step(number) for number in range(5))]
    three = [SYSTEM, QUESTION, *chain.from_iterable(step(number) for number in (2, 3, 4))]
    size = count_tokens(three)
    assert trim_to_budget(loop, size) == three
    assert trim_to_budget(loop, size - 1) == [SYSTEM, QUESTION, *step(3), *step(4)]
    assert trim_to_budget(loop, count_tokens([SYSTEM, QUESTION])) == [SYSTEM, QUESTION]
    # Cut to the lower mark, and below it only for the newest step.
    assert trim_to_budget(loop, count_tokens(loop) - 1, cut_to=size) == three
    assert trim_to_budget(loop, count_tokens(loop) - 1, cut_to=1) == [SYSTEM, QUESTION, *step(4)]


def test_what_is_dropped_is_not_counted(tokenised):
    history = [SYSTEM] + [
        {"role": "user" if i % 2 == 0 else "assistant", "content": f"not counted before, {i}"} for i in range(10_000)
    ]
    result = trim_to_budget(history, 200)
    contents = [text for text in tokenised if text.startswith("not counted before")]
    assert len(contents) <= len(result) + 2  # one turn more, to see that it does not fit
    tokenised.clear()
    trim_to_budget(history, 200)
    assert tokenised == []


def test_a_history_may_be_read_only_once():
    assert trim_to_budget(iter([SYSTEM, QUESTION]), 100) == [SYSTEM, QUESTION]


@pytest.mark.parametrize("model", ["gpt-4", "gpt-6-luna"])
def test_the_count_is_the_models(model):
    history = [{"role": "user", "content": "私は春に日本へ行きます。"}] * 9
    size = count_tokens(history[:4], model=model, tools=TOOLS)
    assert trim_to_budget(history, size, model=model, tools=TOOLS) == history[:4]
    assert trim_to_budget(history, size - 1, model=model, tools=TOOLS) == history[:3]


@pytest.mark.parametrize("model", ["gpt-4", "gpt-6-luna"])
def test_a_turn_that_is_too_large_is_counted_by_the_model_too(model):
    system, question, *replies = ({"role": role, "content": "私は春に日本へ行きます。"} for role in ROLES)
    size = count_tokens([system, question, *replies[:2]], model=model)
    assert trim_to_budget([system, question, *replies], size, model=model) == [system, question, *replies[1:]]
    assert trim_to_budget([system, question, *replies], size - 1, model=model) == [system, question, *replies[2:]]


@pytest.mark.parametrize(
    ("sizes", "error", "says"),
    [
        ({"max_tokens": 0}, ValueError, "max_tokens must be at least 1, got 0"),
        ({"max_tokens": 1.5}, TypeError, "max_tokens must be a whole number, got 1.5"),
        ({"max_tokens": True}, TypeError, "max_tokens must be a whole number, got True"),
        ({"max_tokens": 100, "reply_tokens": -1}, ValueError, "reply_tokens must be at least 0, got -1"),
        ({"max_tokens": 100, "reply_tokens": None}, TypeError, "reply_tokens must be a whole number, got None"),
        ({"max_tokens": 100, "cut_to": 0}, ValueError, "cut_to must be at least 1, got 0"),
        (
            {"max_tokens": 100, "cut_to": 101},
            ValueError,
            "cut_to must be at most max_tokens, got cut_to=101 and .*=100",
        ),
        ({"max_tokens": 100, "cut_to": 6e1}, TypeError, "cut_to must be a whole number, got 60.0"),
    ],
)
def test_sizes_are_whole_numbers_that_make_sense(sizes, error, says):
    with pytest.raises(error, match=says):
        trim_to_budget([QUESTION], **sizes)


@pytest.mark.parametrize(
    ("history", "budget", "error", "says"),
    [
        pytest.param([SYSTEM, QUESTION, "Hi"], 100, TypeError, r"messages\[2\] must be a dict"),
        pytest.param([SYSTEM, QUESTION, {"content": "Hi"}], 100, ValueError, r"messages\[2\] needs a role"),
        pytest.param([SYSTEM, {"role": "user", "content": 4}], 100, TypeError, r"messages\[1\]\['content'\]"),
        pytest.param([SYSTEM, QUESTION, "Hi", LONG_REPLY], 60, TypeError, r"messages\[2\] must be"),
        ("Hi", 100, TypeError, r"messages\[0\] must be a dict"),
        (None, 100, TypeError, r"messages must be a list .* got None\. An empty history is \[\]"),
    ],
)
def test_what_is_no_message_is_named_by_its_place(history, budget, error, says):
    with pytest.raises(error, match=says):
        trim_to_budget(history, budget)


@settings(REPEATABLE, max_examples=60)
@given(ACCEPTED, st.sampled_from([None, TOOLS]))
def test_without_a_budget_in_the_way_nothing_is_dropped(history, tools):
    assert trim_to_budget(history, 10**9, tools=tools) == history
