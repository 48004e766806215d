"""The workbook's home on the web: every address follows from the one in pyproject.toml, for a fork as well."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from website import home

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def fork(tmp_path: Path) -> Path:
    for place in home.PLACES:
        (tmp_path / place).parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / place, tmp_path / place)
    return tmp_path


def test_all_places_agree():
    assert list(home.astray()) == []


def test_the_readme_leads_to_the_site_and_to_every_place_where_it_runs():
    readme, ours = (ROOT / "README.md").read_text(encoding="utf-8"), home.named()
    assert home.site(ours) in readme.split("\n## ")[0]
    for start in home.BY_NAME[1:]:
        assert f"]({start}{ours}" in readme.split("\n## ")[0], start


def test_no_other_file_holds_an_address_of_ours():
    folders = ("website", "website/*", "tests/website", ".github/*", ".binder", ".devcontainer", "set_up")
    for path in (path for folder in folders for path in ROOT.glob(f"{folder}/*.*")):
        place = path.relative_to(ROOT).as_posix()
        if path.is_file() and place not in home.PLACES:
            assert home.named() not in path.read_text(encoding="utf-8", errors="replace"), place


@pytest.mark.parametrize(
    ("to", "site"),
    [
        ("Ana/our-workbook", "https://ana.github.io/our-workbook/"),
        ("ben/ben.github.io", "https://ben.github.io/"),
        ("x1/y", "https://x1.github.io/y/"),
    ],
)
def test_a_forks_home_is_put_everywhere_and_back(fork, to, site):
    ours, before = home.named(), {place: (fork / place).read_bytes() for place in home.PLACES}
    home.move(to, fork)
    assert (home.named(fork), list(home.astray(fork))) == (to, [])
    for place in home.PLACES:
        text = (fork / place).read_text(encoding="utf-8")
        assert ours not in text and (to in text or site in text), place
    assert site in (fork / "README.md").read_text(encoding="utf-8")
    home.move(ours, fork)
    assert {place: (fork / place).read_bytes() for place in home.PLACES} == before


@pytest.mark.parametrize(
    ("old", "new"), [("mybinder.org/v2/gh/", "mybinder.org/v2/gh/of-"), (".github.io/", ".github.io/a-")]
)
def test_an_address_that_leads_elsewhere_is_found(fork, old, new):
    readme = (fork / "README.md").read_text(encoding="utf-8")
    (fork / "README.md").write_text(readme.replace(old, new, 1), encoding="utf-8")
    assert [line.partition(":")[0] for line in home.astray(fork)] == ["README.md"]


def test_a_workflow_of_another_repository_is_told_what_to_do(monkeypatch):
    monkeypatch.setenv("GITHUB_REPOSITORY", home.named().upper())
    assert home.main(["--here"]) == ""
    monkeypatch.setenv("GITHUB_REPOSITORY", "ana/fork")
    said = home.main(["--here"])
    assert home.named() in said and "python -m website.home ana/fork" in said
    assert home.name() == "ana/fork"


@pytest.mark.parametrize(
    "typed",
    [
        "ana",
        "https://github.com/ana/fork",
        "ana/",
        "ana/fork/more",
        "an a/b",
        "ana/fork.git",
        "an\u00e4/b",
        "a.b/c",
        "a_b/c",
    ],
)
def test_what_is_no_repository_is_refused(typed):
    assert "write OWNER/REPOSITORY" in home.main([typed])


def test_the_program_ends_with_0_where_all_is_well(monkeypatch):
    command = [sys.executable, "-m", "website.home", "--here"]
    codes = []
    for repository in (home.named(), "ana/fork"):
        monkeypatch.setenv("GITHUB_REPOSITORY", repository)
        codes.append(subprocess.run(command, cwd=ROOT, capture_output=True).returncode)
    assert codes == [0, 1]
