"""The config's JSON Schema, for editors that complete and check YAML while it is written."""

from __future__ import annotations

from typing import Any

from newsbot.config.model import ConfigFile

_FROM_ENVIRONMENT = {"type": "string", "pattern": r"\$\{"}


def schema() -> dict[str, Any]:
    """JSON Schema (draft 2020-12) of the YAML file: every key with its meaning, type and default."""
    document = _soften(ConfigFile.model_json_schema(by_alias=True, mode="validation"))
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **document}


def _soften(node: Any) -> Any:
    """Let numbers and switches also be ``${NAME}``, and drop the titles, which say nothing that the key does not."""
    if isinstance(node, list):
        return [_soften(item) for item in node]
    if not isinstance(node, dict):
        return node
    known = {key: _soften(value) for key, value in node.items() if key != "title" or isinstance(value, dict)}
    if known.get("type") in {"integer", "number", "boolean"} or "enum" in known:
        outside = {key: known.pop(key) for key in ("description", "default") if key in known}
        return {**outside, "anyOf": [known, _FROM_ENVIRONMENT]}
    return known
