"""Names that are surely ours count, those that only look like ours are refused, and those of other programs are left alone."""

import pytest

from common import Settings
from set_up.settings.variables import VARIABLES

from .reading import KEY, OFFLINE, OLLAMA, OTHER_KEY, refusal, settings


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
