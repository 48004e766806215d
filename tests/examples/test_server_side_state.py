"""The example of lesson 13: three ways that cost the same, a talk brought home, and servers that do not keep it."""

import re
from pathlib import Path

import openai
import pytest

from common import offline_server

from .running import assert_clean, load, run

EXAMPLE = "13_server_side_state"
WAY = r"^(resent|chain|conversation) +([\d ]+?) {3}(.*)$"


def test_13_whoever_keeps_the_talk_each_turn_is_billed_for_all_of_it(tmp_path: Path):
    done = run(EXAMPLE, tmp_path)
    assert_clean(done)
    ways = {way: (billed.split(), reply) for way, billed, reply in re.findall(WAY, done.stdout, re.M)}
    assert ways.keys() == {"resent", "chain", "conversation"}
    assert ways["resent"] == ways["chain"] == ways["conversation"], "the same tokens and the same last answer"
    billed, reply = ways["chain"]
    assert [int(tokens) for tokens in billed] == sorted({int(tokens) for tokens in billed}) and "Biscuit" in reply


def test_13_the_talk_goes_on_at_home_and_where_the_server_keeps_it_no_longer(tmp_path: Path):
    kept, home, forgotten, ignored = run(EXAMPLE, tmp_path).stdout.split("\n\n")
    assert home.startswith("Brought home: 10 messages.")
    assert all(
        part.rstrip().endswith("What is my dog called? Your dog is called Biscuit.")
        for part in (home, forgotten, ignored)
    )
    assert "[the server no longer has the response" in forgotten and "[the server" in ignored and "[" not in kept + home


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
    assert "This server cannot do all of it: Error code: 404" in shown and shown.count("Biscuit") == 2
