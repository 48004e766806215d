"""What lesson 09 claims of embeddings: a vector for each text, in their order, the same for the same text."""

from __future__ import annotations

import openai

from ..judging import Broken, Otherwise, criterion
from ..server import NoReply, Server
from ..words import said_by

TEXTS = ["The user's dog is called Rex.", "The user's rent is 850 euros.", "The user's dog is called Rex."]
LIKE = 0.99  # the cosine from which on two vectors are one: a server may calculate in another order


@criterion("Embeddings: a vector for each text, in order, all as long, the same for the same text", lesson=9)
def embeddings(server: Server) -> str:
    try:
        answer = server.embed(TEXTS)
    except (openai.APIStatusError, NoReply) as error:
        raise Otherwise(f"Not offered as {server.embedding_model}, {said_by(error)}") from None
    vectors = [item.embedding for item in sorted(answer.data, key=lambda item: item.index)]
    if len(vectors) != len(TEXTS):
        raise Broken(f"For {len(TEXTS)} texts there came {len(vectors)} vectors.")
    if len({len(vector) for vector in vectors}) > 1 or not vectors[0]:
        raise Broken(f"The vectors have {', '.join(str(len(vector)) for vector in vectors)} numbers.")
    same, other = cosine(vectors[0], vectors[2]), cosine(vectors[0], vectors[1])
    if same < LIKE or other >= LIKE:
        raise Broken(f"The same text twice has the cosine {same:.3f}, another text {other:.3f}.")
    return f"{len(vectors[0])} numbers each; the same text twice has the cosine {same:.3f}, another text {other:.3f}."


def cosine(one: list[float], other: list[float]) -> float:
    lengths = sum(x * x for x in one) * sum(y * y for y in other)
    return sum(x * y for x, y in zip(one, other, strict=True)) / (lengths**0.5 or 1.0)
