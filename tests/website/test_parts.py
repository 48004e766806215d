"""The wheels that go into a browser: pinned as here, and one of our own code, complete and always the same."""

import re
import sys
import zipfile
from pathlib import Path

import pytest

from website.browser import own_wheel, parts

ROOT = Path(__file__).resolve().parents[2]
PIN = re.compile(r"^([a-z0-9-]+)==([^\s;]+)", re.M)


def pins(*names: str) -> dict[str, str]:
    text = "\n".join((ROOT / name).read_text(encoding="utf-8").lower() for name in names)
    return dict(PIN.findall(text))


def test_versions_in_the_browser_are_those_of_the_workbook():
    here, there = pins("requirements.txt", "constraints.txt"), pins("website/browser/requirements.txt")
    both = here.keys() & there.keys()
    assert "openai" in both
    assert {name: there[name] for name in both} == {name: here[name] for name in both}


def test_each_package_has_one_hash():
    text = parts.REQUIREMENTS.read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    assert all(re.fullmatch(r"[a-z0-9-]+==[0-9.]+ --hash=sha256:[0-9a-f]{64}", line) for line in lines), lines
    assert len(parts.hashes()) == len(lines)


def test_our_wheel_is_always_the_same_and_holds_what_lessons_and_checkers_need(tmp_path):
    (tmp_path / "again").mkdir()
    wheel = own_wheel.write(tmp_path)
    assert wheel.read_bytes() == own_wheel.write(tmp_path / "again").read_bytes()
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        assert archive.testzip() is None
    for wanted in (
        "common.py",
        "chat_memory/__init__.py",
        "mock_model/data/words.txt",
        "set_up/settings/reading.py",
        "tests/challenges/desk.py",
        "tests/challenges/04_sliding_window/checker.py",
        "tests/challenges/04_sliding_window/solutions/reference.py",
    ):
        assert wanted in names
    assert not [name for name in names if "__pycache__" in name or "/mistakes/" in name or "/test_" in name]


def test_wheels_that_are_there_are_not_fetched_again_and_others_go(tmp_path, monkeypatch):
    kept, old = tmp_path / "kept-1.0-py3-none-any.whl", tmp_path / "old-1.0-py3-none-any.whl"
    kept.write_bytes(b"kept")
    old.write_bytes(b"old")
    monkeypatch.setattr(parts, "hashes", lambda: {parts.sha256(kept)})
    monkeypatch.setattr(parts, "download", lambda folder: pytest.fail("fetched again"))
    parts.collect(tmp_path)
    assert kept.exists()
    assert not old.exists()


def test_what_cannot_be_fetched_is_said(tmp_path, monkeypatch):
    monkeypatch.setattr(parts, "REQUIREMENTS", tmp_path / "none.txt")
    monkeypatch.setattr(sys, "executable", str(tmp_path / "no_python"))
    monkeypatch.setattr(parts.subprocess, "run", lambda command: type("Done", (), {"returncode": 1})())
    with pytest.raises(SystemExit, match="could not be fetched"):
        parts.download(tmp_path)
