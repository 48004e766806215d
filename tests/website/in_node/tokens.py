"""Run in Pyodide: the tokens of texts, and Python's categories of all characters."""

import hashlib
import json
import unicodedata

ALL = [chr(code) for code in range(0x110000) if not 0xD800 <= code < 0xE000]


async def run(job):
    """For each vocabulary the tokens of each text, then for each category the digest of its characters."""
    import tiktoken

    from mock_model.api import vocabulary

    texts, categories = json.loads(job)["texts"], json.loads(job)["categories"]
    vocabulary.prepare()
    encode = {name: tiktoken.get_encoding(name).encode_ordinary for name in vocabulary.VOCABULARIES}
    of = [*map(unicodedata.category, ALL)]
    digests = {}
    for category in categories:
        members = "".join(char for char, its in zip(ALL, of, strict=True) if its.startswith(category))
        digests[category] = hashlib.sha256(members.encode()).hexdigest()
    return json.dumps([{name: [*map(encode[name], texts)] for name in encode}, digests])
