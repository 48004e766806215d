"""common.py gives a client for the model that answers, says once which one that is, and reads its own .env and no other."""

import asyncio
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import httpx2
import openai
import pytest

import common
from common import Settings
from set_up.settings.variables import VARIABLES

from .set_up.reading import KEY, OFFLINE, OLLAMA, OTHER_KEY

ROOT = Path(__file__).resolve().parents[1]

# Clients


def test_the_tests_themselves_are_offline():
    assert common.SETTINGS == OFFLINE
    assert common.MODEL == "offline-model"


def test_the_client_asks_the_offline_model():
    answer = common.get_client().chat.completions.create(
        model=common.MODEL, messages=[{"role": "user", "content": "My cat is called Miso. What is my cat called?"}]
    )
    assert "Miso" in answer.choices[0].message.content


def test_the_async_client_asks_the_offline_model():
    async def ask() -> str:
        async with common.get_async_client() as client:
            question = [{"role": "user", "content": "My cat is called Miso. What is my cat called?"}]
            answer = await client.chat.completions.create(model=common.MODEL, messages=question)
            return answer.choices[0].message.content

    assert "Miso" in asyncio.run(ask())


@pytest.mark.parametrize(("make", "kind"), [("get_client", openai.OpenAI), ("get_async_client", openai.AsyncOpenAI)])
@pytest.mark.parametrize(
    ("chosen", "place"),
    [
        (Settings("gpt-6-luna", KEY), "https://api.openai.com/v1/"),
        (Settings("llama3.2", KEY, OLLAMA), OLLAMA + "/"),
    ],
)
def test_clients_go_where_the_settings_say(monkeypatch, make, kind, chosen, place):
    monkeypatch.setattr(common, "SETTINGS", chosen)
    client = getattr(common, make)()
    assert isinstance(client, kind)
    assert (client.api_key, str(client.base_url)) == (KEY, place)


@pytest.mark.parametrize("make", ["get_client", "get_async_client"])
@pytest.mark.parametrize("blank", ["", "  "])
def test_a_blank_address_in_the_environment_leads_nowhere_else(monkeypatch, make, blank):
    """The client reads OPENAI_BASE_URL itself; a blank one, which counts as not set, must not become its address."""
    monkeypatch.setattr(common, "SETTINGS", Settings("gpt-6-luna", KEY))
    monkeypatch.setenv("OPENAI_BASE_URL", blank)
    assert str(getattr(common, make)().base_url) == "https://api.openai.com/v1/"


def test_what_stands_behind_the_address_goes_with_each_request(monkeypatch):
    address = "https://mine.openai.azure.com/openai/v1/"
    monkeypatch.setattr(common, "SETTINGS", Settings("m", KEY, f"{address}?api-version=preview"))
    client = common.get_client()
    assert (str(client.base_url), client.default_query) == (address, {"api-version": "preview"})


# Limits for the reply


@pytest.mark.parametrize(
    ("base_url", "parameter"),
    [
        (None, "max_completion_tokens"),  # OpenAI
        ("https://api.openai.com/v1", "max_completion_tokens"),
        ("https://API.OpenAI.com/v1", "max_completion_tokens"),
        ("https://eu.api.openai.com/v1", "max_completion_tokens"),
        ("https://mine.openai.azure.com/openai/v1/", "max_completion_tokens"),
        ("https://mine.services.ai.azure.com/openai/v1/", "max_completion_tokens"),
        ("https://mine.services.ai.azure.com/api/projects/one/openai/v1", "max_completion_tokens"),
        ("https://MINE.cognitiveservices.azure.com/openai/v1/", "max_completion_tokens"),
        ("https://mine.openai.azure.us/openai/v1/", "max_completion_tokens"),
        ("https://mine.azure-api.net/llm/v1", "max_completion_tokens"),
        ("https://services.ai.azure.com.example.org/v1", "max_tokens"),
        (OLLAMA, "max_tokens"),
        ("http://127.0.0.1:8080/v1", "max_tokens"),
        ("http://[::1]:8000/v1", "max_tokens"),
        ("https://openrouter.ai/api/v1", "max_tokens"),
        ("https://notopenai.com/v1", "max_tokens"),
        ("https://api.openai.com.example.org/v1", "max_tokens"),
    ],
)
def test_a_reply_limit_has_the_name_that_the_server_knows(monkeypatch, base_url, parameter):
    monkeypatch.setattr(common, "SETTINGS", Settings("m", KEY, base_url))
    assert common.reply_limit(200) == {parameter: 200}


