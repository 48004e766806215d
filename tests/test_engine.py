"""What stands between a checker and a learner's code: how long it may go on, and what is said of it then."""

import re
import signal
import threading
import time
from pathlib import Path

import openai
import pytest
from hypothesis import Phase, assume, given, settings
from hypothesis import strategies as st

from .challenges.engine import errors_in_words, time_limit, time_limit_by_signals
from .challenges.engine.allowance import LOOK, STILL, Allowance, TookTooLong
from .challenges.engine.criteria import NotYet, NoUse, Scene
from .challenges.engine.drawn_once import DrawnOnce
from .challenges.engine.excerpts import beginning, excerpt
from .challenges.engine.learner_code import Work
from .challenges.engine.recording_server import RecordingServer
from .challenges.engine.time_limit_by_signals import SignalClock


@pytest.fixture
def clock():
    """A clock, and the answer to its signal as it was before."""
    numbers = [getattr(signal, name) for name in ("SIGUSR1", "SIGPROF", "SIGBREAK") if hasattr(signal, name)]
    before = [signal.getsignal(number) for number in numbers]
    yield SignalClock()
    for number, answer in zip(numbers, before, strict=True):  # one that is still on its way would end the process
        signal.signal(number, signal.SIG_IGN if answer is signal.SIG_DFL else answer)


# The clock


def test_who_computes_too_long_is_interrupted(clock):
    with pytest.raises(TookTooLong) as found, clock.limit(Allowance(computing=0.1, waiting=60)):
        while True:
            pass
    assert not found.value.waited


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="nothing can interrupt it here")
def test_a_search_that_never_ends_is_interrupted_although_it_lets_no_thread_run(clock):
    with pytest.raises(TookTooLong) as found, clock.limit(Allowance(computing=0.2, waiting=60)):
        re.match(r"(a+)+$", "a" * 64 + "b")
    assert not found.value.waited


@pytest.mark.skipif(not hasattr(signal, "pthread_kill"), reason="a wait in C cannot be interrupted here")
@pytest.mark.parametrize("wait", [lambda: time.sleep(60), lambda: threading.Event().wait(), lambda: locked().acquire()])
def test_who_waits_too_long_is_interrupted(clock, wait):
    with pytest.raises(TookTooLong) as found, clock.limit(Allowance(computing=60, waiting=0.2)):
        wait()
    assert found.value.waited


def locked() -> threading.Lock:
    lock = threading.Lock()
    lock.acquire()
    return lock


def test_a_machine_that_is_busy_takes_nothing_from_a_call(monkeypatch):
    """Looks that come late, while the program was stopped, count as one look each; some progress is no waiting."""
    computed = iter(0.01 * look for look in range(1, 250))
    monkeypatch.setattr(time, "process_time", lambda: next(computed))
    allowance = Allowance(computing=2, waiting=1, began=0.0)
    assert [allowance.look() for _ in range(210)].index(True) == 200
    assert allowance.waited == 0 and STILL * LOOK < 0.01


def test_who_was_ready_to_go_on_while_the_machine_was_busy_has_not_waited(monkeypatch):
    """Ten looks between which it had hardly any of the processor: nearly all of that time it stood in the queue."""
    steps = iter(range(100))
    monkeypatch.setattr(time, "process_time", lambda: 0.0001 * next(steps))
    allowance = Allowance(computing=60, waiting=0.3, began=0.0)
    assert not any(allowance.look(queued_for=0.9 * LOOK) for _ in range(10)) and allowance.waited < 0.1
    assert any(allowance.look() for _ in range(10))


def test_a_machine_that_has_no_time_for_a_call_is_told_to_it(clock, monkeypatch):
    queues = iter(range(1000))
    monkeypatch.setattr(time_limit_by_signals, "queued", lambda: LOOK * next(queues))
    with clock.limit(Allowance(computing=60, waiting=0.2)) as used:
        time.sleep(0.6)
    assert not used.waited


