"""Settings read from variables and from a .env of a test's own, and the words with which they are refused."""

from pathlib import Path

import pytest

from common import Settings, SettingsError
from set_up.settings.reading import read_settings

ROOT = Path(__file__).resolve().parents[2]
KEY = "sk-" + "Secret0123456789" * 2
OTHER_KEY = "sk-" + "Other9876543210" * 2
OLLAMA = "http://localhost:11434/v1"
SERVER = {"OPENAI_BASE_URL": OLLAMA, "OPENAI_MODEL": "llama3.2", "OPENAI_API_KEY": KEY}
OFFLINE = Settings("offline-model")


def settings(tmp_path: Path, env_file: str | bytes | None = None, **environment: str) -> Settings:
    """Read the settings from these variables and from a .env that holds this."""
    path = tmp_path / ".env"
    if env_file is not None:
        path.write_bytes(env_file if isinstance(env_file, bytes) else env_file.encode())
    return read_settings(environment, path)


def refusal(tmp_path: Path, env_file: str | bytes | None = None, **environment: str) -> str:
    """The words with which settings are refused."""
    with pytest.raises(SettingsError) as caught:
        settings(tmp_path, env_file, **environment)
    assert caught.value.__context__ is None or caught.value.__suppress_context__, "one message, not a chain of them"
    return str(caught.value)