def test_the_offline_model_keeps_to_a_reply_limit():
    assert common.reply_limit(2) == {"max_completion_tokens": 2}
    story = [{"role": "user", "content": "The spare key is under the blue flowerpot. Where is the spare key?"}]
    answer = common.get_client().chat.completions.create(model=common.MODEL, messages=story, **common.reply_limit(2))
    assert (answer.usage.completion_tokens, answer.choices[0].finish_reason) == (2, "length")


@pytest.mark.parametrize("tokens", [0, -1, 1.0, 12.5, "200", None, True])
def test_a_reply_limit_is_a_whole_number_above_zero(tokens):
    with pytest.raises(ValueError, match=re.escape(repr(tokens))):
        common.reply_limit(tokens)


# What a program says of a server


def refused(kind, status, message, body=None):
    response = httpx2.Response(status, request=httpx2.Request("POST", OLLAMA))
    return kind(message, response=response, body=body or {"message": message})


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (refused(openai.NotFoundError, 404, "model 'x' not found"), "No answer: model 'x' not found"),
        (refused(openai.AuthenticationError, 401, "Wrong key."), "refuses the key. Wrong key. OPENAI_API_KEY"),
        (refused(openai.BadRequestError, 400, "Error code: 400", "one at a time"), "No answer: one at a time"),
        (
            refused(openai.UnprocessableEntityError, 422, "Error code: 422", {"detail": ["no tools here"]}),
            "No answer: Error code: 422: {'detail': ['no tools here']}",
        ),
        (openai.APIConnectionError(request=httpx2.Request("POST", OLLAMA)), "localhost:11434 does not answer"),
        (openai.APITimeoutError(httpx2.Request("POST", OLLAMA)), "localhost:11434 takes too long"),
        (LookupError("The reply is empty."), "No answer: The reply is empty."),
        (KeyboardInterrupt(), ""),
    ],
)
def test_a_program_ends_with_a_sentence_where_the_server_gives_no_answer(monkeypatch, capsys, error, said):
    monkeypatch.setattr(common, "SETTINGS", Settings("m", KEY, OLLAMA))
    with common.ending_well(LookupError):
        raise error
    shown = capsys.readouterr().out
    assert said in shown and bool(said) == bool(shown) and KEY not in shown


def test_a_mistake_in_a_program_is_no_sentence():
    with pytest.raises(ZeroDivisionError), common.ending_well():
        print(1 / 0)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        (Settings("offline-model"), ""),
        (
            Settings("gpt-6-luna", KEY),
            "At most some 540 requests go to gpt-6-luna at api.openai.com.*about 0.03 dollars",
        ),
        (
            Settings("m", KEY, OLLAMA),
            "At most some 540 requests go to m at localhost:11434.*whether they cost anything it knows",
        ),
    ],
)
def test_before_many_requests_it_is_said_how_many_and_what_they_cost(monkeypatch, capsys, settings, said):
    monkeypatch.setattr(common, "SETTINGS", settings)
    common.before_many(540, 200_000, 20_000)
    shown = capsys.readouterr().out
    assert re.match(said, shown) and bool(said) == bool(shown)


# A server for failures


def test_a_lesson_goes_on_with_the_offline_model_and_says_why(monkeypatch, capsys):
    monkeypatch.setattr(common, "SETTINGS", Settings("llama3.2", KEY, OLLAMA))
    client, model = common.offline_instead("it calls nothing")
    with pytest.raises(openai.NotFoundError) as refused:
        client.chat.completions.create(model="llama3.2", messages=[{"role": "user", "content": "Hello"}])
    common.offline_instead(refused.value)
    assert client.chat.completions.create(model=model, messages=[{"role": "user", "content": "Hello"}]).choices
    first, second = capsys.readouterr().out.splitlines()
    assert (first.count("offline model"), first.endswith("it calls nothing")) == (1, True)
    assert "llama3.2" in second
    assert "Error code" not in second


