"""The server: a request comes in as httpx2 sends it, an answer goes out; no sockets, threads or files in between."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from itertools import accumulate
from typing import Any, NamedTuple

import httpx2
import openai

from mock_model import completion, embedding, responses, tokens
from mock_model.caching import PromptCache, fingerprint, prefixes
from mock_model.catalogue import EMBEDDING_MODELS, MODELS, EmbeddingModel, Model
from mock_model.failures import BrokenStream, Failures, connection_lost, raise_failure
from mock_model.replying import Reply, reply_to
from mock_model.responses import ApiError
from mock_model.validation import validate

BASE_URL = "http://offline-model.invalid/v1"  # a name that never resolves (RFC 2606): nothing can leave the machine

_OVERFLOW = {  # with tools or not, because of the reply limit or not
    (False, False): "your messages resulted in {total} tokens. Please reduce the length of the messages.",
    (True, False): "your messages resulted in {total} tokens ({messages} in the messages, {tools} in the functions). "
    "Please reduce the length of the messages or functions.",
    (False, True): "you requested {total} tokens ({messages} in the messages, {reply} in the completion). "
    "Please reduce the length of the messages or completion.",
    (True, True): "you requested {total} tokens ({messages} in the messages, {tools} in the functions, and {reply} in "
    "the completion). Please reduce the length of the messages, functions, or completion.",
}
_NOT_JSON = (
    "We could not parse the JSON body of your request. (HINT: This likely means you aren't using your HTTP library "
    "correctly. The OpenAI API expects a JSON payload, but what was sent was not valid JSON. If you have trouble "
    "figuring out how to fix this, please contact us through our help center at help.openai.com.)"
)
_NO_KEY = (
    "You didn't provide an API key. You need to provide your API key in an Authorization header using Bearer auth "
    "(i.e. Authorization: Bearer YOUR_KEY), or as the password field (with blank username) if you're accessing the API "
    "from your browser and are prompted for a username and password. You can obtain an API key from "
    "https://platform.openai.com/account/api-keys."
)

_SURROGATE = re.compile(rb"\\u[dD][89abAB]|\\u[dD][c-fC-F]")

ALL_MODELS = MODELS | EMBEDDING_MODELS
ReplyFunction = Callable[[dict[str, Any], Callable[[str], bool]], Reply]


class Prompt(NamedTuple):
    """What a request costs before it is answered, in tokens."""

    total: int
    lengths: list[int]  # of tools and messages up to each message
    limit: int  # of the reply: what the request, the model and the window allow
    requested: int | None  # of the reply: what the request says


class MockServer:
    """An OpenAI-compatible server with models that know only what the request holds.

    `context_window` (tokens) replaces the window of every chat model. With `api_key` only that key is accepted, without it
    any. `reply_to(body, fits)` says what is replied: `body` is the checked request with the `reasoning_effort` in
    force, `fits(text)` tells whether a text is within the reply limit. State between requests: the prompt cache, which
    changes only the cache figures in `usage`, and the failures asked for. Raises ValueError for a window below 1.
    """

    def __init__(
        self,
        *,
        context_window: int | None = None,
        api_key: str | None = None,
        reply_to: ReplyFunction = reply_to,
    ) -> None:
        if context_window is not None and context_window < 1:
            raise ValueError(f"A context window holds at least one token, but context_window is {context_window}.")
        self._context_window = context_window
        self._api_key = api_key
        self._reply_to = reply_to
        self._cache = PromptCache()
        self._failures = Failures()

    def client(self) -> openai.OpenAI:
        """A real `openai.OpenAI` whose requests this server answers. It does not retry unless told to."""
        http_client = httpx2.Client(transport=httpx2.MockTransport(self.handle))
        return openai.OpenAI(api_key="offline", base_url=BASE_URL, max_retries=0, http_client=http_client)

    def async_client(self) -> openai.AsyncOpenAI:
        """A real `openai.AsyncOpenAI`, as `client`."""
        http_client = httpx2.AsyncClient(transport=httpx2.MockTransport(self.handle))
        return openai.AsyncOpenAI(api_key="offline", base_url=BASE_URL, max_retries=0, http_client=http_client)

    def fail_next(self, kind: str | int, times: int = 1) -> None:
        """Let the next requests fail, in the order asked for; a request that is refused anyway does not count.

        It holds for chat completions and embeddings alike, but "empty" and "length" wait for the next chat completion.

        Kinds: 429 (rate limit), "quota", 500, 503, "timeout", "connection" (refused), "drop" (the answer breaks off),
        "empty" (reasoning uses up the limit), "length" (the answer is cut half-way). Raises ValueError for others.
        """
        self._failures.add(kind, times)

    def handle(self, request: httpx2.Request) -> httpx2.Response:
        """Answer a request. Raises only what a failing network raises, and only when `fail_next` asked for it."""
        try:
            _check_key(request, self._api_key)
            return self._route(request, request.method, request.url.path)
        except ApiError as error:
            return error.response()

    def _route(self, request: httpx2.Request, method: str, path: str) -> httpx2.Response:
        if path == "/v1/chat/completions":
            _check_method(method, "POST", path)
            return self._answer(request)
        if path == "/v1/embeddings":
            _check_method(method, "POST", path)
            return self._embed(request)
        if path == "/v1/models":
            _check_method(method, "GET", path)
            return responses.json_response(responses.model_list(ALL_MODELS))
        if path.startswith("/v1/models/"):
            _check_method(method, "GET", path)
            return responses.json_response(responses.model_object(_find_model(path.removeprefix("/v1/models/"))))
        message = (
            f"Invalid URL ({method} {path}). "
            "The offline model offers chat completions, embeddings and the list of models only."
        )
        raise ApiError(404, message)

    def _embed(self, request: httpx2.Request) -> httpx2.Response:
        body = _parse(request.content)
        model, texts, lengths = embedding.validate(body)
        failure = self._failures.next(words=False)
        if failure is not None:
            raise_failure(failure, request, model.name, sum(lengths))
            raise connection_lost(request)
        return responses.json_response(embedding.answer(body, model, texts, lengths))

    def _answer(self, request: httpx2.Request) -> httpx2.Response:
        model, body = validate(_parse(request.content))
        prompt = self._measure(model, body)
        failure = self._failures.next()
        if failure is not None:
            raise_failure(failure, request, model.name, prompt.total + (prompt.requested or 0))
        keys = prefixes(body)
        id = _request_id(body, keys[-1])
        reply = self._reply(model, body, prompt, id, failure)
        cache = self._cache.use(model, body, keys, prompt.lengths)
        usage = responses.usage(prompt.total, reply, cache)
        if not body.get("stream"):
            if failure == "drop":
                raise connection_lost(request)
            return responses.json_response(responses.chat_completion(id, model, reply, usage))
        include_usage = bool(body.get("stream_options", {}).get("include_usage"))
        events = responses.stream_events(id, model, reply, usage, include_usage=include_usage)
        headers = {"content-type": "text/event-stream; charset=utf-8"}
        if failure == "drop":
            return httpx2.Response(200, headers=headers, stream=BrokenStream(events, request))
        return httpx2.Response(200, headers=headers, content=b"".join(events))

    def _measure(self, model: Model, body: dict[str, Any]) -> Prompt:
        """Count the prompt. Raises ApiError when it, or it and the reply limit, exceed the context window."""
        in_tools = tokens.count_tools(body.get("tools", ()), model.encoding, model.function_tokens)
        counts = [tokens.count_message(message, model.encoding) for message in body["messages"]]
        in_format = tokens.count_format(body.get("response_format"), model.encoding)
        in_messages = sum(counts) + tokens.PRIMING + in_format
        window = self._context_window or model.context_window
        requested = body.get("max_completion_tokens", body.get("max_tokens"))
        _check_window(window, in_messages, in_tools, requested or 0)
        if requested is not None and requested > model.max_output:
            name = "max_completion_tokens" if "max_completion_tokens" in body else "max_tokens"
            message = (
                f"This model supports at most {model.max_output} completion tokens, whereas you provided {requested}."
            )
            raise ApiError(400, f"{name} is too large: {requested}. {message}", param=name)
        total = in_messages + in_tools
        limit = min(requested or model.max_output, window - total)
        return Prompt(total, list(accumulate(counts, initial=in_tools + in_format))[1:], limit, requested)

    def _reply(
        self, model: Model, body: dict[str, Any], prompt: Prompt, id: str, failure: str | None
    ) -> completion.Completion:
        """Ask for the reply and cut it to its limits, or shorter when that is the failure asked for."""
        if failure == "empty":
            return completion.all_reasoning(min(prompt.limit, prompt.requested or 512))
        reply = self._reply_to(body, lambda text: tokens.count_text(text, model.encoding) <= prompt.limit)
        stop = body.get("stop", ())
        options = {"stop": [stop] if isinstance(stop, str) else stop, "encoding": model.encoding}
        whole = completion.complete(reply, id, limit=prompt.limit, **options)
        if failure != "length":
            return whole
        half = whole.reasoning_tokens + (whole.tokens - whole.reasoning_tokens) // 2
        return completion.complete(reply, id, limit=half, **options)


def _parse(content: bytes) -> Any:
    """The body of a request. Half an emoji in it ("\\ud83d" alone) is no Unicode, and refused as what is no JSON is.

    OpenAI refuses it too, as its users report; whether in these words is not known.
    """
    try:
        body = json.loads(content.decode("utf-8"), parse_constant=_no_number)
        if _SURROGATE.search(content):
            json.dumps(body, ensure_ascii=False).encode("utf-8")
    except (ValueError, RecursionError) as error:
        raise ApiError(400, _NOT_JSON) from error
    return body


def _no_number(name: str) -> None:
    raise ValueError(f"{name} is no number of JSON.")


def _request_id(body: dict[str, Any], prompt: bytes) -> str:
    """The id of the answer: the same for the same request, streamed or not."""
    rest = {name: value for name, value in body.items() if name not in ("messages", "stream", "stream_options")}
    return f"chatcmpl-{fingerprint(rest, prompt).hex()}"


def _check_key(request: httpx2.Request, expected: str | None) -> None:
    key = request.headers.get("authorization", "").removeprefix("Bearer").strip()
    if not key:
        raise ApiError(401, _NO_KEY)
    if expected is not None and key != expected:
        masked = key if len(key) <= 12 else key[:8] + "*" * (len(key) - 12) + key[-4:]
        message = (
            f"Incorrect API key provided: {masked}. "
            "You can find your API key at https://platform.openai.com/account/api-keys."
        )
        raise ApiError(401, message, code="invalid_api_key")


def _check_method(method: str, expected: str, path: str) -> None:
    if method != expected:
        message = (
            f"Not allowed to {method} on {path}. (HINT: Perhaps you meant to use a different HTTP method?) "
            f"The offline model offers {expected} only."
        )
        raise ApiError(405, message)


def _find_model(name: str) -> Model | EmbeddingModel:
    if name not in ALL_MODELS:
        raise ApiError(404, f"The model '{name}' does not exist", param="model", code="model_not_found")
    return ALL_MODELS[name]


def _check_window(window: int, messages: int, tools: int, reply: int) -> None:
    """The prompt must fit into the window, and so must the prompt and the reply limit together. All in tokens."""
    prompt = messages + tools
    if prompt + reply <= window:
        return
    too_long = prompt > window  # whatever the reply limit
    sentence = _OVERFLOW[tools > 0, not too_long].format(
        total=prompt if too_long else prompt + reply, messages=messages, tools=tools, reply=reply
    )
    message = f"This model's maximum context length is {window} tokens. However, {sentence}"
    raise ApiError(400, message, param="messages", code="context_length_exceeded")
