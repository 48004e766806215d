"""common.py decides which model answers: from the environment and its own .env, with an error that names what is wrong.

Most cases call `read_settings` with an environment and a file of their own; what concerns a whole program runs as one,
beside a copy of common.py.
"""

import asyncio
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import openai
import pytest
from openai.types.completion_usage import CompletionUsage, PromptTokensDetails

import common
from chat_memory import Usage
from common import Price, Settings, SettingsError
from set_up.settings.reading import read_settings
from set_up.settings.variables import VARIABLES

ROOT = Path(__file__).resolve().parents[1]
KEY = "sk-" + "Secret0123456789" * 2
OTHER_KEY = "sk-" + "Other9876543210" * 2
OLLAMA = "http://localhost:11434/v1"
SERVER = {"OPENAI_BASE_URL": OLLAMA, "OPENAI_MODEL": "llama3.2", "OPENAI_API_KEY": KEY}
OFFLINE = Settings("offline-model")


def settings(tmp_path: Path, env_file: str | bytes | None = None, **environment: str) -> Settings:
    """Read the settings from these variables and from a .env that holds this."""
    path = tmp_path / ".env"
    if env_file is not None:
        path.write_bytes(env_file if isinstance(env_file, bytes) else env_file.encode())
    return read_settings(environment, path)


def refusal(tmp_path: Path, env_file: str | bytes | None = None, **environment: str) -> str:
    """The words with which settings are refused."""
    with pytest.raises(SettingsError) as caught:
        settings(tmp_path, env_file, **environment)
    assert caught.value.__context__ is None or caught.value.__suppress_context__, "one message, not a chain of them"
    return str(caught.value)


