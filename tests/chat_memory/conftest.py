"""What the tests of chat_memory share: a look at the tokeniser's work."""

import pytest
import tiktoken


@pytest.fixture
def tokenised(monkeypatch):
    """The texts that tiktoken is given, each time that it is given one."""
    texts, get_encoding = [], tiktoken.get_encoding

    class Watched:
        def __init__(self, encoding):
            self.encoding = encoding

        def __getattr__(self, name):
            def method(text, *args, **kwargs):
                texts.append(text)
                return getattr(self.encoding, name)(text, *args, **kwargs)

            return method

    monkeypatch.setattr(tiktoken, "get_encoding", lambda name: Watched(get_encoding(name)))
    return texts
