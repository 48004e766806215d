"""What a cell may still fetch: in the published site numpy and matplotlib from Pyodide's server, by hash; offline nothing."""

import json

import pytest

from website.browser import lock

OWN = {
    "info": {"abi_version": "2026_0", "python": "3.14.2"},
    "packages": {
        name: {"name": name, "depends": depends, "file_name": f"{name}-1.0.whl", "sha256": name * 8, "imports": [name]}
        for name, depends in {
            "numpy": [],
            "matplotlib": ["numpy", "packaging", "pytz"],
            "packaging": [],
            "pytz": ["six"],
            "six": [],
            "scipy": ["numpy"],
        }.items()
    },
}


@pytest.fixture
def pyodide(tmp_path):
    (tmp_path / "pyodide-lock.json").write_text(json.dumps(OWN), encoding="utf-8")
    (tmp_path / "package.json").write_text(json.dumps({"version": "314.0.7"}), encoding="utf-8")
    return tmp_path


def test_offline_nothing_can_be_fetched(pyodide):
    assert lock.lock(pyodide, set(), offline=True) == {"info": OWN["info"], "packages": {}}


def test_published_it_names_what_is_fetched_with_all_that_it_needs_and_nothing_else(pyodide):
    packages = lock.lock(pyodide, {"packaging"}, offline=False)["packages"]
    assert sorted(packages) == ["matplotlib", "numpy", "pytz", "six"]
    assert packages["matplotlib"]["depends"] == ["numpy", "pytz"]
    assert packages["numpy"]["sha256"] == OWN["packages"]["numpy"]["sha256"]
    assert packages["numpy"]["file_name"] == "https://cdn.jsdelivr.net/pyodide/v314.0.7/full/numpy-1.0.whl"


def test_names_of_wheels_are_those_of_a_lock(tmp_path):
    for name in ("typing_extensions-4.16.0-py3-none-any.whl", "Pygments-2.21.0-py3-none-any.whl"):
        (tmp_path / name).touch()
    assert lock.names_of(tmp_path) == {"typing-extensions", "pygments"}
