"""Run in Pyodide: a server on this machine is asked, as the browser's own requests do it, and then one that is not there."""

import contextlib
import io
import json

QUESTION = [{"role": "user", "content": "My cat is called Miso. What is my cat called?"}]


async def run(job):
    """What the server has answered: whole, in pieces, to a client without `await` where Node lets one wait; and the error."""
    from pyodide.ffi import can_run_sync

    import common

    with contextlib.redirect_stdout(io.StringIO()) as said:
        common.use(json.loads(job)["server"], "offline-model")
    found = {"said": said.getvalue(), "plain": None}
    asked = {"model": common.MODEL, "messages": QUESTION}
    async with common.get_async_client() as client:
        whole = await client.chat.completions.create(**asked)
        pieces = [piece async for piece in await client.chat.completions.create(**asked, stream=True)]
    found["whole"] = whole.choices[0].message.content
    found["pieces"] = [piece.choices[0].delta.content or "" for piece in pieces if piece.choices]
    if can_run_sync():
        found["plain"] = common.get_client().chat.completions.create(**asked).choices[0].message.content
    with contextlib.redirect_stdout(io.StringIO()):
        common.use("http://127.0.0.1:9/v1", "offline-model")
    try:
        async with common.get_async_client() as client:
            await client.with_options(max_retries=0).chat.completions.create(**asked)
    except common.openai.APIConnectionError as error:
        found["error"] = common.no_answer(error)
    with contextlib.redirect_stdout(io.StringIO()):
        common.use(model="offline-model")
    return json.dumps(found)
