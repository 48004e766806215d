"""The server: a request comes in as httpx2 sends it, an answer goes out; no sockets, threads or files in between."""

from __future__ import annotations

import time
from collections.abc import Callable

import httpx2
import openai

from mock_model.api import bodies, embedding
from mock_model.api.answering import ReplyFunction, answers
from mock_model.api.bodies import ApiError
from mock_model.api.caching import PromptCache
from mock_model.api.catalogue import MODELS, EmbeddingModel, Model
from mock_model.api.entry import check_key, check_method, parse
from mock_model.api.failures import BrokenStream, Failures, connection_lost, raise_failure
from mock_model.api.families import chat_model, embedding_model
from mock_model.api.prefixes import prompt_keys, request_id
from mock_model.api.validation import validate
from mock_model.api.window import measure, refuse_overflow
from mock_model.embeddings import count, is_here, missing_weights_told, offered, vector
from mock_model.responses import routes
from mock_model.responses.kept import Kept
from mock_model.responses.serving import KEEPS, Keeps, Serving
from mock_model.tasks.reply import reply_to

BASE_URL = "http://offline-model.invalid/v1"  # a name that never resolves (RFC 2606): nothing can leave the machine


class MockServer:
    """An OpenAI-compatible server with models that know only what the request holds.

    `context_window` (tokens) replaces the window of every chat model. With `api_key` only that key is accepted, without it
    any. `reply_to(body, fits)` says what is replied: `body` is the checked request with the `reasoning_effort` in
    force, `fits(text)` tells whether a text is within the reply limit. State between requests: the responses and
    conversations that later requests may name, as far as `keeps` says (see `Serving`); the prompt cache, which changes only
    the cache figures in `usage`; and the failures asked for. `clock` tells the seconds by which all that grows old:
    `clock=lambda: now` lets time pass as fast as `now` is set. With `any_model` any name of OpenAI's families is a
    model, by that family's rules (`families`). Raises ValueError for a window below 1.
    """

    def __init__(
        self,
        *,
        context_window: int | None = None,
        api_key: str | None = None,
        reply_to: ReplyFunction = reply_to,
        clock: Callable[[], float] = time.monotonic,
        keeps: Keeps = "all",
        any_model: bool = False,
    ) -> None:
        if context_window is not None and context_window < 1:
            raise ValueError(f"A context window holds at least one token, but context_window is {context_window}.")
        if keeps not in KEEPS:
            raise ValueError(f"A server keeps one of {', '.join(KEEPS)}, but keeps is {keeps!r}.")
        self._context_window = context_window
        self._api_key = api_key
        self._reply_to = reply_to
        self._cache = PromptCache(clock)
        self._failures = Failures()
        self._any_model = any_model
        self._serving = Serving(reply_to, self._cache, self._failures, Kept(clock), context_window, keeps, any_model)

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

        It holds for chat completions, responses and embeddings alike, but "overflow", "empty", "length" and "refusal" wait
        for the next reply in words, and "failed" for the next response; those behind them do not wait.

        Kinds: 429 (rate limit), "quota", 500, 503, "timeout", "connection" (refused), "drop" (the answer breaks off),
        "overflow" (as if the window were a token too small), "empty" (reasoning uses up the limit), "length" (the answer is
        cut half-way), "refusal" (the model will not answer), "failed" (the response has the status failed; streamed, half of
        it is said before). Raises ValueError for others.
        """
        self._failures.add(kind, times)

    def handle(self, request: httpx2.Request) -> httpx2.Response:
        """Answer a request. Raises only what a failing network raises, and only when `fail_next` asked for it."""
        try:
            check_key(request, self._api_key)
            return self._route(request, request.method, request.url.path)
        except ApiError as error:
            return error.response()

    def _route(self, request: httpx2.Request, method: str, path: str) -> httpx2.Response:
        if path == "/v1/chat/completions":
            check_method(method, "POST", path)
            return self._answer(request)
        if path == "/v1/embeddings":
            check_method(method, "POST", path)
            return self._embed(request)
        if path == "/v1/models":
            check_method(method, "GET", path)
            return bodies.json_response(bodies.model_list(MODELS | offered()))
        if path.startswith("/v1/models/"):
            check_method(method, "GET", path)
            return bodies.json_response(bodies.model_object(self._model(path.removeprefix("/v1/models/"))))
        if routes.is_here(path):
            return routes.route(self._serving, request, method, path)
        message = (
            f"Invalid URL ({method} {path}). "
            "The offline model offers chat completions, responses, conversations, embeddings and the list of models only."
        )
        raise ApiError(404, message)

    def _embed(self, request: httpx2.Request) -> httpx2.Response:
        body = parse(request.content)
        with missing_weights_told():
            model, texts, lengths = embedding.validate(body, any_model=self._any_model, count=count)
        failure = self._failures.next(words=False)
        if failure is not None:
            raise_failure(failure, request, model.name, sum(lengths))
            raise connection_lost(request)
        return bodies.json_response(embedding.answer(body, model, texts, lengths, vector))

    def _answer(self, request: httpx2.Request) -> httpx2.Response:
        model, body = validate(parse(request.content), any_model=self._any_model)
        prompt = measure(model, body, self._context_window)
        failure = self._failures.next()
        if failure == "overflow":
            refuse_overflow(model, body)
        if failure is not None:
            raise_failure(failure, request, model.name, prompt.total + (prompt.requested or 0) * body.get("n", 1))
        keys = prompt_keys(body)
        id = request_id(body, keys[-1])
        choices = answers(self._reply_to, model, body, prompt, id, failure)
        cache = self._cache.use(model, body, keys, prompt.lengths)
        usage = bodies.usage(prompt.total, choices, cache)
        if not body.get("stream"):
            if failure == "drop":
                raise connection_lost(request)
            return bodies.json_response(bodies.chat_completion(id, model, choices, usage))
        events = bodies.stream_events(id, model, choices, usage, body.get("stream_options", {}))
        headers = {"content-type": "text/event-stream; charset=utf-8"}
        if failure == "drop":
            return httpx2.Response(200, headers=headers, stream=BrokenStream(events, request))
        return httpx2.Response(200, headers=headers, content=b"".join(events))

    def _model(self, name: str) -> Model | EmbeddingModel:
        found = chat_model(name, self._any_model) or embedding_model(name, self._any_model)
        if found is None or (isinstance(found, EmbeddingModel) and not is_here(found)):
            raise ApiError(404, f"The model '{name}' does not exist", param="model", code="model_not_found")
        return found
