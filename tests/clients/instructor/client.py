"""Instructor: Pydantic models out of replies, in each of its modes for OpenAI, asked again where an answer does not fit."""

from collections.abc import Iterable
from typing import Literal

import openai
from instructor.core.exceptions import IncompleteOutputException, InstructorRetryException
from pydantic import BaseModel, Field, field_validator

import instructor
from instructor import Mode
from kit import check, expect, fail_next, raises, run

MODEL = "offline-model"
TEXT = "Torvald is 46 years old and lives in Bergen."


class Person(BaseModel):
    """A person of whom a text tells."""

    name: str
    age: int
    city: str


class Guest(BaseModel):
    """A guest of a hotel."""

    name: str
    age: int


class Weather(BaseModel):
    """The weather in a city."""

    city: str


class Ferry(BaseModel):
    """A ferry to a town."""

    town: str


def client(mode: Mode = Mode.TOOLS) -> instructor.Instructor:
    return instructor.from_openai(openai.OpenAI(max_retries=0), mode=mode)


def asked(text: str, *before: dict) -> list[dict]:
    return [*before, {"role": "user", "content": text}]


def is_torvald(found: Person) -> None:
    expect((found.name, found.age, found.city) == ("Torvald", 46, "Bergen"), f"It was {found!r}.")


def person(mode: Mode) -> None:
    is_torvald(client(mode).chat.completions.create(model=MODEL, response_model=Person, messages=asked(TEXT)))


@check("chat")
def _() -> None:
    said = client().chat.completions.create(
        model=MODEL, response_model=None, messages=asked("My mule is called Pim. What is my mule called?")
    )
    expect("Pim" in said.choices[0].message.content, f"It said {said.choices[0].message.content!r}.")


@check("structured output")
def _() -> None:
    person(Mode.TOOLS)


@check("structured output, strict tools")
def _() -> None:
    person(Mode.TOOLS_STRICT)


@check("structured output, json")
def _() -> None:
    person(Mode.JSON)


@check("structured output, json schema")
def _() -> None:
    person(Mode.JSON_SCHEMA)


@check("structured output, json in markdown")
def _() -> None:
    person(Mode.MD_JSON)


@check("structured output, responses")
def _() -> None:
    found = client(Mode.RESPONSES_TOOLS).responses.create(model=MODEL, response_model=Person, input=TEXT)
    is_torvald(found)


@check("structured output, by provider")
def _() -> None:
    made = instructor.from_provider(f"openai/{MODEL}")
    is_torvald(made.create(response_model=Person, messages=asked(TEXT)))


@check("structured output async")
async def _() -> None:
    made = instructor.from_openai(openai.AsyncOpenAI(max_retries=0))
    is_torvald(await made.chat.completions.create(model=MODEL, response_model=Person, messages=asked(TEXT)))


@check("structured output, history")
def _() -> None:
    before = [{"role": "user", "content": TEXT}, {"role": "assistant", "content": "A fine place to live."}]
    messages = asked("Fill the form for Torvald with what I told you.", *before)
    is_torvald(client().chat.completions.create(model=MODEL, response_model=Person, messages=messages))


@check("structured output, choice")
def _() -> None:
    class Ticket(BaseModel):
        """A ticket of the help desk."""

        kind: Literal["bug", "question", "praise"]
        urgent: bool

    found = client().chat.completions.create(
        model=MODEL, response_model=Ticket, messages=asked("This is a bug, and it is urgent: nothing prints any more.")
    )
    expect((found.kind, found.urgent) == ("bug", True), f"It was {found!r}.")


@check("structured output, union")
def _() -> None:
    class Lodging(BaseModel):
        """Where a guest sleeps."""

        kind: Literal["lodging"]
        hotel: str

    class Passage(BaseModel):
        """A passage by ferry."""

        kind: Literal["passage"]
        town: str

    class Booking(BaseModel):
        """What is to be booked."""

        item: Lodging | Passage = Field(discriminator="kind")

    asking = asked("Book a passage by ferry to the town of Kirkwall.")
    found = client().chat.completions.create(model=MODEL, response_model=Booking, messages=asking)
    expect(isinstance(found.item, Passage) and found.item.town == "Kirkwall", f"It was {found!r}.")