def test_an_interruption_that_comes_late_hits_nobody(clock):
    """The signal arrives when the guarded call has ended, as on a busy machine."""
    with pytest.raises(TookTooLong), clock.limit(Allowance(computing=0.05, waiting=60)):
        while True:
            pass
    for _ in range(50):
        clock._send(threading.main_thread())
    with clock.limit(Allowance(computing=60, waiting=60)):
        clock._send(threading.main_thread())
        assert sum(range(1000)) == 499500


def test_a_limit_within_a_limit_is_part_of_it(clock):
    with (
        pytest.raises(TookTooLong),
        clock.limit(Allowance(computing=0.1, waiting=60)),
        clock.limit(Allowance(computing=60, waiting=60)),
    ):
        while True:
            pass
    with clock.limit(Allowance(computing=60, waiting=60)):
        pass


# What is said of code that does not end

ASKS = "def ask(client, count):\n    for n in range(count):\n        client.chat.completions.create(**REQUEST)\n"
REQUEST = 'REQUEST = {"model": "offline-model", "messages": [{"role": "user", "content": "Hello!"}]}\n'


def said_of(folder: Path, source: str, *arguments: object) -> str:
    path = folder / "01_work.py"
    path.write_text(source, encoding="utf-8")
    with pytest.raises(NoUse) as found:
        Work(path, path.name).call("ask", *arguments)
    return str(found.value.problem)


@pytest.mark.parametrize(
    ("line", "is_about_arguments"),
    [
        ("len('a', 'b')", True),
        ("sorted([1], by=None)", True),
        ("ask()", True),
        ("(lambda messages, *, model: 0)([], 'gpt')", True),
        ("len(None)", False),
        ("'a' + 1", False),
    ],
)
def test_a_call_with_other_arguments_has_a_hint_of_its_own(tmp_path, line, is_about_arguments):
    path = tmp_path / "01_work.py"
    path.write_text(f"def ask(text):\n    return {line}\n", encoding="utf-8")
    with pytest.raises(NotYet) as found:
        Work(path, path.name).call("ask", "Hello!")
    hint = errors_in_words.OTHER_ARGUMENTS if is_about_arguments else errors_in_words.HINTS["TypeError"]
    assert found.value.hints == (hint,)


def test_a_call_of_the_model_that_takes_long_is_the_machines_fault(tmp_path, monkeypatch):
    monkeypatch.setattr(time_limit, "SECONDS", 0.1)
    server = RecordingServer()
    monkeypatch.setattr(server, "handle", lambda request: busy())
    words = said_of(tmp_path, REQUEST + ASKS, server.client(), 1)
    assert "inside a call to the model, in line 4" in words and "machine is slow" in words and "lock" not in words


def busy() -> None:
    while True:
        pass


def test_a_loop_of_calls_is_the_codes_fault(tmp_path, monkeypatch):
    client, hello = RecordingServer().client(), [{"role": "user", "content": "Hello!"}]
    client.chat.completions.create(model="offline-model", messages=hello)  # loads what takes long, as ready.py does
    monkeypatch.setattr(time_limit, "SECONDS", 0.3)
    before = Scene.calls
    words = said_of(tmp_path, REQUEST + ASKS, client, 10**9)
    assert re.search(r"calls the model again and again, in line 4 .*: [\d,]+ times", words)
    assert Scene.calls - before > errors_in_words.MANY_CALLS


def test_many_short_calls_are_no_waiting(tmp_path):
    path = tmp_path / "01_work.py"
    path.write_text("def ask():\n    return 1\n", encoding="utf-8")
    work = Work(path, path.name)
    assert all(work.call("ask") == 1 for _ in range(1_000)) and work.guard.waited < 1


def test_all_calls_together_have_their_limits_too(tmp_path, monkeypatch):
    monkeypatch.setattr(time_limit, "SECONDS_IN_ALL", 0.2)
    path = tmp_path / "01_work.py"
    path.write_text("def ask():\n    return sum(range(200_000))\n", encoding="utf-8")
    work = Work(path, path.name)
    with pytest.raises(NoUse) as found:
        for _ in range(1_000):
            work.call("ask")
    assert "so slow that not everything could be tried: it has computed for" in str(found.value.problem)


