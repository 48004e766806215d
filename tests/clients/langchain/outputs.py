"""Checks of structured output: by schema, by a tool and by JSON mode, from several kinds of schema, and streamed."""

from typing import Annotated, Literal

from langchain_openai import ChatOpenAI
from pydantic import BaseModel, Field
from typing_extensions import TypedDict

from kit import check, expect

model = ChatOpenAI(model="gpt-4o-mini", temperature=0, max_retries=0)


class Order(BaseModel):
    """An order in a shop."""

    item: str = Field(description="what is ordered, one word")
    quantity: int = Field(description="how many of it")


class Trip(TypedDict):
    """A trip that somebody plans."""

    city: Annotated[str, ..., "where it goes"]
    days: Annotated[int, ..., "how many days it lasts"]


class Guest(BaseModel):
    """A guest at a dinner."""

    name: str
    age: int | None = None


class Dinner(BaseModel):
    """A dinner with its guests."""

    day: Literal["Friday", "Saturday", "Sunday"]
    guests: list[Guest]


METHODS = ("json_schema", "function_calling")
ORDERED = "I would like to order 14 lanterns, please."


@check("structured output")
def _() -> None:
    for method in METHODS:
        order = model.with_structured_output(Order, method=method).invoke(ORDERED)
        expect(isinstance(order, Order) and order.quantity == 14 and "lantern" in order.item, f"{method} read {order}.")
        trip = model.with_structured_output(Trip, method=method).invoke("We travel to Ljubljana for 6 days.")
        expect(trip == {"city": "Ljubljana", "days": 6}, f"{method} read {trip}.")
    asked = f"{ORDERED} Reply in JSON with the keys item and quantity."
    order = model.with_structured_output(Order, method="json_mode").invoke(asked)
    expect(order.quantity == 14 and "lantern" in order.item, f"json_mode read {order}.")


@check("structured output, nested")
def _() -> None:
    asked = "The dinner is on Saturday. The guests are Ingrid, who is 41, and Tomasz, who is 38."
    for method in METHODS:
        dinner = model.with_structured_output(Dinner, method=method).invoke(asked)
        read = (dinner.day, [(guest.name, guest.age) for guest in dinner.guests])
        expect(read == ("Saturday", [("Ingrid", 41), ("Tomasz", 38)]), f"{method} read {dinner}.")


@check("structured output, raw")
def _() -> None:
    for method in METHODS:
        both = model.with_structured_output(Order, method=method, include_raw=True, strict=True).invoke(ORDERED)
        expect(both["parsing_error"] is None and both["parsed"].quantity == 14, f"{method}: {both}")
    schema = {
        "title": "Room",
        "description": "A room in a hotel",
        "type": "object",
        "properties": {"number": {"type": "integer"}, "floor": {"type": "integer"}},
        "required": ["number", "floor"],
    }
    room = model.with_structured_output(schema).invoke("My room has the number 512, on floor 5.")
    expect(room == {"number": 512, "floor": 5}, f"It read {room}.")


@check("structured output streamed")
def _() -> None:
    for method in METHODS:
        parts = list(model.with_structured_output(Trip, method=method).stream("We travel to Ljubljana for 6 days."))
        expect(parts[-1] == {"city": "Ljubljana", "days": 6}, f"{method} streamed {parts[-1]}.")


@check("responses structured output")
def _() -> None:
    speaking = ChatOpenAI(model="gpt-4o-mini", use_responses_api=True)
    for method in METHODS:
        order = speaking.with_structured_output(Order, method=method).invoke(ORDERED)
        expect(order.quantity == 14 and "lantern" in order.item, f"{method} read {order}.")
