"""Settings that are typed in a notebook: checked like those of .env, spoken of by the names of the arguments."""

import pytest

from common import Settings, SettingsError
from set_up.settings.by_hand import check_texts, settings_by_hand, wants_a_key

from .reading import KEY, OFFLINE, OLLAMA


def settings(base_url="", model="", key="", price="", reply_limit=None) -> Settings:
    return settings_by_hand(base_url, model, key, price, reply_limit)


def test_they_are_what_the_variables_would_give():
    assert settings(key=KEY) == Settings("gpt-6-luna", KEY)
    assert settings(OLLAMA + "/chat/completions", " llama3.2 ") == Settings("llama3.2", "no-key-needed", OLLAMA)
    assert settings(key=f'"{KEY}"', model="gpt-6-sol", reply_limit=0).default_limit is None
    assert settings(key=KEY, price="1 2 3 4").price.output == 4
    assert settings(model="offline-model") == settings(model=" Offline-Model") == OFFLINE


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, "No key was given, and OpenAI answers nobody without one. Nothing has changed."),
        ({"key": "sk-..."}, "key still holds the placeholder. Put your own key there."),
        ({"key": "your-key-here"}, "key still holds the placeholder"),
        (
            {"base_url": OLLAMA},
            "base_url is set, but model is not set. Name a model that the server has: model=llama3.2.",
        ),
        (
            {"base_url": "localhost:11434", "model": "llama3.2"},
            "base_url is 'localhost:11434', which is no web address",
        ),
        ({"base_url": "https://api.openai.com/v1"}, "base_url is OpenAI's, but key is not set. Give it as well."),
        ({"key": KEY, "price": "cheap"}, "price is 'cheap'. Write four numbers"),
        ({"key": KEY, "reply_limit": -1}, "reply_limit is '-1'. Write a whole number of tokens"),
    ],
)
def test_what_cannot_be_used_is_refused_with_the_name_of_the_argument(given, said):
    with pytest.raises(SettingsError) as caught:
        settings(**given)
    assert said in str(caught.value) and KEY not in str(caught.value) and "OPENAI_" not in str(caught.value)


@pytest.mark.parametrize(
    ("base_url", "wants"),
    [
        ("", True),
        ("https://openrouter.ai/api/v1", True),
        ("https://8.8.8.8/v1", True),
        (OLLAMA, False),
        ("http://127.0.0.1:8080/v1", False),
        ("http://[::1]:8080/v1", False),
        ("http://192.168.1.7:11434/v1", False),
        ("http://nas.local:11434/v1", False),
        ("no address", False),
        ("http://[broken", False),
    ],
)
def test_a_key_is_wanted_by_who_is_not_near(base_url, wants):
    assert wants_a_key(base_url) is wants


@pytest.mark.parametrize("base_url", ["http://example.org/v1", "http://8.8.8.8:8000/v1"])
def test_no_key_goes_where_everybody_on_the_way_can_read_it(base_url):
    with pytest.raises(SettingsError, match=r"all between would read the key. Write https://"):
        wants_a_key(base_url)


@pytest.mark.parametrize("value", [None, 5, b"m"])
def test_what_is_no_text_is_refused(value):
    with pytest.raises(SettingsError, match="model is to be a text in quotation marks"):
        check_texts(base_url="", model=value)