# Long texts in few characters


@settings(max_examples=300)
@given(st.lists(st.sampled_from(["and", "needs", "17", "437", "1,024", "2.5", "-3", "x" * 30, "9" * 12]), max_size=40))
def test_a_figure_is_shown_whole_or_not_at_all(words):
    text = " ".join(words)
    for cut in (beginning(text, 60), excerpt(text, 60)):
        assert len(cut) <= 60
        assert set(re.findall(r"[\d.,]*\d", cut)) <= set(re.findall(r"[\d.,]*\d", text))
    assert beginning(text, len(text)) == excerpt(text, len(text)) == text


def test_what_is_drawn_for_one_file_is_given_to_those_after_it():
    drawn_once, given_to = DrawnOnce(), {"first": [], "second": [], "third": []}

    @settings(max_examples=8, derandomize=True, database=None)
    @given(numbers=st.lists(st.integers(), min_size=1), town=st.sampled_from(("Lima", "Oslo")))
    def criterion(challenge, numbers, town):
        given_to[challenge.name].append(([*numbers], town))
        assume(numbers[0] or challenge.name == "first")
        numbers.append(0)

    for name in given_to:
        drawn_once.judge(criterion, challenge=Work(Path(name), name))
    assert given_to["first"] == given_to["second"] == given_to["third"] and len(given_to["first"]) == 8


def test_what_is_drawn_for_a_file_that_fails_is_drawn_again():
    drawn_once, calls = DrawnOnce(), []

    @settings(max_examples=4, derandomize=True, database=None, phases=[Phase.generate], report_multiple_bugs=False)
    @given(number=st.integers())
    def criterion(challenge, number):
        calls.append(challenge.name)
        if challenge.name == "wrong":
            raise NotYet("It is wrong.")

    for name, count in (("wrong", 2), ("right", 4), ("wrong", 3), ("right", 4)):  # each failure is tried again
        calls.clear()
        try:
            drawn_once.judge(criterion, challenge=Work(Path(name), name))
            assert name == "right"
        except NotYet:
            assert name == "wrong"
        assert calls == [name] * count


def test_what_fails_only_the_first_time_has_failed():
    drawn_once, calls = DrawnOnce(), []

    @settings(max_examples=4, derandomize=True, database=None, phases=[Phase.generate])
    @given(number=st.integers())
    def criterion(challenge, number):
        calls.append(challenge.name)
        if calls.count("now and then") == 1:
            raise NotYet("It is wrong now and then.")

    drawn_once.judge(criterion, challenge=Work(Path("right"), "right"))
    with pytest.raises(NotYet, match="now and then"):
        drawn_once.judge(criterion, challenge=Work(Path("now and then"), "now and then"))


def test_what_is_no_chat_completion_is_written_down_too():
    server = RecordingServer()
    client = server.client()
    made = client.responses.create(model="offline-model", input="Hello!", store=True)
    events = [*client.responses.create(model="offline-model", input="Hello!", stream=True)]
    client.responses.delete(made.id)
    with pytest.raises(openai.BadRequestError):
        client.responses.create(model="offline-model", input="Hello!", previous_response_id=made.id)
    server.fail_next("timeout")
    with pytest.raises(openai.APITimeoutError):
        client.responses.create(model="offline-model", input="Hello!")
    first, streamed, deleted, refused, failed = server.exchanges
    assert (first.method, first.path, first.body["store"], first.status) == ("POST", "/v1/responses", True, 200)
    assert first.answer["id"] == made.id and streamed.answer["id"] == events[-1].response.id
    assert (deleted.method, deleted.path, deleted.answer["deleted"]) == ("DELETE", f"/v1/responses/{made.id}", True)
    assert (refused.status, refused.answer["error"]["code"]) == (400, "previous_response_not_found")
    assert (failed.status, failed.answer) == (0, None)
    assert not server.requests