class Program:
    """A project with its own copy of common.py, and scripts that run in other folders."""

    def __init__(self, folder: Path) -> None:
        self.home, self.elsewhere = folder / "project", folder / "somewhere" / "else"
        self.home.mkdir()
        self.elsewhere.mkdir(parents=True)
        shutil.copy(ROOT / "common.py", self.home)

    def run(self, code: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run a script with nothing of the tests' settings but these variables."""
        script = self.elsewhere / "script.py"
        script.write_text(code, encoding="utf-8")
        kept = {name: value for name, value in os.environ.items() if name not in VARIABLES}
        path = os.pathsep.join([str(self.home), str(ROOT)])  # the copy first, then mock_model
        environment = kept | {"PYTHONPATH": path, "PYTHONUTF8": "1"} | environment
        command = [sys.executable, str(script)]
        return subprocess.run(
            command, cwd=self.elsewhere, env=environment, capture_output=True, encoding="utf-8", timeout=60
        )


@pytest.fixture
def program(tmp_path: Path) -> Program:
    return Program(tmp_path)


# Which model answers


@pytest.mark.parametrize("env_file", [None, "", "\n\n", "# nothing yet\n", "OPENAI_API_KEY=\n", "OTHER_PROGRAM=1\n"])
def test_with_nothing_configured_the_offline_model_answers(tmp_path, env_file):
    assert settings(tmp_path, env_file) == OFFLINE
    assert OFFLINE.offline


def test_a_model_name_alone_calls_nobody(tmp_path):
    assert settings(tmp_path, OPENAI_MODEL="gpt-6-luna") == OFFLINE


def test_in_the_file_it_asks_where_the_model_is(tmp_path):
    """The file is ours alone: who names a model there wants it, and not the offline one"""
    assert "nothing says where that model is" in refusal(tmp_path, "OPENAI_MODEL=gpt-6-luna\n")
    assert settings(tmp_path, "OPENAI_MODEL=gpt-6-luna\nWORKBOOK_OFFLINE=1\n") == OFFLINE
    assert settings(tmp_path, "OPENAI_MODEL=gpt-6-luna\n", OPENAI_API_KEY=KEY) == Settings("gpt-6-luna", KEY)


@pytest.mark.parametrize("address", ["https://api.openai.com/v1", "https://eu.api.openai.com/v1"])
def test_openais_own_address_needs_no_model_but_a_key(tmp_path, address):
    assert settings(tmp_path, OPENAI_BASE_URL=address, OPENAI_API_KEY=KEY) == Settings("gpt-6-luna", KEY, address)
    bare = address.removesuffix("/v1")
    assert settings(tmp_path, OPENAI_BASE_URL=bare, OPENAI_API_KEY=KEY).base_url == address
    assert "OPENAI_API_KEY is not set" in refusal(tmp_path, OPENAI_BASE_URL=address)


@pytest.mark.parametrize(
    "host", ["evil-openai.com", "api.openai.com.example", "xopenai.azure.com", "openai.com@evil.example"]
)
def test_a_host_that_only_looks_like_openai_is_another_server(tmp_path, host):
    found = settings(tmp_path, OPENAI_BASE_URL=f"https://{host}/v1", OPENAI_MODEL="m")
    assert found.limit_parameter == "max_tokens" and found.base_url == f"https://{host}/v1"


@pytest.mark.parametrize("key", ["your-key-here", "sk-xxxxxxxx", "<your key>", "sk-...", "None", "changeme"])
def test_a_placeholder_is_no_key(tmp_path, key):
    assert "placeholder" in refusal(tmp_path, OPENAI_API_KEY=key)


@pytest.mark.parametrize("around", ["<{}>", "[{}]", "${{{}}}", "{}#mine"])
def test_what_is_no_part_of_a_key_is_not_sent(tmp_path, around):
    said = refusal(tmp_path, f"OPENAI_API_KEY={around.format(KEY)}\n")
    assert "sign that no key has" in said and KEY not in said


@pytest.mark.parametrize("key", ["none", "not-needed", "sk-no-key-required"])
def test_another_server_may_take_any_word_for_a_key(tmp_path, key):
    assert settings(tmp_path, OPENAI_BASE_URL=OLLAMA, OPENAI_MODEL="m", OPENAI_API_KEY=key).key == key


def test_a_key_in_the_environment_means_openai_with_its_default_model(tmp_path):
    found = settings(tmp_path, OPENAI_API_KEY=KEY)
    assert found == Settings("gpt-6-luna", KEY)
    assert not found.offline


def test_a_key_in_the_file_means_openai_too(tmp_path):
    assert settings(tmp_path, f"OPENAI_API_KEY={KEY}\n") == Settings("gpt-6-luna", KEY)


def test_openai_model_names_another_model(tmp_path):
    assert settings(tmp_path, OPENAI_API_KEY=KEY, OPENAI_MODEL="gpt-6-sol") == Settings("gpt-6-sol", KEY)


def test_the_environment_beats_the_file(tmp_path):
    env_file = f"OPENAI_API_KEY={KEY}\nOPENAI_MODEL=from-the-file\n"
    assert settings(tmp_path, env_file, OPENAI_API_KEY=OTHER_KEY) == Settings("from-the-file", OTHER_KEY)
    assert settings(tmp_path, env_file, OPENAI_MODEL="from-outside") == Settings("from-outside", KEY)


@pytest.mark.parametrize("blank", ["", "   "])
def test_a_blank_variable_counts_as_not_set(tmp_path, blank):
    blanks = dict.fromkeys(VARIABLES, blank)
    assert settings(tmp_path, **blanks) == OFFLINE
    assert settings(tmp_path, f"OPENAI_API_KEY={KEY}", **blanks) == Settings("gpt-6-luna", KEY)


def test_any_other_server_needs_no_key(tmp_path):
    found = settings(tmp_path, OPENAI_BASE_URL=OLLAMA, OPENAI_MODEL="llama3.2")
    assert (found.model, found.base_url, found.offline) == ("llama3.2", OLLAMA, False)
    assert found.key, "the client refuses to start without any key"


def test_another_server_gets_the_key_that_is_set(tmp_path):
    assert settings(tmp_path, **SERVER) == Settings("llama3.2", KEY, OLLAMA)


@pytest.mark.parametrize("url", ["https://api.example.com/v1", "http://127.0.0.1:8000", "http://[::1]:8080/v1"])
def test_web_addresses_of_every_kind_are_taken(tmp_path, url):
    assert settings(tmp_path, OPENAI_BASE_URL=url, OPENAI_MODEL="m").base_url == url


@pytest.mark.parametrize("kind", ["openai", "services.ai", "cognitiveservices"])
def test_azure_is_asked_at_its_address_for_this_client(tmp_path, kind):
    host = f"https://mine.{kind}.azure.com"
    found = settings(tmp_path, OPENAI_BASE_URL=f"{host}/openai/v1/", OPENAI_MODEL="m", OPENAI_API_KEY=KEY)
    assert found == Settings("m", KEY, f"{host}/openai/v1/")
    for path in ("", "/", "/openai/deployments/m/chat/completions?api-version=2024-10-21", "/models"):
        assert "ends in /openai/v1/" in refusal(tmp_path, OPENAI_BASE_URL=host + path, OPENAI_MODEL="m")


def test_the_path_that_the_client_adds_itself_may_stand_in_an_address(tmp_path):
    found = settings(tmp_path, OPENAI_BASE_URL=f"{OLLAMA}/chat/completions", OPENAI_MODEL="m")
    assert found.base_url == OLLAMA


def test_what_stands_behind_the_address_goes_with_each_request(monkeypatch):
    address = "https://mine.openai.azure.com/openai/v1/"
    monkeypatch.setattr(common, "SETTINGS", Settings("m", KEY, f"{address}?api-version=preview"))
    client = common.get_client()
    assert (str(client.base_url), client.default_query) == (address, {"api-version": "preview"})


def test_another_server_without_a_model_name_is_refused(tmp_path):
    said = refusal(tmp_path, OPENAI_BASE_URL=OLLAMA, OPENAI_API_KEY=KEY)
    assert "OPENAI_MODEL is not set" in said and "OPENAI_BASE_URL" in said


@pytest.mark.parametrize("on", ["1", "true", "TRUE", "True", "yes", "Yes", "on", "ON", " 1 ", '"1"'])
def test_workbook_offline_wins_over_everything_else(tmp_path, on):
    assert settings(tmp_path, WORKBOOK_OFFLINE=on, **SERVER) == OFFLINE
    assert settings(tmp_path, f"WORKBOOK_OFFLINE={on}\n", **SERVER) == OFFLINE


@pytest.mark.parametrize("off", ["0", "false", "False", "no", "NO", "off", ""])
def test_workbook_offline_can_be_said_no_to(tmp_path, off):
    assert settings(tmp_path, WORKBOOK_OFFLINE=off, OPENAI_API_KEY=KEY) == Settings("gpt-6-luna", KEY)


def test_the_environment_can_switch_off_what_the_file_switches_on(tmp_path):
    env_file = f"WORKBOOK_OFFLINE=1\nOPENAI_API_KEY={KEY}\n"
    assert settings(tmp_path, env_file, WORKBOOK_OFFLINE="0") == Settings("gpt-6-luna", KEY)


# The file .env


def test_the_example_file_changes_nothing_until_a_line_is_taken_in(tmp_path):
    example = (ROOT / ".env.example").read_text(encoding="utf-8")
    assert settings(tmp_path, example) == OFFLINE
    server = re.sub(r"^#(?=OPENAI_BASE_URL|OPENAI_MODEL=llama)", "", example, flags=re.M)
    assert settings(tmp_path, server).base_url == OLLAMA
    offline = example.replace("#WORKBOOK_OFFLINE", "WORKBOOK_OFFLINE")
    assert settings(tmp_path, offline, OPENAI_API_KEY=KEY) == OFFLINE


def test_the_key_of_the_example_file_is_known_to_be_none(tmp_path):
    example = (ROOT / ".env.example").read_text(encoding="utf-8")
    said = refusal(tmp_path, example.replace("#OPENAI_API_KEY", "OPENAI_API_KEY"))
    assert "OPENAI_API_KEY" in said and "placeholder" in said


@pytest.mark.parametrize(
    "line",
    [
        "OPENAI_API_KEY={}",
        "OPENAI_API_KEY={}\r\n",
        "export OPENAI_API_KEY={}\n",
        "OPENAI_API_KEY = {}\n",
        "OPENAI_API_KEY={}   # mine\n",
        'OPENAI_API_KEY="{}"\n',
        "OPENAI_API_KEY='{}'\n",
        "\n# comment\n\n  OPENAI_API_KEY={}  \n",
        "export  OPENAI_API_KEY={}\n",
        'declare -x OPENAI_API_KEY="{}"\n',
        '$env:OPENAI_API_KEY="{}"\n',  # PowerShell
        "$Env:OPENAI_API_KEY = '{}'\r\n",
        "set OPENAI_API_KEY={}\r\n",  # cmd.exe
        'SET "OPENAI_API_KEY={}"\r\n',
        '"OPENAI_API_KEY"="{}"\n',
        "'OPENAI_API_KEY' = {}\n",
        "“OPENAI_API_KEY”=“{}”\n",  # a word processor
        "“OPENAI_API_KEY={}”\n",
        "OPENAI_API_KEY=‘{}’ # mine\n",
        "OPENAI_API_KEY=„{}“\n",
        "\u200bOPENAI_API_KEY={}\n",  # what one does not see
        "OPENAI\u00ad_API_KEY={}\u200b\n",
        "\ufeff\ufeffOPENAI_API_KEY={}\n",
        "OPENAI_API_KEY\u3164={}\n",
        "\u00a0OPENAI_API_KEY\u00a0=\u00a0{}\u00a0\n",
        "ＯＰＥＮＡＩ＿ＡＰＩ＿ＫＥＹ={}\n",
        "OPENAI_API_KEY＝{}\n",
        "openai_api_key={}\n",
        "OpenAI_API_Key={}\n",
        "OPENAI_API_KEY={}\nOPENAI_API_KEY=\n",  # a blank one sets nothing
    ],
)
def test_a_line_may_be_written_in_every_usual_way(tmp_path, line):
    assert settings(tmp_path, line.format(KEY)) == Settings("gpt-6-luna", KEY)


@pytest.mark.parametrize("name", ["openai_api_key", "OPENAI_API_KEY\u200b", "ＯＰＥＮＡＩ_API_KEY"])
def test_a_name_in_the_environment_that_is_surely_ours_counts(tmp_path, name):
    assert settings(tmp_path, **{name: KEY}) == Settings("gpt-6-luna", KEY)
    assert settings(tmp_path, **{"OPENAI_API_KEY": OTHER_KEY, name: KEY}).key == OTHER_KEY


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("OPENAI_APIKEY", "OPENAI_API_KEY"),
        ("OPEN_AI_KEY", "OPENAI_API_KEY"),
        ("OPENAI_KEY", "OPENAI_API_KEY"),
        ("OPENAI-API-KEY", "OPENAI_API_KEY"),
        ("OPENAPI_KEY", "OPENAI_API_KEY"),
        ("openai_api_keys", "OPENAI_API_KEY"),
        ("\u041ePENAI_API_KEY", "OPENAI_API_KEY"),  # it begins with a Cyrillic letter
        ("AZURE_OPENAI_API_KEY", "OPENAI_API_KEY"),
        ("API_KEY", "OPENAI_API_KEY"),
        ("OPENAI_API_BASE", "OPENAI_BASE_URL"),
        ("AZURE_OPENAI_ENDPOINT", "OPENAI_BASE_URL"),
        ("OPENAI_MODEL_NAME", "OPENAI_MODEL"),
        ("WORKBOOK_OFLINE", "WORKBOOK_OFFLINE"),
        ("OFFLINE", "WORKBOOK_OFFLINE"),
        ("MODEL", "OPENAI_MODEL"),
        ("OPENAI_DEFAULT_MODEL", "OPENAI_MODEL"),
        ("OLLAMA_HOST", "OPENAI_BASE_URL"),
        ("BASE_URL", "OPENAI_BASE_URL"),
    ],
)
def test_a_name_that_only_looks_like_ours_is_refused_with_its_line(tmp_path, name, meant):
    others = "".join(f"{ours}={OLLAMA if 'URL' in ours else 'm'}\n" for ours in VARIABLES[:3] if ours != meant)
    for before in ("# mine\n", others):
        said = refusal(tmp_path, f"{before}{name}={KEY}\n")
        assert said.startswith(f"Line {before.count(chr(10)) + 1} of .env sets {name}, which nothing reads")
        assert f"Did you mean {meant}?" in said and KEY not in said


