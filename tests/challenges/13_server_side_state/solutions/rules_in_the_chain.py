"""The rules are a system message of the chain; and export walks the chain, as far back as it goes."""

from __future__ import annotations

from contextlib import suppress

import openai

from common import MODEL


class NotWhole(Exception):
    """A reply that is empty or cut off."""


class KeptByServer:
    def __init__(self, client, system, said=(), last_id=None, ignores=False):
        self.client, self.rules = client, {"role": "system", "content": system}
        self.said, self.last_id, self.ignores = list(said), last_id, ignores
        self.ids: set[str] = set()
        self.usages: list[list[openai.types.responses.ResponseUsage]] = []

    @property
    def messages(self):
        return [dict(self.rules), *(dict(message) for message in self.said)]

    @property
    def costs(self):
        return [(sum(u.input_tokens for u in turn), sum(u.output_tokens for u in turn)) for turn in self.usages]

    def _send(self, messages, paid, previous=openai.omit):
        response = self.client.responses.create(model=MODEL, input=messages, previous_response_id=previous)
        self.ids.add(response.id)
        paid.append(response.usage)
        return response

    def _answered(self, question, paid):
        """The response to a question, and whether the server has ignored the id for it."""
        ignored = False
        if self.last_id and not self.ignores:
            try:
                response = self._send(question["content"], paid, self.last_id)
                if response.previous_response_id == self.last_id:
                    return response, False
                ignored = True
            except openai.APIStatusError as error:
                if error.code != "previous_response_not_found":
                    raise
        return self._send([*self.messages, question], paid), ignored

    def ask(self, question):
        asked, paid = {"role": "user", "content": question}, []
        response, ignored = self._answered(asked, paid)
        text = response.output_text
        if response.status == "incomplete" or not text:
            raise NotWhole(response.incomplete_details)
        self.said += [asked, {"role": "assistant", "content": text}]
        self.last_id = response.id
        self.ignores |= ignored
        self.usages.append(paid)
        return text

    def branch(self):
        return KeptByServer(self.client, self.rules["content"], self.said, self.last_id, self.ignores)

    def delete(self):
        for id in sorted(self.ids):
            try:
                self.client.responses.delete(id)
            except openai.APIStatusError as error:
                if error.status_code != 404:
                    raise
            self.ids.discard(id)
        self.last_id = None


def export(client, response_id):
    """From the first response to the last: each item once, whether or not a list repeats what came before."""
    chain = [client.responses.retrieve(response_id)]
    with suppress(openai.NotFoundError):  # what is deleted is in the lists of those after it
        while chain[-1].previous_response_id:
            chain.append(client.responses.retrieve(chain[-1].previous_response_id))
    items = {}
    for response in reversed(chain):
        for item in client.responses.input_items.list(response.id, order="asc"):
            items.setdefault(item.id, item)
        for item in response.output:
            items.setdefault(item.id, item)
    return [
        {"role": item.role, "content": "".join(part.text for part in item.content)}
        for item in items.values()
        if item.type == "message"
    ]
