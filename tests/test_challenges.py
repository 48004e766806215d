"""The checkers of the challenges: starters are not started, right code passes, and every mistake fails where it should."""

import asyncio
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from queue import SimpleQueue

import httpx2
import openai
import pytest
from openai._base_client import SyncAPIClient
from openai._utils import async_maybe_transform, maybe_transform
from openai.resources.chat.completions import completions
from openai.resources.responses import responses
from openai.types.chat import ChatCompletionMessage, ChatCompletionMessageFunctionToolCall
from openai.types.chat.completion_create_params import CompletionCreateParamsStreaming
from openai.types.responses import ResponseOutputMessage
from openai.types.responses.response_create_params import ResponseCreateParamsStreaming

from common import OFFLINE_MODEL
from mock_model import MockServer

from .challenges import misconceptions
from .challenges.engine import files
from .challenges.engine.recording_server import RecordingServer, plain
from .challenges.engine.results import not_started
from .challenges.engine.short_way import shortened

NAMES = files.names()
PROCESSES = 2  # in which works are checked at the same time
DRIVER = """
import faulthandler, json, sys

from tests.challenges.engine.in_place import Collector, run_here

for line in sys.stdin:
    name, *works = json.loads(line)
    faulthandler.dump_traceback_later(300, exit=True)
    results = run_here([name], Collector(), "--quick", *(f"--work={file}" for file in works))
    print(json.dumps([
        {
            "outcome": result.outcome,
            "criteria": [[criterion.test, criterion.text] for criterion in result.criteria],
            "first": result.first_unmet and result.first_unmet.test,
            "hint": (result.first_unmet and result.first_unmet.hints or [""])[0],
            "all": [criterion.problem + criterion.explained for criterion in result.criteria if not criterion.met],
        }
        for result in results
    ]), flush=True)
"""


def started() -> subprocess.Popen[str]:
    """A process for checkers, one after the other: starting Python, importing all and reading vocabularies takes a second."""
    command = [sys.executable, "-c", DRIVER]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "encoding": "utf-8"}
    same_each_time = os.environ | {"PYTHONHASHSEED": "0"}  # as where a learner is checked
    return subprocess.Popen(command, cwd=files.ROOT, env=same_each_time, **pipes)


def checked_works(name: str) -> list[Path]:
    return [files.starter(name), *files.solutions(name), *files.mistakes(name)]


def answer(name: str, idle: SimpleQueue[subprocess.Popen[str]]) -> str:
    """What the checker of a challenge says of all its works, asked of the next process that is idle; a line of JSON."""
    process = idle.get()
    try:
        print(json.dumps([name, *map(str, checked_works(name))]), file=process.stdin, flush=True)
        return process.stdout.readline()
    finally:
        idle.put(process)


@pytest.fixture(scope="module")
def answers(request: pytest.FixtureRequest) -> Iterator[dict[str, Future[str]]]:
    """What the checkers that are wanted here say, in two processes; those of later lessons first, which take longest."""
    wanted = {item.callspec.params.get("checked") for item in request.session.items if hasattr(item, "callspec")}
    names = [name for name in reversed(NAMES) if name in wanted]
    idle: SimpleQueue[subprocess.Popen[str]] = SimpleQueue()
    with ExitStack() as stack:
        for _ in names[:PROCESSES]:
            idle.put(stack.enter_context(started()))
        pool = stack.enter_context(ThreadPoolExecutor(PROCESSES))
        asked = {name: pool.submit(answer, name, idle) for name in names}
        stack.callback(pool.shutdown, cancel_futures=True)
        yield asked


@pytest.fixture(scope="module", params=NAMES)
def checked(request: pytest.FixtureRequest, answers: dict[str, Future[str]]) -> tuple[str, dict[Path, dict]]:
    """What a checker says of the starter, of every solution and of every mistake."""
    name = request.param
    said, paths = answers[name].result(), checked_works(name)
    assert said, "the checker has ended its process"
    results = json.loads(said)
    assert len(results) == len(paths)
    return name, dict(zip(paths, results, strict=True))


def test_there_is_a_challenge_for_each_of_the_first_lessons():
    assert [int(name[:2]) for name in NAMES] == list(range(1, len(NAMES) + 1))


def test_a_starter_is_not_started(checked):
    name, results = checked
    found = results[files.starter(name)]
    assert found["outcome"] == "not started"
    assert [[criterion.test, criterion.text] for criterion in not_started(name).criteria] == found["criteria"]


def test_right_code_passes_however_it_is_written(checked):
    name, results = checked
    solutions = files.solutions(name)
    assert len(solutions) >= 3 and files.reference(name) in solutions
    wrong = {path.name: results[path] for path in solutions if results[path]["outcome"] != "solved"}
    assert not wrong, f"{name}: right code is refused: {wrong}"


