"""Which model answers, where it runs, and how it is reached."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from .price import LIST_PRICE, Price

OPENAI_URL = "https://api.openai.com/v1"
OFFLINE_MODEL = "offline-model"
OWN_LIMIT = 300  # tokens: for a reply on a server that is not OpenAI's, unless OPENAI_REPLY_LIMIT says otherwise
# https://learn.microsoft.com/azure/ai-foundry/openai/api-version-lifecycle
AZURE_KINDS = ("openai.azure", "services.ai.azure", "cognitiveservices.azure")
AZURE_HOSTS = tuple(f".{kind}.{cloud}" for kind in AZURE_KINDS for cloud in ("com", "us", "cn"))


@dataclass(frozen=True)
class Settings:
    """Which model answers, and how it is reached. `key` is kept out of every message and representation."""

    model: str
    key: str | None = None
    base_url: str | None = None  # None: OpenAI itself, or the offline model
    price: Price = LIST_PRICE
    reply_limit: int | None = None  # tokens, 0 for no limit; None: as is best for the server

    @property
    def offline(self) -> bool:
        return self.key is None and self.base_url is None

    @property
    def limit_parameter(self) -> str:
        """The name under which the server takes a limit for the reply, in tokens.

        OpenAI's current models refuse `max_tokens`, at OpenAI and on Azure; Ollama and llama-cpp-python silently ignore
        `max_completion_tokens`.
        """
        host = (urlsplit(self.base_url or OPENAI_URL).hostname or "").rstrip(".")
        own = host.endswith((".openai.com", ".azure-api.net", *AZURE_HOSTS))
        return "max_completion_tokens" if own else "max_tokens"

    @property
    def default_limit(self) -> int | None:
        """The most tokens of a reply where a request says nothing of a limit; None for no limit.

        A small model may never come to an end, so a server that is not OpenAI's is asked for at most OWN_LIMIT.
        """
        if self.offline:
            return None
        if self.reply_limit is not None:
            return self.reply_limit or None
        return OWN_LIMIT if self.limit_parameter == "max_tokens" else None

    @property
    def place(self) -> str:
        """Where the model runs, without any password that the address may hold."""
        if self.offline:
            return "this program"
        parts = urlsplit(self.base_url or OPENAI_URL)
        host = f"[{parts.hostname}]" if ":" in str(parts.hostname) else parts.hostname
        return f"{host}:{parts.port}" if parts.port else f"{host}"

    def __repr__(self) -> str:
        return f"Settings(model={self.model!r}, place={self.place!r}, key={'set' if self.key else None})"

    def __str__(self) -> str:
        if self.offline:
            return f"Answers come from the workbook's offline model ({self.model}): no key, no network, no cost."
        if self.base_url:
            return f"Answers come from {self.model} at {self.place}{self._and_limit}."
        return f"Answers come from {self.model} by OpenAI, which bills them{self._and_limit}."

    @property
    def _and_limit(self) -> str:
        limit = self.default_limit
        return f", with at most {limit} tokens in a reply (OPENAI_REPLY_LIMIT sets another limit)" if limit else ""