def test_a_name_that_looks_like_ours_is_left_alone_where_nothing_is_lost(tmp_path):
    mine = f"OPENAI_API_KEY={KEY}\n"
    others = ("OPENAI_ORG_ID=org-1", "OPENAI_KEY=", "OTHER_KEY=1", "NAME=Ana", "DATABASE_URL=sqlite://", "SECRET_KEY=1")
    for line in (f"OPENAI_API_KEY_OLD={OTHER_KEY}", *others):
        assert settings(tmp_path, mine + line) == Settings("gpt-6-luna", KEY)
    assert settings(tmp_path, f"WORKBOOK_OFFLINE=1\nOPENAI_APIKEY={KEY}\n") == OFFLINE
    assert settings(tmp_path, "", OPENAI_APIKEY=KEY, WORKBOOK_OFFLINE="1") == OFFLINE


@pytest.mark.parametrize("name", ["OPENAI_APIKEY", "OPEN_AI_KEY", "OPENAI_KEY", "OPENAI_BASE_URI"])
def test_in_the_environment_it_is_refused_only_where_the_offline_model_would_answer(tmp_path, name):
    assert f"The environment sets {name}" in refusal(tmp_path, **{name: "x"})
    assert settings(tmp_path, f"OPENAI_API_KEY={KEY}\n", **{name: "x"}) == Settings("gpt-6-luna", KEY)


