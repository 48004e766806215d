"""Settings: what a request says beside its input, as Chat Completions says it: there tools and formats lie one level deeper."""

from __future__ import annotations

from typing import Any

_SAME = ("prompt_cache_key", "prompt_cache_options", "prompt_cache_retention", "parallel_tool_calls")


def chat_settings(body: dict[str, Any]) -> dict[str, Any]:
    """The settings of the chat request that stands for a checked request."""
    settings = {name: body[name] for name in _SAME if name in body}
    text = body.get("text") or {}
    return {
        "model": body["model"],
        "reasoning_effort": body["reasoning"]["effort"],
        **({"verbosity": text["verbosity"]} if text.get("verbosity") else {}),
        **({"response_format": _format(text["format"])} if text.get("format") else {}),
        **({"tools": [_nested(tool) for tool in body["tools"]]} if body.get("tools") else {}),
        **({"tool_choice": _choice(body["tool_choice"])} if body.get("tool_choice") else {}),
        **settings,
    }


def _format(form: dict[str, Any]) -> dict[str, Any]:
    if form["type"] != "json_schema":
        return {"type": form["type"]}
    return {"type": "json_schema", "json_schema": {key: value for key, value in form.items() if key != "type"}}


def _nested(tool: dict[str, Any]) -> dict[str, Any]:
    """A tool, flat here, as Chat Completions has it."""
    kind = tool["type"]
    inner = {key: value for key, value in tool.items() if key != "type" and value is not None}
    if (form := inner.get("format")) and form["type"] == "grammar":
        inner["format"] = {"type": "grammar", "grammar": {key: form[key] for key in ("syntax", "definition")}}
    return {"type": kind, kind: inner}


def _choice(choice: str | dict[str, Any]) -> str | dict[str, Any]:
    if isinstance(choice, str):
        return choice
    if choice["type"] == "allowed_tools":
        tools = [_named(tool) for tool in choice["tools"]]
        return {"type": "allowed_tools", "allowed_tools": {"mode": choice["mode"], "tools": tools}}
    return _named(choice)


def _named(tool: dict[str, Any]) -> dict[str, Any]:
    return {"type": tool["type"], tool["type"]: {"name": tool["name"]}}
