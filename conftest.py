"""Tests never reach a real model: no key, no server, whatever the environment or .env says."""

import os

import mock_model  # noqa: F401  (puts tiktoken's vocabularies where it finds them, for tests of a single folder too)

for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL", "OPENAI_MODEL", "OPENAI_PRICE"):
    os.environ.pop(name, None)
os.environ["WORKBOOK_OFFLINE"] = "1"
