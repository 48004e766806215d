"""One reply of a model, read from what any server sends, at once or chunk by chunk: whole, or an error; and what it cost."""

from enum import Enum
from typing import Any

from ..content import field, is_of_openai, stated
from ..errors import IncompleteReply, carry
from ..messages import Message
from ..tokens import Counting
from ..unsendable import whole
from .calls import Calls
from .extras import ALL_LIMITS
from .reasoning import Reasoning
from .server_words import no_reply, short, words_of
from .steps import Request
from .thinking import Arriving, after_thinking
from .usage import Usage, numbers

# What a server says where the model has come to an end by itself; anything else is no end. OpenAI says "stop", Hugging
# Face's text-generation-inference "eos_token" and "stop_sequence", Together "eos", gateways to Anthropic "end_turn".
ENDS = {"stop", "eos_token", "stop_sequence", "eos", "end_turn"}
CALL_ENDS = {"tool_calls", "function_call", "tool_call", "tool_use"}  # where it has come to a call
CALLS = "calls a function: offer no tools here, or run the function yourself"
OLD_CALL = (
    "The reply calls a function in the older form, function_call, and the tools here are called by tool_calls. Use a model "
    "or a server that knows these."
)
UNFINISHED = {
    "length": "was cut off at the limit for the reply{limit}: allow a longer one",
    "content_filter": "was stopped by the provider's content filter",
    "tool_calls": CALLS,
    "function_call": CALLS,
}
NOT_OURS = ", which the server sets, or the client"
NOTHING = (
    "The reply broke off before anything came. Some servers end a stream so where the request is larger than their context "
    "window: this one has {tokens:,} tokens as they are counted here. Send less, or look into the server's log."
)
TEXT_ALONE = {"role", "content"}  # the fields of most messages
TEXT_PARTS = ("text", "output_text")
THINKING_PARTS = ("thinking", "redacted_thinking", "reasoning")
THINKING_FIELDS = (
    "reasoning_content",
    "reasoning",
    "thinking_blocks",
)  # of a message; who sends several says the same in each


