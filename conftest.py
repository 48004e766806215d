"""Tests never reach a real model: no key, no server, whatever the environment or .env says."""

import gc
import os
from pathlib import Path

import mock_model  # noqa: F401  (puts tiktoken's vocabularies where it finds them, for tests of a single folder too)

for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL", "OPENAI_MODEL", "OPENAI_PRICE"):
    os.environ.pop(name, None)
os.environ["WORKBOOK_OFFLINE"] = "1"
# Programs and notebooks that tests start use the code of this folder too, whatever copy of the workbook is installed.
os.environ["PYTHONPATH"] = str(Path(__file__).parent)

gc.set_threshold(100_000, 50, 50)  # to look through all that was imported again and again takes a tenth of the time
