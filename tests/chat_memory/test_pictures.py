"""What pictures cost: the figures of OpenAI's guide, sizes from real files, and no price where nothing is published."""

import base64
import sys
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from chat_memory import count_tokens, message_tokens
from chat_memory.pictures import PATCHES, TILES, picture_tokens, size_in

from .histories import REPEATABLE


def picture(width, height, form="PNG", detail=None, **options):
    """A picture of one colour as a part of a message."""
    file = BytesIO()
    Image.new("RGB", (width, height), "#2a6").save(file, form, **options)
    url = f"data:image/{form.lower()};base64,{base64.b64encode(file.getvalue()).decode()}"
    return {"type": "image_url", "image_url": {"url": url} | ({"detail": detail} if detail else {})}


@pytest.mark.parametrize(
    ("model", "width", "height", "detail", "tokens"),
    [
        ("gpt-4o", 1_024, 1_024, "high", 765),
        ("gpt-4o-2024-08-06", 2_048, 4_096, "high", 1_105),
        ("gpt-4o", 4_096, 8_192, "low", 85),
        ("gpt-4o", 512, 512, None, 85 + 170),  # not enlarged
        ("gpt-4o", 513, 512, "auto", 85 + 2 * 170),
        ("gpt-4o-mini", 1_024, 1_024, None, 2_833 + 4 * 5_667),
        ("gpt-5-chat-latest", 1_024, 1_024, "high", 70 + 4 * 140),
        ("o3", 100, 100, "high", 75 + 150),
        ("gpt-5.4", 1_024, 1_024, "high", 1_229),
        ("gpt-5.4-mini", 2_048, 2_048, "high", 3_000),
        ("gpt-5.4", 2_048, 2_048, "auto", 3_000),
        ("gpt-5.4", 2_048, 2_048, "low", 4_916),  # more than with high detail: the guide says so
        ("gpt-5.5", 2_048, 2_048, "auto", 4_916),
        ("gpt-5.6-luna", 2_048, 2_048, "low", 308),
        ("gpt-5.6-terra", 4_096, 3_072, None, 14_746),
        ("gpt-4.1-mini", 1_024, 1_024, "low", 1_659),
        ("o4-mini", 1_800, 2_400, None, 2_498),  # 1,452 patches, as in the guide's example
        ("gpt-4.1-nano-2025-04-14", 1_024, 1_024, None, 2_520),
    ],
)
def test_a_picture_costs_what_is_published_for_its_model_size_and_detail(model, width, height, detail, tokens):
    part = picture(width, height, detail=detail)
    assert picture_tokens(part, model) == tokens
    assert message_tokens({"role": "user", "content": [part]}, model) == 3 + 1 + tokens


@pytest.mark.parametrize(
    ("form", "options"),
    [
        ("PNG", {}),
        ("GIF", {}),
        ("WEBP", {}),
        ("WEBP", {"lossless": True}),
        ("JPEG", {}),
        ("JPEG", {"icc_profile": b"p" * 150_000}),
    ],
)
def test_the_size_is_read_from_the_header_of_any_kind_that_the_api_takes(form, options):
    assert size_in(picture(301, 77, form, **options)["image_url"]["url"]) == (301, 77)


PNG = picture(40, 30)["image_url"]["url"]


def data_url(kind, data):
    return {"type": "image_url", "image_url": {"url": f"data:image/{kind};base64,{base64.b64encode(data).decode()}"}}


def test_the_size_is_read_whatever_letters_the_address_begins_with():
    assert size_in(PNG.replace("data:image/png;base64", "DATA:image/PNG;Base64")) == (40, 30)


def test_where_the_package_that_reads_sizes_is_missing_the_error_says_the_next_step(monkeypatch):
    monkeypatch.setitem(sys.modules, "imagesize", None)
    message = {"role": "user", "content": [picture(40, 30)]}
    with pytest.raises(RuntimeError, match=r"imagesize, which is not installed.*pip install imagesize.*part_tokens="):
        count_tokens([message], model="gpt-4o")
    assert count_tokens([message], model="gpt-4o", part_tokens=700) == 3 + 3 + 1 + 700


