"""How far an installer is: told in packages while it works, from what pip and uv write."""

import pytest

from set_up.installer_progress import expected, how_far, installed

PIP = [
    "Obtaining file:///home/ana/workbook (from -r requirements.txt (line 4))",
    "  Installing build dependencies: started",
    "Collecting openai==3.57.0 (from -r requirements.txt (line 6))",
    "  Downloading openai-3.57.0-py3-none-any.whl.metadata (33 kB)",
    "WARNING: Retrying after connection broken by a proxy",
    "Collecting jupyter_core (from -r requirements.txt (line 9))",
    "Downloading jupyter_core-5.9.1-py3-none-any.whl (29 kB)",
    "Using cached openai-3.57.0-py3-none-any.whl (1.4 MB)",
]
UV = ["Using Python 3.13.1 environment at: .venv", "Resolved 98 packages in 1.20s", "Downloading jupyterlab (13.9MiB)"]


@pytest.mark.parametrize(
    ("lines", "new", "told"),
    [
        ([], 0, "asking what is needed"),
        (PIP[:2], 0, "asking what is needed"),
        (PIP[:3], 0, "1 of about 98 packages: openai"),
        (PIP[:7], 0, "2 of about 98 packages: jupyter-core (29 kB)"),
        (PIP, 0, "2 of about 98 packages: openai (1.4 MB)"),
        ([*PIP, "Installing collected packages: a, b, c"], 2, "unpacking, 2 of 3 packages"),
        (UV[:2], 0, "asking what is needed"),
        (UV, 0, "98 packages: jupyterlab (13.9 MB)"),
        ([*UV, "Prepared 98 packages in 4s"], 0, "unpacking, 0 of 98 packages"),
        (UV, 40, "unpacking, 40 of 98 packages"),
    ],
)
def test_what_an_installer_writes_becomes_a_few_words(lines, new, told):
    assert how_far(lines, 98, new) == told


def test_pins_for_other_systems_are_not_expected(monkeypatch):
    monkeypatch.setattr("set_up.installer_progress.SYSTEMS", {"darwin": False, "win32": True, "nt": True})
    pins = (
        "# one==1\ntwo==2\nthree==3 ; python_full_version < '3.12'\nthree==4 ; python_full_version >= '3.12'\n"
        "four==1 ; sys_platform == 'darwin'\nfive==1 ; os_name == 'nt'\nsix==1 ; sys_platform != 'win32'\n"
        "seven==1 ; sys_platform == 'emscripten'\n"
    )
    assert expected(pins) == 4  # two, three, five, and six, which is not looked at closely: it says "about"


def test_what_is_in_place_is_counted(tmp_path):
    for name in (
        "lib/python3.13/site-packages/a-1.dist-info",
        "lib/python3.13/site-packages/a",
        "Lib/site-packages/b-2.dist-info",
    ):
        (tmp_path / name).mkdir(parents=True)
    assert installed(tmp_path) == 2
    assert installed(tmp_path / "nowhere") == 0
