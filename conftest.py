"""Tests never reach a real model: no key, no server, whatever the environment or .env says."""

import os

for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL", "OPENAI_MODEL"):
    os.environ.pop(name, None)
os.environ["WORKBOOK_OFFLINE"] = "1"