@pytest.mark.parametrize(
    ("part", "model"),
    [
        (picture(40, 30), "gpt-6-luna"),  # nothing is published
        (picture(40, 30), "a-deployment"),
        (picture(40, 30, detail="original"), "gpt-4o"),  # the model does not have it
        (picture(40, 30, detail=["low"]), "gpt-4o"),
        (picture(40, 30, "BMP"), "gpt-4o"),  # the API does not take it
        (data_url("svg+xml", b'<svg xmlns="http://www.w3.org/2000/svg" width="40" height="30"/>'), "gpt-4o"),
        ({"type": "image_url", "image_url": {"url": "https://example.org/cat.png"}}, "gpt-4o"),
        ({"type": "image_url", "image_url": {"url": "https://example.org/cat.png", "detail": "low"}}, "gpt-5.4"),
        ({"type": "image_url", "image_url": {"url": PNG[:30]}}, "gpt-4o"),
        ({"type": "image_url", "image_url": {"url": "data:image/png;base64,☃"}}, "gpt-4o"),
        ({"type": "image_url", "image_url": {"url": "data:image/png,raw"}}, "gpt-4o"),
        ({"type": "image_url", "image_url": PNG}, "gpt-4o"),
        ({"type": "image_url"}, "gpt-4o"),
        ({"type": "input_audio", "input_audio": {"data": "AAAA", "format": "wav"}}, "gpt-4o"),
        ({"type": "file", "file": {"file_id": "file_7"}}, "gpt-4o"),
    ],
)
def test_where_no_price_is_known_the_error_says_the_next_step_and_the_caller_can_give_one(part, model):
    message = {"role": "user", "content": [{"type": "text", "text": "Look:"}, part]}
    with pytest.raises(ValueError, match=r"messages\[0\]\['content'\]\[1\] is a (picture|sound|file).*part_tokens="):
        count_tokens([message], model=model)
    without = count_tokens([message | {"content": "Look:"}], model=model)
    assert count_tokens([message], model=model, part_tokens=700) == without + 700
    assert count_tokens([message], model=model, part_tokens=lambda given: 9 if given == part else -1) == without + 9


def test_a_price_by_the_address_alone_is_one_where_detail_is_low_and_a_tile_is_not_counted():
    far = {"type": "image_url", "image_url": {"url": "https://example.org/cat.png", "detail": "low"}}
    assert picture_tokens(far, "gpt-4.1") == 85


@pytest.mark.parametrize("returned", [-1, 1.5, None])
def test_a_price_that_is_no_number_of_tokens_is_an_error(returned):
    message = {"role": "user", "content": [picture(40, 30)]}
    with pytest.raises((TypeError, ValueError), match="part_tokens must return"):
        count_tokens([message], part_tokens=lambda part: returned)
    with pytest.raises((TypeError, ValueError), match="part_tokens"):
        count_tokens([message], part_tokens=-1 if returned is None else returned)


def sized(width, height, detail):
    """A picture that is its header alone."""
    head = (
        b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"
        + width.to_bytes(4, "big")
        + height.to_bytes(4, "big")
        + b"\x08\x02\0\0\0"
        + b"\0" * 20
    )
    url = "data:image/png;base64," + base64.b64encode(head).decode()
    return {"type": "image_url", "image_url": {"url": url, "detail": detail}}


@REPEATABLE
@given(
    st.integers(1, 70_000),
    st.integers(1, 70_000),
    st.sampled_from([*TILES, *PATCHES]),
    st.sampled_from(["low", "high", "auto"]),
)
def test_any_size_has_a_price_within_its_limits_whichever_way_it_lies(width, height, model, detail):
    tokens = picture_tokens(sized(width, height, detail), model)
    assert tokens == picture_tokens(sized(height, width, detail), model)
    if model in TILES:
        base, tile = TILES[model]
        assert tokens == base if detail == "low" else base < tokens <= base + 8 * tile
    else:
        price, limits = PATCHES[model]
        side, most = limits[detail].side, limits[detail].patches
        most = most or (side // 32 + 1) ** 2
        assert 1 <= tokens <= -(-price * most // 100)
