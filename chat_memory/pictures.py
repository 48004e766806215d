"""What a picture costs in tokens, as OpenAI publishes it: by the model, the picture's size in pixels, and the detail.

The rules and the figures are those of OpenAI's guide "Images and vision", "Model sizing behavior" and "Calculating costs"
(https://developers.openai.com/api/docs/guides/images-vision), as read in November 2026. For GPT-6 it says nothing.

- Some models cost a base and so much for each tile of 512 × 512 pixels, once the picture has been scaled down to 2,048
  pixels, and its shorter side to 768. With low detail it is the base alone, whatever the size.
- Others cost so much for each patch of 32 × 32 pixels, once the picture has been scaled down to a longest side and a
  number of patches, which depend on the detail.
"""

import base64
import re
from io import BytesIO
from math import ceil, floor, sqrt
from typing import Any, NamedTuple

TILE, TILED_LONGEST, TILED_SHORTER = 512, 2_048, 768  # pixels
TILES = {  # tokens: the base, and a tile
    "gpt-5.1": (70, 140),
    "gpt-5": (70, 140),
    "gpt-4o": (85, 170),
    "gpt-4.1": (85, 170),
    "gpt-4.5": (85, 170),
    "gpt-4o-mini": (2_833, 5_667),
    "o1": (75, 150),
    "o1-pro": (75, 150),
    "o3": (75, 150),
}
PATCH = 32  # pixels


class Limits(NamedTuple):
    """To what a picture is scaled down."""

    side: int  # pixels
    patches: int | None = None


FAR = Limits(65_535)  # a picture of more than 30,000 patches is refused
LARGE, MEDIUM, WIDE, SMALL = Limits(6_000, 10_000), Limits(2_048, 2_500), Limits(2_048, 6_144), Limits(512)
OLDER = Limits(65_535, 1_536)  # what the guide said of these models until they were to be shut down
WITH_AUTO_AS_ORIGINAL = {"low": SMALL, "high": MEDIUM, "original": LARGE, "auto": LARGE}
WITH_AUTO_AS_HIGH = {"low": WIDE, "high": MEDIUM, "original": LARGE, "auto": MEDIUM}
ALL_WIDE, ALL_OLDER = dict.fromkeys(("low", "high", "auto"), WIDE), dict.fromkeys(("low", "high", "auto"), OLDER)
PATCHES = {  # hundredths of a token for each patch, and the limits by detail
    **dict.fromkeys(
        ("gpt-5.6", "gpt-5.6-sol", "gpt-5.6-terra", "gpt-5.6-luna"),
        (120, {"low": SMALL, "high": MEDIUM, "original": FAR, "auto": FAR}),
    ),
    "gpt-5.5": (120, WITH_AUTO_AS_ORIGINAL),
    **dict.fromkeys(("gpt-5.4", "gpt-5.4-mini", "gpt-5.4-nano"), (120, WITH_AUTO_AS_HIGH)),
    "gpt-5.2": (120, ALL_WIDE),
    "gpt-4.1-mini": (162, ALL_WIDE),
    "gpt-4.1-nano": (246, ALL_OLDER),
    "gpt-5-mini": (120, ALL_OLDER),
    "gpt-5-nano": (150, ALL_OLDER),
    "o4-mini": (172, ALL_OLDER),
}
VERSION = re.compile(r"(-chat)?(-latest|-preview)?(-\d{4}-\d{2}-\d{2})?$")  # at the end of a model's name
FORMATS = re.compile(rb"\x89PNG\r\n|\xff\xd8|GIF8[79]a|RIFF.{4}WEBP", re.DOTALL)  # how those begin that the API takes
HEADER = 65_536  # letters of base64 that are read first: few pictures say their size later


def picture_tokens(part: Any, model: str) -> int | None:
    """The tokens of a picture in a message; None for what is no picture, and where nothing is published or known.

    Its size is read from its header, so the picture has to be in the message, as a data: URL with a PNG, JPEG, GIF or WebP.
    """
    picture = part.get("image_url") if part.get("type") == "image_url" else None
    url, family = picture.get("url") if isinstance(picture, dict) else None, VERSION.sub("", model)
    if not isinstance(picture, dict) or not isinstance(url, str):
        return None
    if not isinstance(detail := picture.get("detail") or "auto", str):
        return None
    if family in TILES and detail in ("low", "high", "auto"):
        base, tile = TILES[family]
        if detail == "low":
            return base
        return base + tile * _tiles(*size) if (size := size_in(url)) else None
    price, limits = PATCHES.get(family, (0, {}))
    if detail not in limits or not (size := size_in(url)):
        return None
    return -(-price * _patches(*size, limits[detail]) // 100)


def size_in(url: str) -> tuple[int, int] | None:
    """The width and the height, in pixels, of the picture in a data: URL; None where it does not say them.

    Raises RuntimeError where the package that reads them is not installed.
    """
    kind, comma, data = url.partition(",")
    if not (comma and kind.lower().startswith("data:image/") and kind.lower().endswith(";base64")):
        return None
    try:
        import imagesize  # type: ignore[import-untyped]  # where pictures are, and nowhere else
    except ImportError as error:
        raise RuntimeError(
            "The size of a picture is read with the package imagesize, which is not installed. Install it (pip install "
            "imagesize), or say what a picture costs with part_tokens=, a number or a function of the part."
        ) from error
    for letters in (HEADER, len(data)):
        try:
            header = base64.b64decode(data[:letters])
            if not FORMATS.match(header):
                return None
            width, height = imagesize.get(BytesIO(header), exif_rotation=False)
        except Exception:  # whatever a broken picture brings about
            continue
        if width > 0 and height > 0:
            return int(width), int(height)
    return None


def _tiles(width: int, height: int) -> int:
    longest, shorter = max(width, height), min(width, height)
    scale = min(1, TILED_LONGEST / longest)
    scale = min(scale, TILED_SHORTER / shorter)
    return ceil(floor(longest * scale) / TILE) * ceil(floor(shorter * scale) / TILE) or 1


def _patches(width: int, height: int, limits: Limits) -> int:
    scale = min(1, limits.side / max(width, height))
    width, height = max(1, round(width * scale)), max(1, round(height * scale))
    patches = ceil(width / PATCH) * ceil(height / PATCH)
    if limits.patches is None or patches <= limits.patches:
        return patches
    shrink = sqrt(PATCH**2 * limits.patches / (width * height))
    across, down = width * shrink / PATCH, height * shrink / PATCH
    shrink *= min(max(1, floor(across)) / across, max(1, floor(down)) / down)
    return min(ceil(floor(width * shrink) / PATCH) * ceil(floor(height * shrink) / PATCH), limits.patches)
