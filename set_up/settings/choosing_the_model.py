"""From the values of the settings to who answers; a value that cannot be used is refused."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from .settings import AZURE_HOSTS, OFFLINE_MODEL, Settings
from .variables import SettingsError, shown

OPENAI_DEFAULT = "gpt-6-luna"  # https://developers.openai.com/api/docs/models/gpt-6-luna
NO_KEY = frozenset(
    "sk your my own openai api key here changeme change me replace this insert paste todo none null".split()
)


def choose(key: str, base_url: str, model: str, offline: str) -> Settings:
    """Who answers with these values, of which a blank one is not set. Raises SettingsError, naming the variable."""
    if is_on(offline):
        return Settings(OFFLINE_MODEL)
    if re.search(r"\s", model):
        raise SettingsError(
            f"OPENAI_MODEL is {shown(model)}, but a model's name has no space. Write for example {OPENAI_DEFAULT}."
        )
    if re.match("sk-", model):
        raise SettingsError("OPENAI_MODEL holds a key. Put it into OPENAI_API_KEY, and the name of a model here.")
    _check_key(key, anywhere=bool(base_url))
    if not base_url:
        return Settings(model or OPENAI_DEFAULT, key) if key else Settings(OFFLINE_MODEL)
    if not _is_web_address(base_url):
        raise SettingsError(
            f"OPENAI_BASE_URL is {shown(base_url)}, which is no web address. Write for example http://localhost:11434/v1."
        )
    base_url = _without_endpoint(base_url)
    parts = urlsplit(base_url)
    if _is_openai(parts.hostname):
        if not key:
            raise SettingsError(
                "OPENAI_BASE_URL is OpenAI's, but OPENAI_API_KEY is not set. Add it, or take the line out."
            )
        return Settings(model or OPENAI_DEFAULT, key, base_url)
    if not model:
        raise SettingsError(
            "OPENAI_BASE_URL is set, but OPENAI_MODEL is not set. Name a model that the server has: OPENAI_MODEL=llama3.2."
        )
    if str(parts.hostname).endswith(AZURE_HOSTS) and not parts.path.rstrip("/").endswith("/v1"):
        raise SettingsError(
            f"OPENAI_BASE_URL is {shown(base_url)}, but Azure's address for this client ends in /openai/v1/. Write for example "
            "https://NAME.openai.azure.com/openai/v1/, and in OPENAI_MODEL the name of your deployment."
        )
    return Settings(model, key or "no-key-needed", base_url)


def _without_endpoint(base_url: str) -> str:
    """An address without the path that the client adds itself, and with the version where OpenAI's own lacks it."""
    endpoint = r"(/chat/completions|(?<=/v1)/(completions|responses|models|embeddings))/?(?=$|\?)"
    base_url = re.sub(endpoint, "", base_url.rstrip(",;"))
    parts = urlsplit(base_url)
    bare = _is_openai(parts.hostname) and parts.path in ("", "/")
    return parts._replace(path="/v1").geturl() if bare else base_url


def _is_openai(host: str | None) -> bool:
    """Whether this is OpenAI itself: api.openai.com, or that of a region."""
    return f".{host}".rstrip(".").endswith(".api.openai.com")


def _check_key(key: str, anywhere: bool) -> None:
    """Raise SettingsError for what is surely no key; the message does not show it. Another server may take any word."""
    words = re.sub(r"[\W_]+|x{3,}", " ", key.lower()).split()
    if key.endswith("...") or (key and not anywhere and NO_KEY.issuperset(words)):
        raise SettingsError("OPENAI_API_KEY still holds the placeholder. Put your own key there, or take the line out.")
    if not re.fullmatch(r"([^\W_][!#-&(-~]*(?<![;,>\])}]))?", key, re.ASCII) or re.match("sk-.*#", key):
        raise SettingsError("OPENAI_API_KEY has a space, a quotation mark or a sign that no key has. Copy it again.")


def _is_web_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return (
            parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0 and not re.search(r"\s", url)
        )
    except ValueError:
        return False


def is_on(value: str) -> bool:
    """Whether WORKBOOK_OFFLINE chooses the offline model. Raises SettingsError for what is neither yes nor no."""
    if value.lower() in ("1", "true", "yes", "on"):
        return True
    if value.lower() in ("", "0", "false", "no", "off"):
        return False
    raise SettingsError(f"WORKBOOK_OFFLINE is {shown(value)}. Write 1 for the offline model, or 0.")