@pytest.mark.parametrize(
    "name", ["AZURE_OPENAI_API_KEY", "OPENAI_API_KEY_FILE", "OPENAI_API_BASE", "MY_KEY", "OPENAI_LOG"]
)
def test_what_other_programs_read_from_the_environment_is_left_to_them(tmp_path, name):
    assert settings(tmp_path, **{name: KEY}) == OFFLINE


@pytest.mark.parametrize("name", [".env.txt", "env", ".env.example"])
def test_settings_in_a_file_that_is_not_read_are_not_passed_over_in_silence(tmp_path, name):
    (tmp_path / name).write_text(f"OPENAI_API_KEY={KEY}\n", encoding="utf-8")
    said = refusal(tmp_path)
    assert f"{name} sets OPENAI_API_KEY, but only .env is read" in said and KEY not in said
    assert settings(tmp_path, f"OPENAI_API_KEY={OTHER_KEY}\n").key == OTHER_KEY


def test_a_folder_in_the_place_of_the_file_is_named(tmp_path):
    (tmp_path / ".env").mkdir()
    assert refusal(tmp_path).startswith(".env is a folder, but")


def test_a_file_that_cannot_be_read_is_named(tmp_path, monkeypatch):
    def refused(path: Path) -> bytes:
        raise PermissionError(13, "Permission denied", str(path))

    (tmp_path / ".env").write_text(f"OPENAI_API_KEY={KEY}\n", encoding="utf-8")
    monkeypatch.setattr(Path, "read_bytes", refused)
    assert refusal(tmp_path).startswith(".env cannot be read (Permission denied). Allow")


