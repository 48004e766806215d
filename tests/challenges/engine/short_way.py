"""The short way of a request from the openai client to a server in the same process, where it has to be quick.

The client prepares each request for a network: half of the time that an answer takes. Here the server is asked at once. What
is sent, what comes back and what is raised is the same; and whatever is out of the ordinary goes the client's own way.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache, wraps
from typing import Any

import httpx2
import openai
from openai._base_client import SyncAPIClient
from openai._models import FinalRequestOptions, add_request_id
from openai._utils import is_given
from openai._utils._json import openapi_dumps

from .recording_server import checked_type

Handler = Callable[[httpx2.Request], httpx2.Response]
PATHS = ("/chat/completions", "/responses")
SEND = httpx2.Client.send  # where another stands in its place, somebody looks at what is sent


def shortened(request: Callable[..., Any]) -> Callable[..., Any]:
    """`SyncAPIClient.request`, in short for a reply of the model that is asked of a server in this process."""

    @wraps(request)
    def requested(client: SyncAPIClient, cast_to: type, options: FinalRequestOptions, **stream: Any) -> Any:
        server = getattr(getattr(client._client, "_transport", None), "handler", None)
        if server is None or stream.get("stream") or not _is_ordinary(client, options):
            return request(client, cast_to, options, **stream)
        response = _answer(server, _sent(client, options))
        if not response.is_success:
            raise client._make_status_error_from_response(response)
        made = checked_type(type_=cast_to, value=json.loads(response.content))
        add_request_id(made, response.headers.get("x-request-id"))
        return made

    return requested


def _is_ordinary(client: SyncAPIClient, options: FinalRequestOptions) -> bool:
    """Whether nothing but a body is sent, and once."""
    return (
        options.method == "post"
        and options.url in PATHS
        and not any((options.params, options.extra_json, options.files, options.content))
        and not any(map(is_given, (options.headers, options.post_parser)))
        and not any((client._custom_headers, client._custom_query))
        and bool(client.auth_headers)
        and httpx2.Client.send is SEND
        and options.get_max_retries(client.max_retries) == 0
    )


def _sent(client: SyncAPIClient, options: FinalRequestOptions) -> httpx2.Request:
    """The request, with those of its headers that a server looks at."""
    headers = {**client.auth_headers, "Content-Type": "application/json"}
    return httpx2.Request(
        "POST", _url(str(client.base_url), options.url), headers=headers, content=openapi_dumps(options.json_data)
    )


@cache
def _url(base: str, path: str) -> httpx2.URL:
    return httpx2.URL(f"{base.rstrip('/')}{path}")


def _answer(server: Handler, request: httpx2.Request) -> httpx2.Response:
    """What the server answers. Raises what the client raises where there is no answer."""
    try:
        response = server(request)
    except httpx2.TimeoutException as error:
        raise openai.APITimeoutError(request=request) from error
    except httpx2.RequestError as error:
        raise openai.APIConnectionError(request=request) from error
    response.request = request
    return response
