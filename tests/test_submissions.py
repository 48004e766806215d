"""Submissions: how a class hands in its work, what is taken of it, and which zip files are refused."""

import io
import os
import stat
import struct
import zipfile
from pathlib import Path

import pytest

from .challenges.classroom import zip_files
from .challenges.classroom.found_files import Refused, challenge_of, learner_of
from .challenges.classroom.submissions import learners_in

FILE = "04_sliding_window.py"
NAME = "04_sliding_window"


def zipped(*entries: tuple[str, bytes], links: tuple[str, ...] = ()) -> bytes:
    """A zip file with these names and contents, and links to elsewhere under some of the names."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries:
            entry = zipfile.ZipInfo(name, (2026, 3, 1, 10, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = (stat.S_IFLNK | 0o777 if name in links else 0o644) << 16
            archive.writestr(entry, content)
    return out.getvalue()


def taken(place: Path) -> dict[str, dict[str, bytes]]:
    """What is taken of each learner, by the name of the challenge."""
    return {learner.name: {name: work.content for name, work in learner.work.items()} for learner in learners_in(place)}


def put(path: Path, content: bytes = b"x = 1\n") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def test_folders_zip_files_and_loose_files_are_read(tmp_path):
    put(tmp_path / "ana" / "chat" / "workbook" / "work" / FILE)
    put(tmp_path / "bob" / FILE)
    put(tmp_path / "cem.zip", zipped((f"chat-memory-workbook/work/{FILE}", b"y = 2\n")))
    put(tmp_path / f"Dora Núñez_77_assignsubmission_file_{FILE}", b"z = 3\n")
    put(tmp_path / "Eve_9_assignsubmission_file_" / "my work.zip", zipped((FILE, b"e = 5\n")))
    put(tmp_path / "notes.txt")
    assert taken(tmp_path) == {
        "ana": {NAME: b"x = 1\n"},
        "bob": {NAME: b"x = 1\n"},
        "cem": {NAME: b"y = 2\n"},
        "Dora Núñez": {NAME: b"z = 3\n"},
        "Eve": {NAME: b"e = 5\n"},
    }


@pytest.mark.parametrize("around", ["", "all of them/"])
def test_one_zip_file_holds_a_whole_class(tmp_path, around):
    inner = zipped((f"work/{FILE}", b"bob = 2\n"))
    path = put(
        tmp_path / "download.zip",
        zipped(
            (f"{around}Ana_1_assignsubmission_file_/{FILE}", b"ana = 1\n"),
            (f"{around}Bob_2_assignsubmission_file_/mine.zip", inner),
        ),
    )
    expected = {"Ana": {NAME: b"ana = 1\n"}, "Bob": {NAME: b"bob = 2\n"}}
    assert taken(path) == expected and taken(tmp_path) == expected


def test_a_clone_is_read_without_what_is_no_work(tmp_path):
    clone = tmp_path / "ana"
    for other in ("examples", f"tests/challenges/{NAME}/mistakes", ".venv/lib", "lessons", "work/lessons"):
        put(clone / other / FILE, b"other = 1\n")
    put(clone / "work" / FILE, b"mine = 1\n")
    put(clone / "old" / FILE, b"old = 1\n")
    put(clone / "work" / ".hints.json", b'{"04_sliding_window": {"for": "start", "shown": 1}}')
    put(clone / ".git" / "HEAD", b"ref: refs/heads/main\n")
    put(clone / ".git" / "refs" / "heads" / "main", b"0123456789" * 4 + b"\n")
    (learner,) = learners_in(tmp_path)
    assert learner.work[NAME].content == b"mine = 1\n" and learner.hints and learner.commit == "01234567"
    assert learner.notes == [f"2 files for 04: taken was work/{FILE}"]


def test_links_are_not_followed(tmp_path):
    secret = put(tmp_path / "elsewhere" / FILE, b"secret = 1\n")
    ana = tmp_path / "class" / "ana"
    ana.mkdir(parents=True)
    put(tmp_path / "class" / "bob" / FILE)
    try:
        (ana / FILE).symlink_to(secret)
        (tmp_path / "class" / "cem").symlink_to(secret.parent)
    except OSError:
        pytest.skip("no links here")
    assert taken(tmp_path / "class") == {"ana": {}, "bob": {NAME: b"x = 1\n"}, "cem": {}}


def bomb() -> bytes:
    return zipped(*((f"{number}/{FILE}", bytes(zip_files.MOST_BYTES - 1)) for number in range(80)))


def claims_little() -> bytes:
    """A zip file whose directory says that a file of 3 MB has a single byte."""
    content = zipped((FILE, bytes(3 << 20)))
    place = content.rindex(b"PK\x01\x02")
    return content[: place + 24] + struct.pack("<I", 1) + content[place + 28 :]


REFUSED = {
    "climbs out": zipped(("../../" + FILE, b"")),
    "absolute path": zipped(("/etc/" + FILE, b"")),
    "absolute path ('C:": zipped(("C:\\work\\" + FILE, b"")),
    "a link to another place": zipped((FILE, b"/etc/passwd"), links=(FILE,)),
    "MB when it is unpacked": bomb(),
    "cannot be read as a zip file": b"PK\x03\x04 and rubbish",
    "zip files that are too large": zipped(("a.zip", bytes(zip_files.MOST_NESTED + 1))),
}


@pytest.mark.parametrize("words", REFUSED)
def test_a_zip_file_that_is_meant_to_do_harm_is_refused_with_a_sentence(tmp_path, words):
    put(tmp_path / "ana" / FILE)
    put(tmp_path / "bad.zip", REFUSED[words])
    ana, bad = learners_in(tmp_path)
    assert ana.work and not bad.work
    assert words in bad.notes[0] and "bad.zip" in bad.notes[0] and len(bad.notes[0]) < 250
    assert sorted(path.name for path in tmp_path.rglob("*")) == [FILE, "ana", "bad.zip"], "nothing is unpacked"


def test_a_size_that_is_a_lie_does_no_harm(tmp_path):
    put(tmp_path / "ana" / FILE)
    put(tmp_path / "bad.zip", claims_little())
    bad = learners_in(tmp_path)[1]
    assert bad.notes or bad.work[NAME].problem


def test_a_file_that_is_too_large_is_not_read(tmp_path):
    put(tmp_path / "ana.zip", zipped((FILE, bytes(3 << 20)), ("work/05_token_budget.py", b"x = 1\n")))
    put(tmp_path / "bob" / FILE, b" \n")
    ana, bob = learners_in(tmp_path)
    assert "3 MB" in ana.work[NAME].problem and not ana.work["05_token_budget"].problem
    assert "empty" in bob.work[NAME].problem


def test_names_of_every_encoding_are_read(tmp_path):
    content = zipped((f"Zoë/{FILE}", b"zoe = 1\n"), (f"王/{FILE}", b"wang = 1\n"))
    place = put(tmp_path / "class.zip", content)
    assert taken(place) == {"Zoë": {NAME: b"zoe = 1\n"}, "王": {NAME: b"wang = 1\n"}}
    without_flag = content.replace(b"\x14\x00\x00\x08\x08\x00", b"\x14\x00\x00\x00\x08\x00")
    assert set(taken(put(tmp_path / "macos.zip", without_flag))) == {"Zoë", "王"}


@pytest.mark.parametrize(
    "name", [FILE, f"Ana_{FILE}", "04_sliding_window (1).py", "04_Sliding_Window.PY", "04_sliding_window-2.py"]
)
def test_the_challenge_is_found_in_the_name_of_a_file(name):
    assert challenge_of(name) == NAME


@pytest.mark.parametrize("name", ["04_window.py", "04_sliding_window.1.bak", "x04_sliding_window.py", "notes.py"])
def test_other_files_are_none(name):
    assert challenge_of(name) is None


def test_moodles_numbers_are_no_part_of_a_name():
    assert learner_of("Ana Pérez_12_assignsubmission_file_") == learner_of("Ana Pérez") == "Ana Pérez"


def test_where_nothing_is_there_it_is_said(tmp_path):
    (tmp_path / "empty").mkdir()
    for place in (tmp_path / "empty", tmp_path / "missing", put(tmp_path / "file.txt")):
        with pytest.raises(Refused):
            learners_in(place)


def test_a_folder_that_cannot_be_read_is_one_learners_trouble(tmp_path):
    put(tmp_path / "ana" / FILE)
    if not hasattr(os, "mkfifo"):
        pytest.skip("no pipes here")
    os.mkfifo(tmp_path / "ana" / "05_token_budget.py")
    assert set(taken(tmp_path)["ana"]) == {NAME}, "a pipe is not waited for"


def test_two_people_of_one_name_stay_two_and_a_macs_files_are_none(tmp_path):
    for number in (11, 22):
        put(tmp_path / f"Ana_{number}_assignsubmission_file_" / FILE, f"x = {number}\n".encode())
    put(tmp_path / "bob" / FILE)
    put(tmp_path / "bob" / f"._{FILE}", b"\0\1")
    put(tmp_path / "cem" / FILE, "x = 1\n".encode("utf-16"))
    found = learners_in(tmp_path)
    assert [learner.name for learner in found] == ["Ana (11)", "Ana (22)", "bob", "cem"]
    assert found[2].work[NAME].problem is None and not found[2].notes
    assert "UTF-8" in found[3].work[NAME].problem


def test_what_is_handed_in_otherwise_is_named(tmp_path):
    put(tmp_path / "ana" / FILE)
    put(tmp_path / "emil.rar")
    emil = learners_in(tmp_path)[1]
    assert emil.name == "emil.rar" and "was not read" in emil.refused and emil.notes == [emil.refused]
