"""What the README says is so: its picture is what show_request draws, and each trouble in it happens and is cured as it says."""

from __future__ import annotations

import json
import os
import re
import runpy
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import openai
import pytest
import tiktoken

from chat_memory import count_tokens, show_request
from common import get_client
from mock_model import MockServer, get_mock_client
from mock_model.over_http.control import HELP
from mock_model.over_http.failing import ALL_KINDS

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
MEMORY = ROOT / "chat_memory" / "readme.md"
PICTURE = ROOT / "lessons" / "images" / "context_window.svg"
TROUBLES = re.findall(r"^\*\*(.+?)\*\*\n", README.split("## Troubleshooting")[1].split("\n## ")[0], re.M)
MODEL = "offline-model"


def picture() -> str:
    """The README's picture: a request in a window of 120 tokens."""
    messages = [
        {"role": "system", "content": "You are a helpful travel assistant."},
        {"role": "user", "content": "I'm planning a trip to Japan."},
        {"role": "assistant", "content": "Japan, good. What would you like to know?"},
        {"role": "user", "content": "When should I visit?"},
    ]
    return show_request(messages, budget=120, title="What the model is sent").svg + "\n"


def ask(client: openai.OpenAI, *messages: tuple[str, str]) -> str:
    """Send (role, content) messages and return the reply."""
    sent = [{"role": role, "content": content} for role, content in messages]
    return client.chat.completions.create(model=MODEL, messages=sent).choices[0].message.content


def too_long() -> None:
    """The window error comes with a long history and goes with fewer messages."""
    client = get_mock_client(context_window=400)
    history = [("user", "Tell me more about the long road to Samarkand. " * 10)] * 5
    with pytest.raises(openai.BadRequestError, match=r"maximum context length is 400 tokens\. However, your messages"):
        ask(client, *history)
    assert ask(client, *history[-1:])


def no_key() -> None:
    """openai.OpenAI() sees no .env; get_client() needs no key; a wrong key is called incorrect."""
    env = {k: v for k, v in os.environ.items() if not k.startswith("OPENAI")}
    code = "import openai\ntry: openai.OpenAI()\nexcept openai.OpenAIError as e: print(e)"
    said = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, timeout=60).stdout
    assert said.replace("`", "").startswith("Missing credentials. Please pass an api_key")
    assert ask(get_client(), ("user", "Hello"))
    with pytest.raises(openai.AuthenticationError, match="Incorrect API key provided"):
        ask(MockServer(api_key="sk-right").client(), ("user", "Hello"))


def wrong_encoding() -> None:
    """tiktoken does not know the model; o200k_base counts as the server does, cl100k_base does not."""
    with pytest.raises(KeyError, match="Could not automatically map gpt-6-luna to a tokeniser"):
        tiktoken.encoding_for_model("gpt-6-luna")
    messages = [{"role": "user", "content": "Die Überraschung gelingt, 大成功!"}]
    sent = get_client().chat.completions.create(model="gpt-6-luna", messages=messages).usage.prompt_tokens
    text = messages[0]["content"]
    counts = {name: 7 + len(tiktoken.get_encoding(name).encode(text)) for name in ("o200k_base", "cl100k_base")}
    assert counts["o200k_base"] == sent == count_tokens(messages, model="gpt-6-luna")
    assert counts["cl100k_base"] != sent


def forgets_after_summarising() -> None:
    """A vague prompt loses the number, one that names what to keep does not."""
    client = get_client()
    talk = "\n\nuser: My daughter Mira turns nine.\nassistant: Congratulations!\nuser: The party budget is 140 euros."
    for prompt, kept in (
        ("Summarize the conversation.", False),
        ("Summarize the conversation. Keep names, numbers, dates, decisions and corrections.", True),
    ):
        summary = ask(client, ("user", prompt + talk))
        reply = ask(client, ("system", f"Summary so far: {summary}"), ("user", "What is the party budget?"))
        assert ("140" in reply) is kept


def no_network(tmp_path: Path) -> None:
    """A dead server gives "Connection error."; offline nothing is asked, and tiktoken counts without a download."""
    dead = openai.OpenAI(api_key="none", base_url="http://127.0.0.1:9/v1", max_retries=0)
    with pytest.raises(openai.APIConnectionError, match=r"^Connection error\.$"):
        ask(dead, ("user", "Hello"))
    code = (
        "import socket, sys\n"
        "def refuse(*a, **k): raise OSError('no network')\n"
        "socket.socket.connect = refuse\n"
        "import common, tiktoken\n"
        "print(common.MODEL, len(tiktoken.get_encoding('o200k_base').encode('hello')))"
    )
    env = {k: v for k, v in os.environ.items() if k != "TIKTOKEN_CACHE_DIR"}
    env |= {
        "OPENAI_API_KEY": "none",
        "WORKBOOK_OFFLINE": "1",
        "XDG_CACHE_HOME": str(tmp_path),
        "LOCALAPPDATA": str(tmp_path),
    }
    ran = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, timeout=60)
    assert ran.stdout.split() == [MODEL, "1"], ran.stderr


CURES: dict[str, Callable] = {
    "maximum context length": too_long,
    "Missing credentials": no_key,
    "Could not automatically map": wrong_encoding,
    "forgets names and numbers": forgets_after_summarising,
    "Connection error.": no_network,
}