def test_every_mistake_fails_where_it_should_with_the_hint_that_names_it(checked):
    name, results = checked
    mistakes = files.mistakes(name)
    assert len(mistakes) >= 6
    wrong = []
    for path in mistakes:
        source, result = path.read_text(encoding="utf-8"), results[path]
        fails, hint = (re.search(rf"^# {what}: (.+)$", source, re.M)[1] for what in ("fails", "hint"))
        if result["outcome"] != "not yet" or result["first"] != fails or hint.lower() not in result["hint"].lower():
            wrong.append(f"{path.name}: {result}")
    assert not wrong, "\n".join(wrong)


def test_what_teachers_are_shown_of_a_misconception_is_what_its_checker_says(checked):
    name, results = checked
    told = [each for each in misconceptions.told() if each.challenge == name]
    for each in told:
        said = " ".join(" ".join(results[each.path]["all"]).split())
        missing = [line for line in each.conversation if " ".join(line.split()) not in said]
        assert each.conversation and not missing, f"{each.path.name}: {missing} is not in {said}"
    assert told or name[:2] in ("09", "11"), "an example of most challenges"


def test_no_checker_breaks(checked):
    _, results = checked
    for path, result in results.items():
        assert not any("checker itself" in problem for problem in result["all"]), f"{path.name}: {result['all']}"


def test_requests_are_prepared_as_the_client_does_it():
    function = {"name": "look_up", "arguments": '{"what": "Ana"}'}
    call = ChatCompletionMessageFunctionToolCall(id="call_1", type="function", function=function)
    kept = ChatCompletionMessage(role="assistant", content=None, tool_calls=[call])
    messages = [
        {"role": "system", "content": "Be brief.", "name": "rules"},
        {"role": "user", "content": [{"type": "text", "text": "Who is Ana?", "odd": None}], "odder": (1, 2.5)},
        kept,
        {
            "role": "assistant",
            "content": None,
            "tool_calls": [{"id": "call_2", "type": "function", "function": function}],
        },
        {"role": "tool", "tool_call_id": "call_2", "content": "A friend."},
    ]
    body = {
        "model": "offline-model",
        "messages": messages,
        "stop": ["x"],
        "stream": True,
        "stream_options": {"include_usage": True},
        "logit_bias": {"50256": -100},
        "max_tokens": None,
        "tools": openai.omit,
        "user": openai.not_given,
    }
    made = maybe_transform(body, CompletionCreateParamsStreaming)
    assert json.dumps(plain(body)) == json.dumps(made) and not {"tools", "user"} & made.keys()
    assert asyncio.run(async_maybe_transform(body, CompletionCreateParamsStreaming)) == made
    assert completions.maybe_transform is maybe_transform, "this is what the plain one takes the place of"


def test_requests_for_a_response_are_prepared_as_the_client_does_it():
    text = {"type": "input_text", "text": "Who is Ana?", "odd": None}
    reply = ResponseOutputMessage(id="msg_1", type="message", role="assistant", status="completed", content=[])
    body = {
        "model": "offline-model",
        "input": [
            {"role": "system", "content": "Be brief.", "odder": (1, 2.5)},
            {"role": "user", "content": [text]},
            reply,
        ],
        "previous_response_id": None,
        "text": {"format": {"type": "json_object"}},
        "store": False,
        "instructions": openai.omit,
        "tools": openai.not_given,
    }
    made = maybe_transform(body, ResponseCreateParamsStreaming)
    assert json.dumps(plain(body)) == json.dumps(made) and not {"instructions", "tools"} & made.keys()
    assert asyncio.run(async_maybe_transform(body, ResponseCreateParamsStreaming)) == made
    assert responses.maybe_transform is maybe_transform, "this is what the plain one takes the place of"


FAILURES = [429, "quota", 500, 503, "timeout", "connection", "drop", "empty", "length", "refusal"]
KNOWN = [
    {"role": "user", "content": "My cat is called 团团 🐼."},
    {"role": "user", "content": "What is my cat called?"},
]
TOOL = {"name": "weather", "parameters": {"type": "object", "properties": {"city": {"type": "string"}}}}
REQUESTS = [
    {"messages": KNOWN},
    {
        "messages": [{"role": "user", "content": "How is the weather in Porto?"}],
        "tools": [{"type": "function", "function": TOOL}],
    },
    {"messages": []},
    {"messages": KNOWN, "model": "no-such-model"},
    {"messages": KNOWN, "max_completion_tokens": 2, "timeout": 3.0},
    {"messages": KNOWN, "stream": True},
    {"messages": KNOWN, "extra_headers": {"Authorization": "Bearer another"}},
    {"messages": KNOWN, "extra_query": {"a": "b"}},
    {"messages": KNOWN, "extra_body": {"nothing_known": 1}},
    {"messages": KNOWN, "temperature": float("nan")},
]


