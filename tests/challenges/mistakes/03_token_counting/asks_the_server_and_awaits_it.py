"""Sends the request with an asynchronous client."""
# fails: test_nothing_is_sent_and_nothing_changed
# hint: asks the server

import asyncio

from common import MODEL, get_async_client


async def ask(messages):
    answer = await get_async_client().chat.completions.create(model=MODEL, messages=messages)
    return answer.usage.prompt_tokens


def count_tokens(messages):
    return asyncio.run(ask(messages))