def test_windows_line_ends_and_a_byte_order_mark_are_accepted(tmp_path):
    text = f"OPENAI_API_KEY={KEY}\r\nOPENAI_MODEL=gpt-6-sol\r\n"
    assert settings(tmp_path, text.encode("utf-8-sig")) == Settings("gpt-6-sol", KEY)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_a_file_in_another_encoding_is_named(tmp_path, encoding):
    said = refusal(tmp_path, f"OPENAI_API_KEY={KEY}\n".encode(encoding))
    assert ".env is saved in UTF-16" in said and "UTF-8" in said


def test_a_file_that_is_no_text_is_named(tmp_path):
    assert ".env is not a UTF-8 text file" in refusal(tmp_path, b"OPENAI_MODEL=caf\xe9\n")


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (1, f"OPENAI_API_KEY {KEY}"),
        (1, f"OPENAI_API_KEY: {KEY}"),
        (1, f"OPENAI_API_KEY:{KEY}"),
        (1, KEY),
        (1, "OPENAI_API_KEY"),
        (2, f'OPENAI_MODEL=gpt-6-luna\nOPENAI_API_KEY="{KEY}\n'),
        (3, f"# my settings\nOPENAI_MODEL=gpt-6-luna\nset key {KEY}\n"),
        (4, f"# my settings\n\n\nOPENAI_API_KEY {KEY}\n"),
        (3, f"\n  \nOPENAI_API_KEY {KEY}\n"),
        (2, f"OPENAI_MODEL=gpt-6-luna\r\nOPENAI_API_KEY {KEY}\r\n"),
    ],
)
def test_a_line_that_sets_nothing_is_named_by_its_number(tmp_path, number, text):
    said = refusal(tmp_path, text)
    assert f"Line {number} of .env" in said and "NAME=value" in said
    assert KEY not in said and "s3cret" not in said


