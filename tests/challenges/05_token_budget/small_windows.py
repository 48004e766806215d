"""A conversation through a small window, trimmed before each request to the offline model."""

from __future__ import annotations

import openai

from common import OFFLINE_MODEL

from ..engine.learner_code import Work
from ..engine.recording_server import RecordingServer
from . import hints
from .budgets import Counting
from .trimming import trimmed


def expect_a_talk_without_refusals(challenge: Work) -> None:
    """A conversation through a small window: nothing is refused, and what was said just now is known."""
    server = RecordingServer(context_window=150)
    client, history = server.client(), [{"role": "system", "content": "Be brief."}]
    for number, town in enumerate("Lima Cusco Puno Ica Tacna Piura Nazca Huaraz Arequipa Ayacucho".split()):
        pasted = " The way there:" + number % 4 * " by bus, by train and on foot," if number % 4 else ""
        for question in (f"My next stop is {town}.{pasted}", "What is my next stop?"):
            history.append({"role": "user", "content": question})
            scene, sent = trimmed(challenge, history, 120, Counting())
            refused = ""
            try:
                reply = client.chat.completions.create(model=OFFLINE_MODEL, messages=sent).choices[0].message.content
            except openai.OpenAIError as error:
                refused = str(error)
            scene.expect(
                not refused,
                f"The server, with a window of 150, refused it: {refused}",
                why="One refusal is the end of a conversation.",
                hint=hints.REFUSED,
            )
            history.append({"role": "assistant", "content": reply})
        scene.show("It answered", reply)
        scene.expect(
            town in reply,
            f"The answer should name {town}, which was said in the turn before.",
            why="A request that loses what was said just now is no memory.",
            hint=hints.RECENT_CONTEXT,
        )
