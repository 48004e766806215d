"""What is asked for beside a reply: the usage of a stream, and a limit. Some servers refuse to be asked; some models think."""

import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from .server_words import told_by
from .steps import Request

STREAM_OPTIONS = "stream_options"
LIMITS = ("max_completion_tokens", "max_tokens")  # the newer parameter, and the older: many servers know only one
ALL_LIMITS = (*LIMITS, "max_output_tokens")  # with that of the Responses API
EFFORT = "reasoning_effort"
REASONING = "reasoning"  # what a model has thought
STORE = "store"
IGNORED = "ignored"
OVER_THE_LIMIT = 16  # tokens that a reply may have above its limit: servers count its end differently
# Of OpenAI's models those that think by default before they reply. It counts in the limit, and OpenAI advises to leave so
# many tokens for both to begin with (https://developers.openai.com/api/docs/guides/reasoning).
THINKS = re.compile(r"(.*/)?(gpt-(5|5-(mini|nano|pro)|5\.5|5\.[6-9].*|[6-9].*)|o\d(-.*)?)(-\d{4}-\d{2}-\d{2})?")
ROOM_FOR_THINKING = 25_000
NEVER_THINKS = re.compile(r"(.*/)?(ft:)?(chatgpt|gpt-[34])")  # OpenAI's older ones
# What an error says of a limit that is known, and too large or too small. It is no reason to go without.
NOT_THE_NUMBER = re.compile(
    r"too (large|big|high|long|small|low)|(maxi|mini)mum|at (most|least)|exceed|greater|less than|range|reduce|[<>]=? ?\d"
)
ABOUT_A_LIMIT = re.compile(r"token|max_|length|context|window")
# An error of another status says nothing of what was asked for: of a key, a right, a rate, a server that is away.
MAY_REFUSE = {400, 404, 405, 413, 415, 422, 500, 501}
TOO_MANY = 429  # some count the limit in the tokens of a minute, and say that the request is too large for them
TOO_MANY_AT_ONCE = re.compile(r"too large|must be reduced")


@dataclass(frozen=True)
class Asking:
    """What is asked for beside a reply, as an API calls it. `least` is the smallest limit, in tokens, that it takes."""

    limits: tuple[str, ...] = LIMITS
    least: int = 1
    always: Request = field(default_factory=dict)
    with_tools: Request = field(default_factory=dict)  # for a model that may think
    said_of: dict[str, tuple[str, ...]] = field(
        default_factory=dict
    )  # words by which an error means a parameter that it does not name
    unasked: dict[str, str] = field(
        default_factory=dict
    )  # parameters that no caller has asked for, and a pattern of words in which an error may be about them
    stream_options: bool = True  # whether a stream has to be asked for its usage
    effort: bool = True  # whether some models take tools only where they are asked not to think


@dataclass
class Known:
    """What has been learned of a server: the parameters that it refuses, and the models that think before they reply.

    `ignored` are limits that it takes and does not keep to, as some servers do with the newer one.
    `wordless` are those that were cut off at a limit before they said a word: they think, whether that is shown or not.
    `doubted` are parameters, and models with their limit, of which one failure makes no rule yet: a second one does.
    `limit` is what the API calls the limit. `unreadable` is what was thought elsewhere, as it is sealed there, and `stored`
    are the ids of the replies that it keeps.
    """

    limit: str = LIMITS[0]
    refused: set[str] = field(default_factory=set)
    ignored: set[str] = field(default_factory=set)
    thinking: set[str] = field(default_factory=set)
    wordless: set[str] = field(default_factory=set)
    doubted: set[str] = field(default_factory=set)
    unreadable: set[str] = field(default_factory=set)
    stored: list[str] = field(default_factory=list)

    def went_well(self, wanted: Request, without: set[str], model: str) -> None:
        """Remember that a reply came with what was `wanted`, after it had not come with what it is `without` now.

        Twice in a row is a rule: of a parameter that it is refused, of a model that it has no limit.
        """
        held = wanted.keys() | ({model} if not wanted.keys().isdisjoint(ALL_LIMITS) else set())
        again = self.doubted & without
        self.refused |= again - {model}
        self.wordless |= again & {model}
        self.doubted = (self.doubted | without) - held

    def gone_without(self) -> set[tuple[str, str]]:
        """The parameters that it is asked without by now, each with the kind of error where none was refused."""
        cut_off = {(self.limit, "IncompleteReply")} if self.wordless else set()
        sealed = {(REASONING, "")} if self.unreadable else set()
        return {(name, "") for name in self.refused} | {(name, IGNORED) for name in self.ignored} | cut_off | sealed


def limit_for(tokens: int, request: Request, known: Known) -> int | None:
    """The limit to ask for, so that a reply has at most `tokens`; None for none.

    What a model thinks counts in it too. So there is room for that with a model of OpenAI's that thinks, and no limit with
    another that was seen to think, or is asked to with an effort: nobody knows here how much it needs.
    """
    model, effort = request["model"], _effort(request)
    if model in known.wordless:
        return None
    if effort != "none":
        if _thinks(model):
            return tokens + ROOM_FOR_THINKING
        if effort or model in known.thinking:
            return None
    return tokens or None