def test_the_offline_server_answers_whatever_the_settings_say(monkeypatch):
    monkeypatch.setattr(common, "SETTINGS", Settings("gpt-6-sol", KEY))
    server = common.offline_server(context_window=60)
    question = [{"role": "user", "content": "Hello"}]
    client = server.client()
    assert client.chat.completions.create(model=common.OFFLINE_MODEL, messages=question).usage.prompt_tokens == 8
    with pytest.raises(openai.BadRequestError, match="maximum context length is 60 tokens"):
        client.chat.completions.create(model=common.OFFLINE_MODEL, messages=[{"role": "user", "content": "a b " * 60}])
    server.fail_next(429)
    with pytest.raises(openai.RateLimitError):
        client.chat.completions.create(model=common.OFFLINE_MODEL, messages=question)


# Whole programs


class Program:
    """A project with its own copy of common.py, and scripts that run in other folders."""

    def __init__(self, folder: Path) -> None:
        self.home, self.elsewhere = folder / "project", folder / "somewhere" / "else"
        self.home.mkdir()
        self.elsewhere.mkdir(parents=True)
        shutil.copy(ROOT / "common.py", self.home)

    def run(self, code: str, folder: Path | None = None, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run a script, elsewhere or in a folder, with nothing of the tests' settings but these variables."""
        script = (folder or self.elsewhere) / "script.py"
        script.write_text(code, encoding="utf-8")
        kept = {name: value for name, value in os.environ.items() if name not in VARIABLES}
        path = os.pathsep.join([str(self.home), str(ROOT)])  # the copy first, then mock_model
        environment = kept | {"PYTHONPATH": path, "PYTHONUTF8": "1"} | environment
        command = [sys.executable, str(script)]
        return subprocess.run(
            command, cwd=script.parent, env=environment, capture_output=True, encoding="utf-8", timeout=60
        )


@pytest.fixture
def program(tmp_path: Path) -> Program:
    return Program(tmp_path)


SHOW_SETTINGS = "import common; print(common.__file__, common.SETTINGS.key, common.MODEL, sep='|')"
ASK_TWICE = """
import asyncio, common

common.get_client()
common.get_client()
common.get_async_client()
"""
WATCH_SOCKETS = """
import sys

seen = []
sys.addaudithook(lambda event, _: seen.append(event) if event.startswith("socket.") else None)
import common
client = common.get_client()
client.chat.completions.create(model=common.MODEL, messages=[{"role": "user", "content": "Hello."}])
print("sockets:", seen)
import socket
socket.socket().close()
print("afterwards:", seen)
"""


def test_the_file_beside_common_is_read_from_every_folder_and_no_other(program):
    (program.home / ".env").write_text(f"OPENAI_API_KEY={KEY}\n", encoding="utf-8")
    for folder in (program.elsewhere, program.elsewhere.parent, program.home.parent):
        (folder / ".env").write_text(f"OPENAI_API_KEY={OTHER_KEY}\nOPENAI_MODEL=wrong\n", encoding="utf-8")
    done = program.run(SHOW_SETTINGS)
    assert done.stdout.strip() == f"{program.home / 'common.py'}|{KEY}|gpt-6-luna"


def test_without_a_file_of_its_own_it_reads_nobody_elses(program):
    (program.elsewhere / ".env").write_text(f"OPENAI_API_KEY={OTHER_KEY}\n", encoding="utf-8")
    done = program.run(SHOW_SETTINGS)
    assert done.stdout.strip() == f"{program.home / 'common.py'}|None|offline-model"


def looking_like_a_workbook(folder: Path) -> Path:
    for name in ("lessons/01_stateless_calls.ipynb", "tests/challenges/desk.py", "work/lessons/any.ipynb"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("print('the desk of another folder')\n", encoding="utf-8")
    return folder


def test_no_other_folder_that_looks_like_a_workbook_says_where_a_key_is_sent(program):
    """Neither to a program of the workbook, nor to one of somebody's that only imports common."""
    looking_like_a_workbook(program.home)
    other = looking_like_a_workbook(program.elsewhere)
    (other / ".env").write_text("OPENAI_BASE_URL=http://elsewhere.example/v1\nOPENAI_MODEL=theirs\n", encoding="utf-8")
    (program.home / "examples").mkdir()
    example = program.home / "examples" / "one.py"
    example.write_text(f"{SHOW_SETTINGS}; print(common.HERE)", encoding="utf-8")
    run = f"import runpy; runpy.run_path({str(example)!r}, run_name='__main__')"
    for code in (SHOW_SETTINGS, run):
        assert "|None|offline-model" in program.run(code, other / "work").stdout
    import_and_run = (
        f"import sys; sys.modules['__main__'].__file__ = {str(example)!r}; {SHOW_SETTINGS}; print(common.HERE)"
    )
    assert str(program.home) == program.run(import_and_run, other).stdout.splitlines()[-1]


def test_in_a_workbook_its_own_file_is_read_wherever_common_is(program):
    """As where the package was installed with pip, or where one environment serves many copies of the workbook."""
    (program.home / ".env").write_text(f"OPENAI_API_KEY={OTHER_KEY}\n", encoding="utf-8")
    clone = looking_like_a_workbook(program.elsewhere / "clone")
    (clone / ".env").write_text(f"OPENAI_API_KEY={KEY}\n", encoding="utf-8")
    for folder in (clone, clone / "lessons", clone / "work" / "lessons"):
        assert program.run(SHOW_SETTINGS, folder).stdout.split("|")[1] == KEY, folder


def test_check_outside_every_workbook_says_where_to_go(program):
    done = program.run("import common; common.check(1)")
    assert (done.returncode, len(done.stdout.splitlines()), done.stderr) == (0, 1, "")
    assert f"{program.home} is no folder of the workbook" in done.stdout and "work/ and lessons/" in done.stdout


@pytest.mark.parametrize(
    ("variables", "words"),
    [
        ({}, ["offline", "no cost"]),
        ({"OPENAI_API_KEY": KEY}, ["gpt-6-luna", "OpenAI", "bills"]),
        (
            {"OPENAI_BASE_URL": OLLAMA, "OPENAI_MODEL": "llama3.2", "OPENAI_API_KEY": KEY},
            ["llama3.2", "localhost:11434"],
        ),
    ],
    ids=["offline", "OpenAI", "server"],
)
def test_a_program_says_once_on_stderr_which_model_answers(program, variables, words):
    done = program.run(ASK_TWICE, **variables)
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr.count("\n") == 1, done.stderr
    assert all(word in done.stderr for word in words), done.stderr
    assert KEY not in done.stderr


def test_a_program_with_a_bad_key_ends_without_showing_it(program):
    done = program.run("import common", OPENAI_API_KEY=f'{KEY} "{OTHER_KEY}')
    assert done.returncode == 1
    assert "OPENAI_API_KEY" in done.stderr.splitlines()[-1]
    assert KEY not in done.stderr and OTHER_KEY not in done.stderr


def test_importing_and_asking_offline_opens_no_socket(program):
    done = program.run(WATCH_SOCKETS)
    before, after = done.stdout.splitlines()
    assert before == "sockets: []"
    assert "socket.__new__" in after, "the watch has to see a socket that is opened"


# Another model, from within a notebook


@pytest.fixture
def notebook(monkeypatch):
    """As a notebook in which somebody types this key; all is as it was afterwards."""
    for name in ("SETTINGS", "MODEL", "PRICE", "_announced"):
        monkeypatch.setattr(common, name, getattr(common, name))
    monkeypatch.setattr("getpass.getpass", lambda prompt: KEY)
    return monkeypatch


def test_another_model_answers_from_here_on(notebook, capsys):
    common.use(OLLAMA, "llama3.2", price="1 2 3 4", reply_limit=20)
    said = capsys.readouterr().out
    assert (common.MODEL, common.PRICE.input, common.SETTINGS.default_limit) == ("llama3.2", 1, 20)
    assert str(common.get_client().base_url) == OLLAMA + "/"
    assert "llama3.2 at localhost:11434, with at most 20 tokens in a reply (reply_limit sets another limit)" in said
    assert "made before goes on asking offline-model (this program)" in said and "key" not in said
    common.use(model=" Offline-Model")
    assert common.SETTINGS == OFFLINE and "goes on asking llama3.2 (localhost:11434)" in capsys.readouterr().out


def test_a_key_is_asked_for_and_shown_nowhere(notebook, capsys):
    asked = []
    notebook.setattr("getpass.getpass", lambda prompt: asked.append(prompt) or KEY)
    common.use()
    assert asked == ["The key for api.openai.com (it is not shown): "]
    assert common.get_client().api_key == KEY and common.MODEL == "gpt-6-luna"
    said = "".join(capsys.readouterr())
    assert "in the memory of this program alone" in said and KEY not in said + repr(common.SETTINGS)
    assert KEY not in os.environ.values()


def test_a_server_that_is_near_is_asked_with_a_key_where_one_says_so(notebook):
    common.use("http://server:8000/v1", "m")
    assert common.get_client().api_key != KEY
    common.use("http://server:8000/v1", "m", ask=True)
    assert common.get_client().api_key == KEY


@pytest.mark.parametrize("given", ["", "sk-...", EOFError()])
def test_where_no_key_comes_nothing_changes(notebook, given):
    def answer(prompt: str) -> str:
        if isinstance(given, Exception):
            raise given
        return given

    notebook.setattr("getpass.getpass", answer)
    with pytest.raises(common.SettingsError) as caught:
        common.use()
    assert common.SETTINGS == OFFLINE and common.MODEL == "offline-model"
    assert ("You cannot be asked for the key" in str(caught.value)) == isinstance(given, Exception)


def test_in_a_browser_it_is_said_what_a_key_and_a_server_are_there(notebook, capsys):
    page = type("js", (), {"location": type("location", (), {"origin": "https://example.org"})})
    notebook.setitem(sys.modules, "js", page)
    notebook.setattr(common, "ALONE", True)
    common.use()
    assert "Whoever has made this page could read it" in capsys.readouterr().out
    common.use(OLLAMA, "llama3.2")
    assert "OLLAMA_ORIGINS=https://example.org" in capsys.readouterr().out
    lost = openai.APIConnectionError(request=httpx2.Request("POST", OLLAMA))
    assert "OLLAMA_ORIGINS=https://example.org" in common.no_answer(lost)


# Without another program


def test_what_check_says_comes_from_this_process_too_in_calls_of_a_notebook(monkeypatch, tmp_path, capsys):
    monkeypatch.setenv("WORKBOOK_WITHOUT_PROCESSES", "1")
    monkeypatch.setattr(common, "ALONE", True)
    monkeypatch.setattr(common, "HERE", tmp_path)
    name = "01_stateless_calls"
    (tmp_path / "work").mkdir()
    common.reset(1)
    assert f"work/{name}.py is the starter again." in capsys.readouterr().out
    before = dict(os.environ), [*sys.path], sys.stdout
    common.check(1)
    assert "(Where to begin: hint(1))" in capsys.readouterr().out
    common.hint(1)
    assert "hint 1 of" in capsys.readouterr().out and (tmp_path / "work/.hints.json").is_file()
    common.solution(1)
    assert "solution(1, give_up=True)" in capsys.readouterr().out
    (tmp_path / "work" / f"{name}.py").unlink()
    common.check(1)
    assert "reset(1) brings the starter back" in " ".join(capsys.readouterr().out.split())
    common.check(99)
    assert "There is no challenge 99" in capsys.readouterr().out
    common.reset(1, lesson=True)
    assert "the clean one is there again" in capsys.readouterr().out
    solved = ROOT / "tests/challenges" / name / "solutions/reference.py"
    shutil.copyfile(solved, tmp_path / "work" / f"{name}.py")
    common.check(1)
    *progress, result = capsys.readouterr().out.split("\r")
    assert "Solved. (Another way to write it: solution(1))" in result and "✓" in result
    assert f"Checking work/{name}.py: 1 of " in progress[1] and not progress[-1].strip()
    assert before == (dict(os.environ), [*sys.path], sys.stdout) and sys.modules["common"] is common


def test_the_first_cell_imports_nothing_that_it_does_not_need():
    """It takes seconds in a browser as it is."""
    late = "{'pytest', 'hypothesis', 'sqlalchemy', 'tornado', 'numpy', 'IPython', 'tests', 'regex'}"
    program = f"import sys, common, chat_memory; print(sorted({late} & {{*sys.modules}}))"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]", done.stderr