def outcome(request: dict, failure: str | int | None, changed: dict) -> tuple:
    """What a server is sent for a request, and what the client makes of its answer."""
    server, sent = RecordingServer(api_key="offline"), []
    if failure:
        server.fail_next(failure)
    handle = server.handle
    server.handle = lambda request: sent.append(request) or handle(request)
    try:
        answer = server.client().with_options(**changed).chat.completions.create(**{"model": OFFLINE_MODEL} | request)
        found = [type(answer), [*answer] if request.get("stream") else (answer.to_json(), answer._request_id)]
    except (openai.APIError, ValueError) as error:
        shown = {name: vars(error).get(name) for name in ("body", "code", "param", "type", "status_code", "request_id")}
        found = [type(error), str(error), shown, type(error.__cause__)]
    received = [(r.method, str(r.url), r.content, r.headers["authorization"], r.headers["content-type"]) for r in sent]
    return received, found, server.requests, server.replies


@pytest.mark.parametrize("failure", [None, *FAILURES])
def test_the_short_way_to_a_server_comes_to_the_same(monkeypatch, failure):
    tried = [(request, {}) for request in REQUESTS] if failure is None else [(REQUESTS[0], {})]
    tried += [(REQUESTS[0], {"api_key": "wrong"}), (REQUESTS[0], {"default_headers": {"X-Mine": "1"}})]
    for request, changed in tried:
        own = outcome(request, failure, changed)
        with monkeypatch.context() as patch:
            patch.setattr(SyncAPIClient, "request", shortened(SyncAPIClient.request))
            assert outcome(request, failure, changed) == own


ASKED = [
    {"input": "What is my cat called?"},
    {"input": KNOWN, "instructions": "Be brief.", "store": False},
    {"input": []},
    {"input": "Hello!", "model": "no-such-model"},
    {"input": "Hello!", "previous_response_id": "resp_0"},
    {"input": "Hello!", "max_output_tokens": 16, "timeout": 3.0},
    {"input": "Hello!", "stream": True},
    {"input": "Hello!", "extra_headers": {"Authorization": "Bearer another"}},
    {"input": "Hello!", "extra_body": {"nothing_known": 1}},
    {"input": "Hello!", "temperature": float("nan")},
]


def outcome_of_a_response(request: dict, failure: str | int | None) -> tuple:
    """What a server is sent for a response, and what the client makes of its answer; ids and times are left out."""
    server = RecordingServer(api_key="offline")
    if failure:
        server.fail_next(failure)
    try:
        answer = server.client().responses.create(**{"model": OFFLINE_MODEL} | request)
        found = [type(answer), [*map(repr, answer)] if request.get("stream") else [answer.to_json(), repr(answer)]]
        found[1] = re.sub(r"(?:resp|msg|rs)_\w+|created_at\W+[\d.]+|completed_at\W+[\d.]+|req_\w+", "", str(found[1]))
    except (openai.APIError, ValueError) as error:
        shown = {name: vars(error).get(name) for name in ("body", "code", "param", "type", "status_code")}
        found = [type(error), str(error), shown, type(error.__cause__)]
    return [(e.method, e.path, e.body, e.status) for e in server.exchanges], found


@pytest.mark.parametrize("failure", [None, *FAILURES, "failed"])
def test_the_short_way_to_a_response_comes_to_the_same(monkeypatch, failure):
    for request in ASKED if failure is None else ASKED[:2]:
        own = outcome_of_a_response(request, failure)
        with monkeypatch.context() as patch:
            patch.setattr(SyncAPIClient, "request", shortened(SyncAPIClient.request))
            assert outcome_of_a_response(request, failure) == own


def test_the_short_way_leaves_out_what_a_network_needs_unless_somebody_looks_there(monkeypatch):
    completions, prepared, sent = MockServer().client().chat.completions, [], []
    build, send = SyncAPIClient._build_request, httpx2.Client.send
    noted = lambda function, notes: lambda *given, **named: notes.append(given) or function(*given, **named)  # noqa: E731
    monkeypatch.setattr(SyncAPIClient, "_build_request", noted(build, prepared))
    monkeypatch.setattr(SyncAPIClient, "request", shortened(SyncAPIClient.request))
    completions.create(model=OFFLINE_MODEL, messages=KNOWN)
    assert not prepared
    monkeypatch.setattr(httpx2.Client, "send", noted(send, sent))
    completions.create(model=OFFLINE_MODEL, messages=KNOWN)
    assert len(prepared) == len(sent) == 1