@lru_cache(maxsize=64)
def _thinks(model: str) -> bool:
    return THINKS.fullmatch(model) is not None


def extras(
    request: Request, known: Known, without: set[str], asking: Asking, *, limit: int | None, streamed: bool
) -> Request:
    """The parameters to ask with, beside those of the request. `without` are those that it is tried without.

    Some models take tools only where they do not think: without an effort is with the effort "none".
    """
    left_out = known.refused | known.ignored | without
    more, given = asking.always, as_sent(request)
    if asking.with_tools and "tools" in request and not NEVER_THINKS.match(request["model"]):
        more = more | asking.with_tools
    wanted = {name: value for name, value in more.items() if name not in left_out and name not in given}
    if asking.effort and EFFORT in left_out and _may_think_with_tools(request):
        wanted[EFFORT] = "none"
    if streamed and asking.stream_options and STREAM_OPTIONS not in left_out:
        wanted[STREAM_OPTIONS] = {"include_usage": True}
    name = next((name for name in asking.limits if name not in left_out), None)
    if limit is not None and name and (size := limit_for(limit, request | wanted, known)):
        wanted[name] = max(size, asking.least)
    return wanted


def _may_think_with_tools(request: Request) -> bool:
    """Whether a request offers tools, and the caller does not say how much is to be thought."""
    return "tools" in request and EFFORT not in as_sent(request)


def _effort(request: Request) -> Any:
    """How much is to be thought, where the caller says so, in the words of either API."""
    given = as_sent(request)
    reasoning = given.get("reasoning")
    return given.get(EFFORT) or (reasoning.get("effort") if isinstance(reasoning, dict) else None)


def sets_a_limit(options: Request) -> bool:
    """Whether the caller has limited the replies already."""
    given = as_sent(options)
    return any(name in given for name in ALL_LIMITS)


def as_sent(request: Request) -> Request:
    """All that is sent: the openai package puts what stands in `extra_body` over the rest."""
    more = request.get("extra_body")
    return request | more if isinstance(more, dict) else request


def refused(error: Exception, request: Request, wanted: Request, asking: Asking) -> str | None:
    """Which of the parameters wanted a server, or a client, refuses, if it is that. They have no common code for this.

    It may also refuse that a model thinks with tools, which it does by default: that is an effort, and not wanted.

    They name it: in words, or, where the question holds that word too, in a field of the error.
    """
    if _status(error) not in (None, 200, *MAY_REFUSE - {500}) or isinstance(error, (OSError, TimeoutError)):
        return None
    # an effort is wanted where it has been refused, and without `store` a server may store what is said
    names = [name for name in wanted if name not in (EFFORT, STORE)]
    if asking.effort and EFFORT not in wanted and _may_think_with_tools(request):
        names.append(EFFORT)
    said = told_by(error).lower()
    meant = {name for name, words in asking.said_of.items() if any(each in said for each in words)}
    return next((name for name in names if name in meant or is_about(name, error, str(request))), None)


def doubted(error: Exception, wanted: Request, asking: Asking, *, guessed: bool) -> set[str]:
    """What to leave out once more, because nobody has asked for it and an error may be about it, in whatever words.

    That is a limit that is `guessed`, which some servers refuse for its size, and what an API asks for of itself. Where
    the words fit neither, it is both.
    """
    words = asking.unasked | (dict.fromkeys(asking.limits, ABOUT_A_LIMIT.pattern) if guessed else {})
    names, said = words.keys() & wanted.keys(), told_by(error).lower()
    if _status(error) == TOO_MANY and TOO_MANY_AT_ONCE.search(said):
        return names & set(asking.limits)
    if _status(error) not in MAY_REFUSE:
        return set()
    return {name for name in names if re.search(words[name], said)} or names


def _status(error: Exception) -> Any:
    response = getattr(error, "response", None)
    return getattr(error, "status_code", None) or getattr(response, "status_code", None)


def not_kept_to(written: int, wanted: Request, asking: Asking) -> set[str]:
    """The limit of a request, where its reply has more tokens than that, so that the server ignores it; or none."""
    return {name for name in asking.limits if name in wanted and written > wanted[name] + OVER_THE_LIMIT}


def is_about(name: str, error: Exception, request: str) -> bool:
    """Whether an error is about a parameter: it names it in words, or, where the request holds that word too, in a field."""
    if name in ALL_LIMITS and NOT_THE_NUMBER.search(told_by(error).lower()):
        return False
    if name not in request:
        return re.search(rf"\b{name}\b", told_by(error)) is not None
    return (isinstance(error, TypeError) and name in str(error)) or _holds(getattr(error, "body", None), name)


def _holds(value: Any, name: str) -> bool:
    """Whether one of the texts inside a JSON value is the parameter's name, and nothing else."""
    if isinstance(value, dict):
        return any(
            _holds(inner, name) for key, inner in value.items() if key != "input"
        )  # there some repeat the request
    return any(_holds(inner, name) for inner in value) if isinstance(value, (list, tuple)) else value == name
