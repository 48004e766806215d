"""What has been learned of the servers behind clients: who asks one again does not pay again for what it is known to refuse."""

from typing import Any
from weakref import WeakKeyDictionary

from .extras import Known

_known: WeakKeyDictionary[Any, dict[str, Known]] = WeakKeyDictionary()


def known_of(client: Any, model: str) -> Known:
    """What is known of a model behind a client, to be added to; nothing yet of a client that cannot be remembered."""
    try:
        return _known.setdefault(client, {}).setdefault(model, Known())
    except TypeError:  # it has no hash, or no weak reference to it can be made
        return Known()
