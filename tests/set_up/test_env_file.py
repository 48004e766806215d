"""The file .env: read as people write it, and refused by its line where that says nothing."""

import re
from pathlib import Path

import pytest

from common import Settings

from .reading import KEY, OFFLINE, OLLAMA, OTHER_KEY, ROOT, refusal, settings


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
