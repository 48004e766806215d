"""03 · Token counting: know what a request costs before you send it.

Write `count_tokens`, so that it returns the number which the server will report as `usage.prompt_tokens`. The server
is the offline model; it counts like OpenAI's models of today. Count with tiktoken, and without the finished
`count_tokens` of chat_memory: you need it in later lessons, here you find out what is in it.

Each message has a role, a content, and perhaps a name. (No tools, and no content that is None.) The content is a text, or
a list of parts: [{"type": "text", "text": "Hello"}, {"type": "text", "text": "there"}]. What of a part is counted, the
lesson has not shown: ask the server, as the lesson does, before you write it.

You have it when
- texts are counted in tokens, in every language and of any length, and `<|endoftext|>` is a text like any other;
- each text is counted by itself, in whatever order the messages stand;
- a further message, an empty one too, adds to your count what it adds to the server's;
- what primes the reply is counted, once per request;
- a name costs what the server counts for it;
- a content that is a list of parts costs what the server counts for it;
- your count equals the server's on conversations that you have not seen;
- counting sends nothing, and does not change the messages.

Everything in this file may be edited, but the name and the argument of the function stay.
"""

import tiktoken

from common import MODEL, get_client  # to compare with the server; tiktoken gets its lists of tokens from there too


def count_tokens(messages: list[dict]) -> int:
    """Return the prompt tokens of a request with these messages."""
    raise NotImplementedError
