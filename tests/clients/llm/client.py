"""llm: Simon Willison's command line for models, as people use it, with its own log and the models of a file of its own."""

import json
import os
import pathlib
import subprocess
import sys
import tempfile

from kit import API_KEY, BASE_URL, check, expect, fail_next, holds, lacks, run

HOME = pathlib.Path(tempfile.mkdtemp(prefix="llm-"))
MODELS = f"""\
- model_id: offline
  model_name: offline-model
  api_base: "{BASE_URL}"
  api_key_name: offline
  supports_tools: true
  supports_schema: true
- model_id: old
  model_name: gpt-4
  api_base: "{BASE_URL}"
  api_key_name: offline
"""
FUNCTION = '''
def buoy_depth(buoy: str) -> str:
    """How deep the water is at a buoy."""
    return f"The water at {buoy} is 23 metres deep."
'''
(HOME / "extra-openai-models.yaml").write_text(MODELS)
(HOME / "keys.json").write_text(json.dumps({"offline": API_KEY}))
ENVIRONMENT = os.environ | {"LLM_USER_PATH": str(HOME), "LLM_LOAD_PLUGINS": ""}


def done(*arguments: str, given: str | None = None) -> subprocess.CompletedProcess:
    command = [sys.executable, "-m", "llm", *arguments]
    return subprocess.run(command, capture_output=True, text=True, env=ENVIRONMENT, input=given or "", timeout=50)


def told(*arguments: str, given: str | None = None) -> str:
    """What a command prints; it must end well."""
    ended = done(*arguments, given=given)
    expect(ended.returncode == 0, f"{arguments} ended with {ended.stderr[-300:]!r}.")
    return ended.stdout.strip()


def prompt(*arguments: str, **options: str) -> str:
    return told("prompt", "-m", "offline", *arguments, **options)


@check("models")
def _() -> None:
    holds(told("models", "list"), "offline", "old")


@check("chat")
def _() -> None:
    holds(prompt("--no-stream", "My heron is called Ole. What is my heron called?"), "Ole")


@check("stream")
def _() -> None:
    holds(prompt("The shop of maps shuts at 18:15. When does the shop of maps shut?"), "18:15")


@check("instructions")
def _() -> None:
    holds(prompt("-s", "End every reply with the word Ahoy.", "My boat is the Tern. What is my boat?"), "Tern", "Ahoy")


@check("piped text")
def _() -> None:
    text = "The harbour of Veld opened in 1911. It handles 40 ships a week. Its director is Tove Lund."
    summary = prompt("-s", "Summarize this, with names and numbers.", given=text)
    holds(summary, "1911", "40", "Tove Lund")
    lacks(summary, "names and numbers")


@check("history")
def _() -> None:
    prompt("The password of the boathouse is kelp-19.")
    holds(prompt("-c", "What is the password of the boathouse?"), "kelp-19")
    lacks(prompt("What is the password of the boathouse?"), "kelp-19")
    conversation = json.loads(told("logs", "list", "--json", "-n", "2"))[0]["conversation_id"]
    holds(prompt("--cid", conversation, "Which password did I tell you?"), "kelp-19")


@check("chat of several turns")
def _() -> None:
    lines = "My aunt Solveig lives in Molde.\nWhere does my aunt Solveig live?\nexit\n"
    holds(told("chat", "-m", "offline", given=lines), "Molde")


@check("log")
def _() -> None:
    prompt("My mule is called Pim. What is my mule called?")
    entry = json.loads(told("logs", "list", "--json", "-n", "1"))[0]
    holds(entry["response"], "Pim")
    expect(entry["input_tokens"] > 5 and entry["output_tokens"] > 2, f"The log counts {entry['input_tokens']}.")


@check("tools")
def _() -> None:
    said = prompt("--functions", FUNCTION, "How deep is the water at the buoy Gamma?", "--td")
    holds(said, "23 metres")


@check("tools, not streamed")
def _() -> None:
    said = prompt("--no-stream", "--functions", FUNCTION, "How deep is the water at the buoy Gamma?")
    holds(said, "23 metres")


@check("structured output")
def _() -> None:
    text = "Torvald is 46 years old and lives in Bergen."
    found = json.loads(prompt("--schema", "name, age int, city", text))
    expect(found == {"name": "Torvald", "age": 46, "city": "Bergen"}, f"It was {found}.")


@check("structured output, several")
def _() -> None:
    text = "The guests are Ingrid, who is 41, and Tomasz, who is 38."
    found = json.loads(prompt("--schema-multi", "name, age int", text))["items"]
    expect(found == [{"name": "Ingrid", "age": 41}, {"name": "Tomasz", "age": 38}], f"It was {found}.")


@check("template")
def _() -> None:
    prompt("-s", "Reply in capitals.", "--save", "loud")
    holds(told("prompt", "-m", "offline", "-t", "loud", "My cart is red. What colour is my cart?"), "RED")


@check("options")
def _() -> None:
    said = prompt(
        "-o", "max_tokens", "3", "-o", "temperature", "0.2", "My heron is called Ole. What is my heron called?"
    )
    expect(0 < len(said.split()) <= 3, f"It said {said!r} within 3 tokens.")


@check("overflow")
def _() -> None:
    ended = done("prompt", "-m", "old", "heron " * 9_000)
    expect(
        ended.returncode == 1 and "maximum context length is 8192" in ended.stderr, f"It said {ended.stderr[-300:]!r}."
    )


@check("server error")
def _() -> None:
    fail_next(500, times=3)
    holds(done("prompt", "-m", "offline", "Hello").stderr, "The server had an error")


if __name__ == "__main__":
    run()