def test_what_looks_like_a_reference_is_text(tmp_path):
    """A ${NAME} inside a value is not looked up: a key that holds one stays as it was typed."""
    assert settings(tmp_path, "OPENAI_API_KEY=abc${PATH}def").key == "abc${PATH}def"


# Values that cannot be used


@pytest.mark.parametrize(
    "key",
    [
        "{}\n{}",
        "{}\r\n{}",
        "{} {}",
        "{}\t{}",
        '{}"{}',
        "{}'{}",
        "{}“{}",
        "={}",
        "{};",
        "{}é",
        "{}\x07",
        "sk-...",
    ],
)
def test_a_key_that_can_be_none_is_refused(tmp_path, key):
    said = refusal(tmp_path, OPENAI_API_KEY=key.format(KEY, OTHER_KEY))
    assert "OPENAI_API_KEY" in said
    assert KEY not in said and OTHER_KEY not in said


@pytest.mark.parametrize("model", ["gpt 6 luna", "gpt-6-luna gpt-6-sol", "gpt\n6"])
@pytest.mark.parametrize("server", [{"OPENAI_API_KEY": KEY}, {"OPENAI_BASE_URL": OLLAMA}])
def test_a_model_name_with_spaces_is_refused(tmp_path, model, server):
    said = refusal(tmp_path, OPENAI_MODEL=model, **server)
    assert "OPENAI_MODEL" in said and repr(model) in said


@pytest.mark.parametrize(
    "url",
    [
        "localhost:11434/v1",
        "localhost",
        "/v1",
        "ftp://localhost/v1",
        "file:///v1",
        "http://",
        "http:///v1",
        "http:localhost",
        "http://:11434/v1",
        "http://localhost:port/v1",
        "http://localhost:99999/v1",
        "http://local host/v1",
        "http://localhost/v1 # mine",
        "http://[::1/v1",
    ],
)
def test_a_server_that_is_no_web_address_is_refused(tmp_path, url):
    said = refusal(tmp_path, OPENAI_BASE_URL=url, OPENAI_MODEL="llama3.2")
    assert "OPENAI_BASE_URL" in said and url in said
    assert "http://localhost:11434/v1" in said, "the message shows what to write"


@pytest.mark.parametrize("value", ["maybe", "2", "offline", "-1"])
def test_a_switch_that_is_neither_on_nor_off_is_refused(tmp_path, value):
    said = refusal(tmp_path, WORKBOOK_OFFLINE=value, OPENAI_API_KEY=KEY)
    assert "WORKBOOK_OFFLINE" in said and repr(value) in said and KEY not in said


# The key stays secret


