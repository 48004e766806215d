"""What an answer costs, and the setting for it."""

import pytest
from openai.types.completion_usage import CompletionUsage, PromptTokensDetails

from chat_memory import Usage
from common import Price, SettingsError

from .reading import settings


@pytest.mark.parametrize("written", ["0.2 0.02 0.25 1", "0.2, 0.02, 0.25, 1", "0.2;0.02;0.25;1.0"])
def test_the_price_is_read_from_the_settings(tmp_path, written):
    assert settings(tmp_path).price == Price(0.10, 0.01, 0.125, 0.50)
    assert settings(tmp_path, f"OPENAI_PRICE={written}\n").price == Price(0.2, 0.02, 0.25, 1.0)
    assert settings(tmp_path, OPENAI_PRICE=written, WORKBOOK_OFFLINE="1").price.output == 1.0


@pytest.mark.parametrize("written", ["free", "0.1", "0.1 0.2 0.3", "0.1 0.2 0.3 0.4 0.5", "-1 0 0 0", "nan 1 1 1"])
def test_a_price_of_another_form_is_refused(tmp_path, written):
    with pytest.raises(SettingsError, match=r"OPENAI_PRICE is .*four numbers"):
        settings(tmp_path, OPENAI_PRICE=written)


@pytest.mark.parametrize(
    ("cached", "written", "dollars"), [(None, None, 1.1), (1_000_000, None, 0.2), (400_000, 600_000, 0.215)]
)
def test_a_usage_has_a_price(cached, written, dollars):
    price = Price(input=1.0, cached=0.1, cache_write=0.125, output=10.0)
    usage = CompletionUsage(prompt_tokens=1_000_000, completion_tokens=10_000, total_tokens=1_010_000)
    assert price.of(usage) == pytest.approx(1.1)
    details = {"cached_tokens": cached, "cache_write_tokens": written}
    usage = usage.model_copy(update={"prompt_tokens_details": PromptTokensDetails(**details)})
    assert price.of(usage) == pytest.approx(dollars)
    assert price.of(Usage(1, 1_000_000, 10_000, cached or 0, written or 0)) == pytest.approx(price.of(usage))
