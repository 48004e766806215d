"""What is sent is decided first; what one turn needs is collected, and kept in the end. Pages are asked for one by one."""

import copy
from contextlib import suppress

from openai import BadRequestError, NotFoundError

from common import MODEL

GONE = "previous_response_not_found"


class KeptByServer:
    def __init__(self, client, system):
        self.client = client
        self.system = system
        self.state = {"messages": [{"role": "system", "content": system}], "last_id": None, "keeps": True}
        self.costs = []
        self.received = []

    messages = property(lambda self: self.state["messages"])
    last_id = property(lambda self: self.state["last_id"])

    def request(self, said, after=None):
        return {"model": MODEL, "instructions": self.system, "input": said, "previous_response_id": after}

    def attempts(self, asked):
        """The requests for a question, the next one if the one before was of no use."""
        if self.state["keeps"] and self.last_id:
            text = {"type": "input_text", "text": asked["content"]}
            yield self.request([{"role": "user", "content": [text]}], self.last_id)
        yield self.request([message for message in self.messages if message["role"] != "system"] + [asked])

    def ask(self, question):
        state, asked = copy.deepcopy(self.state), {"role": "user", "content": question}
        spent = [0, 0]
        for request in self.attempts(asked):
            try:
                answer = self.client.responses.create(**request)
            except BadRequestError as error:
                if error.body.get("code") == GONE:
                    continue
                raise
            self.received.append(answer.id)
            spent[0] += answer.usage.input_tokens
            spent[1] += answer.usage.output_tokens
            if answer.previous_response_id == request["previous_response_id"]:
                break
            state["keeps"] = False
        if answer.incomplete_details or not answer.output_text.strip():
            raise ValueError("The model's reply is not whole. Please ask again.")
        state["messages"] += [asked, {"role": "assistant", "content": answer.output_text}]
        state["last_id"] = answer.id
        self.state = state
        self.costs.append(tuple(spent))
        return answer.output_text

    def branch(self):
        other = type(self)(self.client, self.system)
        other.state = copy.deepcopy(self.state)
        return other

    def delete(self):
        while self.received:
            with suppress(NotFoundError):
                self.client.responses.delete(self.received[0])
            del self.received[0]
        self.state["last_id"] = None


def export(client, response_id):
    messages, after, more = [], {}, True
    while more:
        page = client.responses.input_items.list(response_id, order="asc", limit=50, **after)
        messages += map(plain, page.data)
        after, more = {"after": page.last_id}, page.has_more
    return [message for message in [*messages, *map(plain, client.responses.retrieve(response_id).output)] if message]


def plain(item):
    """A message as a dict; None for what is no message."""
    if getattr(item, "role", None) is None:
        return None
    content = item.content if isinstance(item.content, str) else "".join(part.text for part in item.content)
    return {"role": item.role, "content": content}