@pytest.mark.parametrize("base_url", [None, OLLAMA, "https://me:pass-word@example.com/v1?api-key=pass-word"])
def test_settings_that_are_shown_hold_no_secret(base_url):
    shown = Settings("m", KEY, base_url)
    for text in (repr(shown), str(shown), f"{shown}", f"{[shown]}"):
        assert KEY not in text and "pass-word" not in text
    assert "key=set" in repr(shown)


@pytest.mark.parametrize(
    "variables",
    [
        {"OPENAI_BASE_URL": KEY, "OPENAI_MODEL": "m"},
        {"OPENAI_BASE_URL": "https://mine.openai.azure.com/?api-key=s3cret", "OPENAI_MODEL": "m"},
        {"OPENAI_MODEL": KEY, "OPENAI_API_KEY": OTHER_KEY},
        {"OPENAI_BASE_URL": f"http://me:{KEY}@example.com/v1"},
        {"OPENAI_BASE_URL": f"ftp://me:{KEY}@example.com/v1", "OPENAI_MODEL": "m"},
        {"OPENAI_MODEL": f"gpt-6-luna {KEY}", "OPENAI_API_KEY": OTHER_KEY},
        {"WORKBOOK_OFFLINE": KEY},
    ],
)
def test_a_secret_in_the_wrong_place_is_not_repeated(tmp_path, variables):
    said = refusal(tmp_path, **variables)
    assert KEY not in said and "s3cret" not in said
    assert any(name in said for name in variables)


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
    assert type(client) is kind
    assert (client.api_key, str(client.base_url)) == (KEY, place)


@pytest.mark.parametrize("make", ["get_client", "get_async_client"])
@pytest.mark.parametrize("blank", ["", "  "])
def test_a_blank_address_in_the_environment_leads_nowhere_else(monkeypatch, make, blank):
    """The client reads OPENAI_BASE_URL itself; a blank one, which counts as not set, must not become its address."""
    monkeypatch.setattr(common, "SETTINGS", Settings("gpt-6-luna", KEY))
    monkeypatch.setenv("OPENAI_BASE_URL", blank)
    assert str(getattr(common, make)().base_url) == "https://api.openai.com/v1/"


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


# What it costs


@pytest.mark.parametrize("written", ["0.2 0.02 0.25 1", "0.2, 0.02, 0.25, 1", "0.2;0.02;0.25;1.0"])
def test_the_price_is_read_from_the_settings(tmp_path, written):
    assert settings(tmp_path).price == Price(0.10, 0.01, 0.125, 0.50)
    assert settings(tmp_path, f"OPENAI_PRICE={written}\n").price == Price(0.2, 0.02, 0.25, 1.0)
    assert settings(tmp_path, OPENAI_PRICE=written, WORKBOOK_OFFLINE="1").price.output == 1.0


@pytest.mark.parametrize("written", ["free", "0.1", "0.1 0.2 0.3", "0.1 0.2 0.3 0.4 0.5", "-1 0 0 0", "nan 1 1 1"])
def test_a_price_of_another_form_is_refused(tmp_path, written):
    with pytest.raises(SettingsError, match=r"OPENAI_PRICE is .*four numbers"):
        settings(tmp_path, OPENAI_PRICE=written)


@pytest.mark.parametrize(
    ("cached", "written", "dollars"), [(None, None, 1.1), (1_000_000, None, 0.2), (400_000, 600_000, 0.215)]
)
def test_a_usage_has_a_price(cached, written, dollars):
    price = Price(input=1.0, cached=0.1, cache_write=0.125, output=10.0)
    usage = CompletionUsage(prompt_tokens=1_000_000, completion_tokens=10_000, total_tokens=1_010_000)
    assert price.of(usage) == pytest.approx(1.1)
    details = {"cached_tokens": cached, "cache_write_tokens": written}
    usage = usage.model_copy(update={"prompt_tokens_details": PromptTokensDetails(**details)})
    assert price.of(usage) == pytest.approx(dollars)
    assert price.of(Usage(1, 1_000_000, 10_000, cached or 0, written or 0)) == pytest.approx(price.of(usage))


# A server for failures


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
