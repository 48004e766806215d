"""What it costs to hold a paid server against the contract: counted on the offline model, said before anything is sent."""

from __future__ import annotations

from common import OFFLINE_MODEL, Price, offline_server

from .criteria import every_criterion
from .judging import judge
from .reaching import greet
from .server import Asked, Server

WINDOW = 8_000  # tokens: of the offline model here, so that little is counted


def requests_of_all() -> Asked:
    """What the greeting and all criteria ask of the offline model: requests, tokens in, and the sum of all limits."""
    server = greet(Server(offline_server(context_window=WINDOW).client(), OFFLINE_MODEL, window=WINDOW), [])
    for each in every_criterion():
        judge(each, server)
    return server.asked


def most(asked: Asked, price: Price) -> float:
    """The most that it costs, in dollars: each reply as long as its limit, nothing read from a cache."""
    return (asked.tokens_in * price.input + asked.most_out * price.output) / 1_000_000


def more_at_worst(price: Price, window: int | None) -> float:
    """What the two requests that are too long for the window cost more, in dollars, where they are not refused."""
    return 2.5 * (window or 0) * price.input / 1_000_000


def in_words(asked: Asked, money: float, price: Price, window: int | None) -> str:
    """The price in a sentence, with what a server costs that does not refuse what is too long."""
    said = (
        f"About {asked.requests} requests, {asked.tokens_in:,} tokens in and at most {asked.most_out:,} out: at most about "
        f"{money:.4f} dollars, at {price.input:g} in and {price.output:g} out per million tokens (OPENAI_PRICE says others)."
    )
    if window:
        dearer = more_at_worst(price, window)
        said += f" Two of them are too long for the window. If they are not refused, they cost about {dearer:.2f} dollars more."
    return said
