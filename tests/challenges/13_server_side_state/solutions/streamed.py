"""Replies come as streams; the branch is made by the class itself, and what one turn needs is one record."""

from __future__ import annotations

import openai

from common import MODEL


class KeptByServer:
    def __init__(self, client, system, turns=(), last_id=None, deaf=False):
        self._client, self._system = client, system
        self._turns = [*turns]  # pairs: what was asked, what was replied
        self._ids, self._deaf = [], deaf
        self.last_id, self.costs = last_id, []

    @property
    def messages(self):
        said = [({"role": "user", "content": q}, {"role": "assistant", "content": a}) for q, a in self._turns]
        return [{"role": "system", "content": self._system}, *(message for turn in said for message in turn)]

    def _streamed(self, given, bill, **options):
        """The whole response, once its stream is at its end."""
        events = self._client.responses.create(
            model=MODEL, instructions=self._system, input=given, stream=True, **options
        )
        for event in events:
            if event.type == "response.created":
                self._ids.append(event.response.id)
            if event.type in ("response.completed", "response.incomplete"):
                usage = event.response.usage
                bill[0] += usage.input_tokens
                bill[1] += usage.output_tokens
                return event.response
        raise ConnectionError("The stream came to no end.")

    def ask(self, question):
        bill, deaf, response = [0, 0], self._deaf, None
        if self.last_id is not None and not deaf:
            try:
                response = self._streamed(question, bill, previous_response_id=self.last_id)
            except openai.APIStatusError as error:
                if error.code != "previous_response_not_found":
                    raise
            else:
                deaf = response.previous_response_id is None
        if response is None or deaf:
            response = self._streamed([*self.messages[1:], {"role": "user", "content": question}], bill)
        reply = "".join(part.text for item in response.output if item.type == "message" for part in item.content)
        if response.status != "completed" or not reply:
            raise ValueError(f"No whole reply: {response.status}")
        self._turns.append((question, reply))
        self.last_id, self._deaf = response.id, deaf
        self.costs.append((bill[0], bill[1]))
        return reply

    def branch(self):
        return KeptByServer(self._client, self._system, self._turns, self.last_id, self._deaf)

    def delete(self):
        for number, id in enumerate(self._ids):
            try:
                if id:
                    self._client.responses.delete(id)
            except openai.NotFoundError:
                continue
            self._ids[number] = None
        self._ids.clear()
        self.last_id = None


def export(client, response_id):
    items = [*client.responses.input_items.list(response_id, order="desc")][::-1]
    items += client.responses.retrieve(response_id).output
    messages = []
    for item in items:
        if item.type == "message":
            messages.append({"role": item.role, "content": "".join(part.text for part in item.content)})
    return messages
