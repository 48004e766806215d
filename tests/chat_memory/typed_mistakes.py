"""Mistakes that a type checker finds: `tests/test_types.py` has mypy refuse each line with a mark, and no other."""

from openai import AsyncOpenAI, OpenAI
from openai.types.chat import ChatCompletionMessage

from chat_memory import ChatMemory, Message, count_tokens, sliding_window, split_turns, summarize, trim_to_budget
from chat_memory.facts import UserFacts
from chat_memory.messages import Part
from chat_memory.store import ConversationStore
from chat_memory.summary import summarize_async
from common import reply_limit

history: list[Message] = [{"role": "user", "content": "Hi"}]
facts = UserFacts(ConversationStore("chats.db"), "ana")

no_role: Message = {"content": "Hi"}  # refused
misspelt: Message = {"role": "user", "contents": "Hi"}  # refused
a_number: Message = {"role": "user", "content": 3}  # refused
a_role_alone: list[Message] = [{"role": "user"}, "Hi"]  # refused
without_a_type: Part = {"text": "Hi"}  # refused
half_a_call: Message = {"role": "assistant", "tool_calls": [{"type": "function"}]}  # refused

count_tokens("Hi")  # refused
count_tokens({"role": "user", "content": "Hi"})  # refused
count_tokens(["Hi"])  # refused
count_tokens(None)  # refused
count_tokens(history, "gpt-4o")  # refused: the model is named by its name
trim_to_budget(history)  # refused: no budget
trim_to_budget(history, "1000")  # refused
sliding_window(history, 2.5)  # refused
split_turns(history)[0].upper()  # refused
reply_limit("200")  # refused


def keep(reply: ChatCompletionMessage) -> int:
    history.append(reply)  # refused
    return count_tokens([reply])  # refused


def talk(memory: ChatMemory) -> int:
    return memory.ask("Hi")  # refused: a reply is text


def read(message: Message) -> str:
    return message["content"].upper()  # refused: it may be None, or parts


class Silent:
    """No client: it has no `chat`."""

    completions = None


async def with_the_wrong_client() -> None:
    ChatMemory("sk-...")  # refused
    ChatMemory(Silent())  # refused
    ChatMemory(OpenAI)  # refused: the class, not a client of it
    summarize(AsyncOpenAI(), history)  # refused
    await summarize_async(OpenAI(), history)  # refused
    facts.find_by_meaning(AsyncOpenAI(), "Where do I live?")  # refused
