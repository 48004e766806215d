"""Reads a picture as an eye does: its texts, what each part is painted on, and how well it is seen there."""

from xml.etree import ElementTree

SVG = "{http://www.w3.org/2000/svg}"


def read(picture) -> ElementTree.Element:
    return ElementTree.fromstring(picture.svg)


def texts(picture) -> list[str]:
    """Every piece of text in the picture, in order."""
    return ["".join(element.itertext()) for element in read(picture).iter(f"{SVG}text")]


def luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    dark, light = sorted([luminance(one), luminance(other)])
    return (light + 0.05) / (dark + 0.05)


def inks(
    element: ElementTree.Element, x: float = 0, y: float = 0, painted: list | None = None
) -> list[tuple[str, str]]:
    """(text colour, colour painted under it) for every piece of text, in the order in which they are painted."""
    found, painted = [], [] if painted is None else painted
    for child in element:
        left, top = x + float(child.get("x", 0)), y + float(child.get("y", 0))
        if child.tag == f"{SVG}rect":
            painted.append((left, top, float(child.get("width")), float(child.get("height")), child.get("fill")))
        elif child.tag == f"{SVG}text":
            under = [fill for a, b, w, h, fill in painted if a <= left <= a + w and b <= top <= b + h][-1]
            found += [(part.get("fill"), under) for part in child.iter() if part.get("fill")]
        found += inks(child, left, top, painted) if child.tag == f"{SVG}svg" else []
    return found
