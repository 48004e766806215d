"""What has been learned of the servers behind clients: who asks one again does not pay again for what it is known to refuse."""

from time import monotonic
from typing import Any
from weakref import finalize

from .extras import Known

FORGOTTEN_AFTER = 3_600  # seconds: a server is updated, a gateway has a bad day
MOST_MODELS = 64  # of one client
Place = tuple[str, str, str]  # the server's address, the API, the model
_known: dict[int, dict[Place, tuple[float, Known]]] = {}


def known_of(client: Any, model: str, api: str = "chat") -> Known:
    """What is known of a model behind a client, to be added to, for an hour from the first time on.

    What an openai client makes by `with_options` counts as the same one. Nothing is known of a client that cannot be
    remembered.
    """
    address = str(getattr(client, "base_url", ""))
    client = getattr(client, "__dict__", {}).get("_client", client)  # what both of them share
    if id(client) not in _known:
        try:
            finalize(client, _known.pop, id(client), None)
        except TypeError:  # no weak reference to it can be made
            return Known()
    places = _known.setdefault(id(client), {})
    since, known = places.get((address, api, model), (0.0, None))
    if known is None or monotonic() - since > FORGOTTEN_AFTER:
        for old in list(places)[: len(places) - MOST_MODELS + 1]:
            places.pop(old, None)
        known = Known()
        places[address, api, model] = (monotonic(), known)
    return known
