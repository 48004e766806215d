"""Asks tiktoken for the encoding of a model that it does not know."""
# fails: test_texts_are_counted_in_tokens
# hint: by name

import tiktoken

from common import MODEL


def count_tokens(messages):
    encoding = tiktoken.encoding_for_model(MODEL)
    return 3 + sum(4 + len(encoding.encode_ordinary(message["content"])) for message in messages)