@pytest.mark.parametrize("trouble", TROUBLES)
def test_each_trouble_happens_and_is_cured_as_the_readme_says(trouble: str, tmp_path: Path) -> None:
    """Each trouble happens and is cured as the README says"""
    cure = next(cure for words, cure in CURES.items() if words in trouble)
    cure(tmp_path) if cure is no_network else cure()


def test_every_cure_belongs_to_a_trouble() -> None:
    """No entry of the README has been lost"""
    assert len(TROUBLES) == len(CURES)


def test_the_readme_names_the_commands_there_are() -> None:
    """Every command in the README is one of workbook.py, and those for a learner's day are there"""
    commands = runpy.run_path(str(ROOT / "workbook.py"))["COMMANDS"]
    named = re.findall(r"(?:workbook\.py |^\| `(?!python))([a-z]+)", README, re.M)
    assert set(named) <= commands.keys() and {"start", "next", "reset", "check", "test"} <= set(named)
    assert README.index("workbook.py start 3") < README.index("## Lessons") < README.index("PostgreSQL")


def test_the_picture_is_what_show_request_draws() -> None:
    """The picture is what show_request draws"""
    assert PICTURE.read_text(encoding="utf-8") == picture(), "Draw it again: python -m tests.test_readme"


if __name__ == "__main__":
    PICTURE.write_text(picture(), encoding="utf-8", newline="\n")


def test_the_code_for_a_project_of_ones_own_runs(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    client = get_mock_client()
    monkeypatch.setattr(openai, "OpenAI", lambda: client)
    told: dict = {}
    own = MEMORY.read_text(encoding="utf-8")
    first, facts, tools, responses, shown = re.findall(r"```python\n(.*?)```", own, re.S)
    [short] = re.findall(r"```python\n(.*?)```", README.split("### The memory")[1].split("\n### ")[0], re.S)
    for code in (short, first, facts):
        exec(code, told)
    told["store"].open("last-week").append([{"role": "user", "content": "I live in Porto."}])
    told["facts"].learn(client, told["store"].open("last-week").messages())
    capsys.readouterr()
    exec(facts, told)  # the same program, next week
    assert "You live in Porto." in capsys.readouterr().out
    exec(tools, told)
    priced, _, _, name = capsys.readouterr().out.splitlines()
    assert "270 euros" in priced and name == "Your name is Ana."
    roles = [message["role"] for message in told["store"].open("ana-kyoto").messages()]
    assert roles == ["user", "assistant", "tool", "assistant", *["user", "assistant"] * 2]
    assert len(tools.splitlines()) <= 20
    exec(responses, told)
    assert "Your name is Ana." in capsys.readouterr().out
    assert told["memory"].response_ids and len(responses.splitlines()) <= 4
    with pytest.raises(openai.NotFoundError):
        client.responses.retrieve(told["memory"].response_ids[-1])
    exec(shown, told)
    said = capsys.readouterr().out
    assert "prompt tokens, by turn" in said and "of 3,000 tokens" in said


SERVED = README.split("### The offline model, for tests in any language")[1].split("\n## ")[0]
CONTROL = (ROOT / "mock_model" / "over_http" / "readme.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def served() -> Iterator[str]:
    """The address that the README's own fixture gives, in this workbook."""
    names: dict = {}
    [fixture] = re.findall(r"```python\n(.*?)```", SERVED, re.S)
    exec(fixture.replace("@pytest.fixture", "@(lambda **scope: lambda function: function)"), names)
    names |= {"WORKBOOK": ROOT, "PYTHON": sys.executable}
    server = names["offline_model"]()
    yield next(server)
    with pytest.raises(StopIteration):
        next(server)


def test_the_fixture_for_other_projects_gives_a_server(served: str) -> None:
    client = openai.OpenAI(base_url=served, api_key="any", max_retries=0)
    assert ask(client, ("user", "My name is Ana. What is my name?")) == "Your name is Ana."


@pytest.mark.skipif(shutil.which("curl") is None, reason="there is no curl here")
def test_the_line_with_curl_has_an_answer(served: str) -> None:
    [line] = re.findall(r"```sh\n(curl .*?)\n```", SERVED, re.S)
    command = shlex.split(line.replace("http://127.0.0.1:8000/v1", served))
    done = subprocess.run([*command, "--silent"], capture_output=True, timeout=60)
    assert json.loads(done.stdout)["choices"][0]["message"]["content"] == "Your name is Ana."


def test_a_failure_that_is_asked_for_as_its_page_says_is_seen_through_the_retries_of_the_client(served: str) -> None:
    [code] = re.findall(r"```python\n(.*?)```", CONTROL, re.S)
    exec(code, {"offline_model": served})
    with pytest.raises(openai.RateLimitError):
        ask(openai.OpenAI(base_url=served, api_key="any"), ("user", "Hello"))
    assert ask(openai.OpenAI(base_url=served, api_key="any", max_retries=0), ("user", "Hello"))


def test_the_page_of_the_server_names_every_kind_of_failure_and_option() -> None:
    [row] = re.findall(r"^\| `POST /offline/fail_next` .*", CONTROL, re.M)
    assert set(ALL_KINDS) <= set(re.findall(r"`([^`]+)`", row))
    named = set(re.findall(r"^\| `((?:POST|GET) /offline/\w+)`", CONTROL, re.M))
    assert named == {path for path in HELP if path.startswith(("POST", "GET /offline/r"))}
