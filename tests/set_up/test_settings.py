"""Which model answers, by what the environment and .env set; a value that cannot be used is refused, and no secret shown."""

import pytest

from common import Settings
from set_up.settings.variables import VARIABLES

from .reading import KEY, OFFLINE, OLLAMA, OTHER_KEY, SERVER, refusal, settings


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