@check("structured output, simple type")
def _() -> None:
    found = client().chat.completions.create(
        model=MODEL, response_model=int, messages=asked("The shed has 17 shelves.")
    )
    expect(found == 17, f"It was {found!r}.")


@check("usage")
def _() -> None:
    found, whole = client().chat.completions.create_with_completion(
        model=MODEL, response_model=Person, messages=asked(TEXT)
    )
    is_torvald(found)
    expect(whole.usage.prompt_tokens > 20 < whole.usage.total_tokens, f"The usage was {whole.usage}.")


@check("parallel tools")
def _() -> None:
    found = client(Mode.PARALLEL_TOOLS).chat.completions.create(
        model=MODEL,
        response_model=Iterable[Weather | Ferry],
        messages=asked("What's the weather in the city of Bergen, and is there a ferry to the town of Kirkwall?"),
    )
    made = sorted(repr(one) for one in found)
    expect(made == ["Ferry(town='Kirkwall')", "Weather(city='Bergen')"], f"It made {made}.")


@check("structured output streamed")
def _() -> None:
    for mode in (Mode.TOOLS, Mode.JSON, Mode.JSON_SCHEMA):
        parts = list(
            client(mode).chat.completions.create_partial(model=MODEL, response_model=Person, messages=asked(TEXT))
        )
        expect(len(parts) > 1, f"In {mode} it came in {len(parts)} parts.")
        is_torvald(parts[-1])


@check("structured output, several")
def _() -> None:
    text = "The guests are Ingrid, who is 41, and Tomasz, who is 38."
    for mode in (Mode.TOOLS, Mode.JSON):
        found = client(mode).chat.completions.create_iterable(model=MODEL, response_model=Guest, messages=asked(text))
        made = [(one.name, one.age) for one in found]
        expect(made == [("Ingrid", 41), ("Tomasz", 38)], f"In {mode} it made {made}.")


@check("retry on an error")
def _() -> None:
    for mode in (Mode.TOOLS, Mode.JSON, Mode.JSON_SCHEMA, Mode.MD_JSON):
        seen: list[str] = []

        class Checked(Person):
            """A person of whom a text tells."""

            @field_validator("name")
            @classmethod
            def once(cls, value: str, seen: list[str] = seen) -> str:
                seen.append(value)
                if len(seen) == 1:
                    raise ValueError("The register was busy: give the name again.")
                return value

        made = client(mode).chat.completions.create(
            model=MODEL, response_model=Checked, messages=asked(TEXT), max_retries=2
        )
        expect(seen == ["Torvald", "Torvald"], f"In {mode} the names were {seen}.")
        is_torvald(made)


@check("retry in vain")
def _() -> None:
    class Refused(Person):
        """A person of whom a text tells."""

        @field_validator("name")
        @classmethod
        def never(cls, value: str) -> str:
            raise ValueError("This name is not in the register.")

    with raises(InstructorRetryException, words="not in the register") as caught:
        client().chat.completions.create(model=MODEL, response_model=Refused, messages=asked(TEXT), max_retries=2)
    expect(caught[0].n_attempts >= 2, f"There were {caught[0].n_attempts} attempts.")


@check("reply cut off")
def _() -> None:
    with raises(IncompleteOutputException, InstructorRetryException):
        client().chat.completions.create(
            model=MODEL, response_model=Person, messages=asked(TEXT), max_tokens=2, max_retries=1
        )


@check("rate limit")
def _() -> None:
    fail_next(429)
    with raises(InstructorRetryException, openai.RateLimitError, words="Rate limit reached"):
        client().chat.completions.create(model=MODEL, response_model=Person, messages=asked(TEXT), max_retries=1)


if __name__ == "__main__":
    run()