class Reply:
    """A reply as it arrives, piece by piece. `part` is where it stands: in a choice's "message", or its "delta".

    Where the server says no usage, it is counted as `counting` says, or else as the request's model counts.
    """

    held = 0  # how many of the request's messages the server had already
    is_out = False  # whether some of the text has gone out

    def __init__(self, usage: Usage | None, request: Request, part: str, counting: Counting | None = None) -> None:
        self._usage, self._request, self._counting = usage, request, counting
        self._tools = request.get("tools")
        self._part = part
        self._arriving = Arriving()
        self._came: list[str] = []  # all text, thinking included
        self._said: list[str] = []
        self._refusal, self._finish_reason = "", ""
        self._reported: dict[str, int] = {}
        self._no_reply = self._error = None
        self._has_come = False  # anything at all
        self._made, self._reasoning = Calls(), Reasoning()
        self._old_call = self._is_spoken = self._thought = False
        self._aside: dict[int, list[Any]] = {}  # other choices, by index
        self.is_answer = False
        self.text = ""  # once it is whole

    @property
    def stored(self) -> str:
        """The id under which the server keeps it, if it does."""
        return ""

    @property
    def calls_tools(self) -> bool:
        return bool(self._made)

    @property
    def is_wordless(self) -> bool:
        """Whether it was cut off at the limit before it said a word, or, of a stream, before one went out."""
        said = "".join(self._said)
        said = after_thinking(said) if self._part == "message" else said
        says_more = self._made or self._old_call or self._refusal or self._is_spoken or self._error
        return self._finish_reason.lower() == "length" and not said.strip() and not says_more

    @property
    def has_thought(self) -> bool:
        """Whether the model has thought, as far as can be seen, or as the server says."""
        return bool(self._thought or self._arriving.thought or self._reported.get("reasoning_tokens"))

    @property
    def written(self) -> int:
        """How many tokens the server says that the reply has, without what was thought; 0 where it does not say."""
        written, thought = (self._reported.get(name, 0) for name in ("completion_tokens", "reasoning_tokens"))
        return 0 if self.has_thought and not thought else max(written - thought, 0)

    def message(self, *, reasoning: bool) -> Message:
        """The reply as a message to send back, with what the model has thought where that is needed."""
        message: Message = {"role": "assistant", "content": self.text or None if self._made else self.text}
        if self._made:
            message["tool_calls"] = self._made.made()
        return {**message, **self._reasoning.to_send()} if reasoning else message  # type: ignore[typeddict-item]

    def take(self, answer: Any) -> str:
        """Take in an answer, or a chunk of one; return its text."""
        came, answer, self._has_come = answer, opened(answer), True
        if usage := opened(field(answer, "usage")):
            self._reported |= numbers(usage)
        choices = self._first(field(answer, "choices"))
        said = "".join([self._take(choice) for choice in choices])
        if error := stated(answer, "error"):
            raise IncompleteReply(error_in_words(error), self._text())
        if not choices:
            self._no_reply = came  # or a last chunk that holds the usage only, or one of another choice
        return said

    def _first(self, choices: Any) -> list[Any]:
        """The choices with the index 0, which alone are kept: one without an index has that of its place."""
        first: list[Any] = []
        for place, choice in enumerate(map(opened, choices) if isinstance(choices, (list, tuple)) else []):
            index = field(choice, "index")
            if type(index) is not int:
                index = int(index) if isinstance(index, str) and index.isdecimal() else place
            if choice is not None:
                (first if index == 0 else self._aside.setdefault(index, [])).append(choice)
        return first[:1] if self._part == "message" else first

    def _take(self, choice: Any) -> str:
        self.is_answer = True
        self._error = stated(choice, "error") or self._error
        reason = reason_of(field(choice, "finish_reason"))
        if reason and self._finish_reason.lower() in ("", *ENDS):  # what is no end stays none, whatever comes later
            self._finish_reason = reason
        piece = field(choice, self._part)
        said = opened(piece or field(choice, "message"))  # whole where pieces were expected
        if not isinstance(said, dict) or any(said[name] is not None for name in said.keys() - TEXT_ALONE):
            self._take_more(said, whole=self._part == "message" or not piece)
        came = self._text_of(field(said, "content"))
        self._came.append(came)
        return self._keep(self._arriving.take(came))

    def _take_more(self, said: Any, *, whole: bool) -> None:
        """Take in what stands beside the text of a message, or with `whole=False` of a piece of one."""
        self._refuse(stated(said, "refusal"))
        self._made.take(stated(said, "tool_calls"), whole=whole)
        self._old_call = self._old_call or bool(stated(said, "function_call"))
        self._is_spoken = self._is_spoken or bool(stated(said, "audio"))
        self._reasoning.take(said)
        for name in THINKING_FIELDS:
            if thought := stated(said, name):
                self._think(thought)
                break

    def rest(self) -> str:
        """The text that was held back until now: it could have become thinking, or another choice's."""
        other = self._aside.get(min(self._aside), []) if self._aside and not self.is_answer else []
        said = [self._take(choice) for choice in (other[:1] if self._part == "message" else other)]
        return "".join(said) + self._keep(self._arriving.rest())

    def count(self) -> None:
        """Count what it cost."""
        if self._usage is not None and (self.is_answer or self._reported or self._aside):
            counting = self._counting or Counting.of(self._request["model"])
            text = "".join(self._came) + self._made.text()
            try:
                self._usage.add(self._reported, self._request, text, counting)
            except Exception as error:  # of the caller's own count
                carry(error, reply=self.text)  # it is paid for
                raise

    def whole(self) -> str:
        """The text; raises IncompleteReply unless it is a whole one."""
        text = after_thinking("".join(self._said))
        if problem := self._problem(text):
            cut_off = (text, self.written) if self._finish_reason.lower() == "length" else ()
            raise IncompleteReply(problem, self._text(), *cut_off)
        self.text = text
        return text

    def _problem(self, text: str) -> str:
        if self._error:
            return error_in_words(self._error)
        if self._refusal.strip():
            return f"The model refused to answer: {short(self._refusal)}"
        if not self.is_answer and (self._no_reply is not None or self._part == "message"):
            return no_reply(self._no_reply)
        if not self._has_come:
            return NOTHING.format(
                tokens=(self._counting or Counting.of(self._request["model"])).request(
                    self._request["messages"], self._tools
                )
            )
        if not self._finish_reason:
            return "The reply broke off before its end. Ask again."
        reason = self._finish_reason.lower()
        calls = bool(self._tools and self._made)
        if self._tools and not calls and reason in CALL_ENDS and not self._old_call:
            return "The reply ended as one that calls a tool, but it holds no call. Ask again."
        if self._tools and self._old_call and reason in (*ENDS, *CALL_ENDS):
            return OLD_CALL
        if reason not in ENDS and not (calls and reason in CALL_ENDS):
            unknown = (
                f"ended with the finish_reason {self._finish_reason!r:.60}, which is no end that is known: ask again"
            )
            limit = next((self._request[name] for name in ALL_LIMITS if self._request.get(name)), None)
            problem = UNFINISHED.get(reason, unknown).replace("{limit}", f", {limit:,} tokens" if limit else NOT_OURS)
            return f"The reply {problem}."
        if self._old_call or (self._made and not calls):
            return f"The reply {CALLS}."
        if calls:
            return ""
        if text.strip():
            return ""
        if self._is_spoken:
            return "The reply is spoken, and only text is kept here. Ask for text alone."
        if self._thought or self._arriving.thought or "".join(self._said).strip():
            return "The reply holds thinking and nothing else. Ask again, or allow a longer reply."
        return "The reply is empty. Ask again, or allow a longer reply."

    def _text(self) -> str:
        """What came of it: the reply, or else the refusal, or else the thinking."""
        said = after_thinking("".join(self._said))
        return said if said.strip() else whole(self._refusal) or whole("".join(self._came))

    def _keep(self, text: str) -> str:
        self._said.append(text)
        return text

    def _refuse(self, refusal: Any) -> None:
        """Take in a refusal, which some servers do not say in words."""
        if refusal:
            said = "it gave no reason." if refusal is True else words_of(refusal)
            self._refusal += refusal if isinstance(refusal, str) else said

    def _think(self, thought: Any) -> None:
        """Take in thinking that comes beside the reply: it is paid for, and no part of the reply."""
        self._thought = True
        self._came.append(texts_in(thought))

    def _text_of(self, content: Any) -> str:
        """The text of a reply's content, which some servers send as a list of parts. Thinking is no part of the reply."""
        if content is None or isinstance(content, str):
            return content or ""
        texts = []
        for part in content if isinstance(content, (list, tuple)) else [content]:
            kind, text = stated(part, "type"), field(part, "text")
            if part is None or isinstance(part, str):
                texts.append(part or "")
            elif kind in TEXT_PARTS and isinstance(text, str):
                texts.append(text)
            elif kind == "refusal":
                self._refuse(stated(part, "refusal"))
            elif kind in THINKING_PARTS:
                self._think(part)
            else:
                raise IncompleteReply(
                    f"The reply holds a part that is no text but {kind or type(part).__name__!r}. Ask for text alone.",
                    self._text(),
                )
        return "".join(texts)


def opened(thing: Any) -> Any:
    """An object of the openai package as its fields, which are quicker to read so; anything else as it is."""
    if not is_of_openai(thing):
        return thing
    extra = thing.model_extra  # what the package does not know
    return vars(thing) | extra if extra else vars(thing)


def texts_in(thought: Any) -> str:
    """The words of thinking, which stand in a text, in a part, or in a list of parts."""
    if isinstance(thought, str):
        return thought
    if isinstance(thought, (list, tuple)):
        return "".join(map(texts_in, thought))
    names = ("thinking", "reasoning", "text", "summary", "content")
    return next((texts_in(inner) for name in names if (inner := stated(thought, name))), "")


def reason_of(reason: Any) -> str:
    """A finish reason as a word; "" where a server says nothing, or "null"."""
    if isinstance(reason, Enum):
        reason = reason.value if isinstance(reason.value, str) else reason.name
    word = "" if reason is None else str(reason).strip()
    return "" if word.lower() in ("null", "none") else word


def error_in_words(error: Any) -> str:
    return f"The server answered with an error in place of a reply: {short(words_of(error))}"
