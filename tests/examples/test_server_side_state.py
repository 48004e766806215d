"""The example of lesson 13 on servers that do not keep a talk."""

import openai
import pytest

from common import offline_server

from .running import load

EXAMPLE = "13_server_side_state"


def test_13_a_server_that_ignores_the_id_is_found_out(capsys: pytest.CaptureFixture[str]):
    with pytest.raises(openai.APIStatusError):  # it has no conversations either
        load(EXAMPLE).compare(offline_server(keeps="nothing").client())
    assert "This server ignores previous_response_id" in capsys.readouterr().out


def test_13_a_server_without_responses_is_told_of_and_the_rest_is_shown(monkeypatch, capsys):
    example = load(EXAMPLE)
    elsewhere = offline_server().client().with_options(base_url="https://example.com/none")
    monkeypatch.setattr(example, "get_client", lambda: elsewhere)
    monkeypatch.setattr("sys.argv", [EXAMPLE])
    example.main()
    shown = capsys.readouterr().out
    assert "This server cannot do all of it. No answer: Invalid URL" in shown and shown.count("Biscuit") == 2
