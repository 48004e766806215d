"""What comes of a response in a stream: texts and calls in pieces, and each item whole, however a server numbers them.

An item is known by its id, and by its place where its id says nothing: some servers call each place 0, or leave out of
their numbers what stands before it at the end, and some give one item an id with each event.
"""

from itertools import count

from .items import CALLS, Item

Part = tuple[int, int, str]  # of an item, its part, and whether that is a text or a refusal


class Pieces:
    """The items of one stream, numbered as they come."""

    def __init__(self) -> None:
        self._ids: dict[str, int] = {}
        self._at: dict[int, int] = {}  # the newest item of a place
        self._numbers = count()
        self._announced: set[int] = set()  # items that an event of their own has begun
        self._doubtful: set[int] = set()  # items at a place of another one, which may be the same under another id
        self._texts: dict[Part, str] = {}  # as far as they have come
        self._ended: set[Part] = set()
        self._written: dict[int, str] = {}  # of calls
        self._whole: list[tuple[int, Item]] = []
        self.thought: set[int] = set()  # items of which what was thought has come

    @property
    def whole(self) -> list[Item]:
        """The items that have come whole, in their order."""
        return [item for _, item in self._whole]

    @property
    def written(self) -> list[str]:
        """What the model has written of calls."""
        return list(self._written.values())

    def item(self, ids: list[str], place: int, *, begins: bool = False) -> int:
        """The number of the item with one of these ids, or at this place, where its ids are not known.

        An id that is not known belongs to what was announced there, and else to an item of its own.
        """
        number = next((self._ids[id] for id in ids if id in self._ids), None)
        has_another_id = False
        if number is None and not begins:
            there = self._at.get(place)
            has_another_id = bool(ids) and there not in self._announced and there in self._ids.values()
            number = None if has_another_id else there
        if number is None:
            number = next(self._numbers)
            self._doubtful |= {number} if has_another_id else set()
            self._announced |= {number} if begins else set()
        self._ids.update(dict.fromkeys(ids, number))
        self._at[place] = number
        return number

    def add(self, part: Part, piece: str) -> str:
        """Add a piece of a text. Returns it, or "" where the text has come whole already."""
        if part in self._ended:
            return ""
        self._texts[part] = self._texts.get(part, "") + piece
        return piece

    def end(self, part: Part, text: str) -> str:
        """Take in a whole text. Returns what of it has not come yet; in doubt the end of all decides."""
        came = self._texts.get(part, "")
        if part in self._ended:
            return ""
        self._ended.add(part)
        if not text.startswith(came) or (part[0] in self._doubtful and not came):
            return ""
        self._texts[part] = text
        return text[len(came) :]

    def write(self, number: int, piece: str) -> None:
        """Add a piece of a call."""
        self._written[number] = self._written.get(number, "") + piece

    def keep(self, number: int, item: Item) -> None:
        """Keep a whole item. One that comes again takes the place of the first."""
        if item["type"] in CALLS:
            self._written[number] = "".join(str(item.get(name) or "") for name in ("name", CALLS[item["type"]][1]))
        same = [
            place
            for place, (other, known) in enumerate(self._whole)
            if other == number and known["type"] == item["type"] and known.get("call_id") == item.get("call_id")
        ]
        if same:
            self._whole[same[0]] = (number, item)
        else:
            self._whole.append((number, item))
