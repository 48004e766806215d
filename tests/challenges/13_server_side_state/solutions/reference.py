"""A conversation that the server keeps, with an own copy beside it."""

from contextlib import suppress

import openai

from common import MODEL


class KeptByServer:
    """A conversation that the server keeps, with your own copy beside it."""

    def __init__(self, client: openai.OpenAI, system: str) -> None:
        self.client, self.system = client, system
        self.messages = [{"role": "system", "content": system}]
        self.last_id = None
        self.costs = []
        self.got = []  # the ids of all responses that may be on the server
        self.server_keeps = True

    def ask(self, question: str) -> str:
        """Ask a question and return the reply. A failure changes nothing."""
        new = {"role": "user", "content": question}
        answers = []
        if self.last_id and self.server_keeps:
            answers += self.continued(new)
        ignored = bool(answers) and answers[0].previous_response_id != self.last_id
        if ignored or not answers:
            answers.append(self.create([*self.messages[1:], new]))
        newest = answers[-1]
        if newest.status != "completed" or not newest.output_text.strip():
            raise RuntimeError(f"The reply is not whole: its status is {newest.status}. Ask again.")
        self.server_keeps = self.server_keeps and not ignored
        self.messages = [*self.messages, new, {"role": "assistant", "content": newest.output_text}]
        self.last_id = newest.id
        usages = [answer.usage for answer in answers]
        self.costs.append((sum(usage.input_tokens for usage in usages), sum(usage.output_tokens for usage in usages)))
        return newest.output_text

    def continued(self, new: dict) -> list:
        """The answer of a server that was sent the question alone; none where it no longer has the conversation."""
        try:
            return [self.create([new], previous_response_id=self.last_id)]
        except openai.BadRequestError as error:
            if error.code != "previous_response_not_found":
                raise
            return []

    def create(self, messages: list[dict], **options: str):
        answer = self.client.responses.create(model=MODEL, instructions=self.system, input=messages, **options)
        self.got.append(answer.id)
        return answer

    def branch(self) -> "KeptByServer":
        """Return another conversation, which goes on from what was said so far."""
        other = KeptByServer(self.client, self.system)
        other.messages, other.last_id, other.server_keeps = [*self.messages], self.last_id, self.server_keeps
        return other

    def delete(self) -> None:
        """Delete from the server what this object has got from it. Your own copy stays."""
        while self.got:
            with suppress(openai.NotFoundError):  # then it is gone
                self.client.responses.delete(self.got[-1])
            self.got.pop()
        self.last_id = None


def export(client: openai.OpenAI, response_id: str) -> list[dict]:
    """Return what was said in the conversation that ends with this response, as plain messages, oldest first."""
    response = client.responses.retrieve(response_id)
    went_in = client.responses.input_items.list(response_id, order="asc", limit=100)
    messages = [item for item in (*went_in, *response.output) if item.type == "message"]
    return [{"role": item.role, "content": "".join(part.text for part in item.content)} for item in messages]
