"""Slack's own facts about each method: arguments, scopes, tiers, error names."""

import json
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

# Error names that the method schemas do not list but the platform's documentation does.
ADDED_ERRORS: dict[str, frozenset[str]] = {
    "*": frozenset({"invalid_auth", "invalid_arguments", "invalid_blocks"}),
    "conversations.invite": frozenset({"missing_argument"}),
    "files.completeUploadExternal": frozenset({"invalid_blocks_format"}),
    "usergroups.users.update": frozenset({"no_such_subteam"}),
}


@dataclass(frozen=True)
class Argument:
    """What one argument must look like."""

    type: str = "string"
    max_length: int | None = None
    min_items: int | None = None
    max_items: int | None = None
    enum: tuple[str, ...] = ()
    min: int | None = None
    max: int | None = None


@dataclass(frozen=True)
class MethodFacts:
    """One row of the method table."""

    name: str
    tier: str | None
    takes_json: bool
    takes_get: bool
    needs_token: bool
    user_token_only: bool
    scopes: tuple[str, ...]
    required: tuple[str, ...]
    arguments: dict[str, Argument]
    errors: frozenset[str]


def _facts(name: str, row: dict[str, Any]) -> MethodFacts:
    arguments = {
        key: Argument(value)
        if isinstance(value, str)
        else Argument(**{**value, "enum": tuple(value.get("enum", ()))})
        for key, value in row["args"].items()
    }
    return MethodFacts(
        name=name,
        tier=row["tier"],
        takes_json=row["json"],
        takes_get=row["get"],
        needs_token=row["token"],
        user_token_only=row.get("user_token_only", False),
        scopes=tuple(row["scopes"]),
        required=tuple(row["required"]),
        arguments=arguments,
        errors=frozenset(row["errors"]),
    )


@cache
def _document() -> dict[str, Any]:
    source = resources.files("fireline.sandbox").joinpath("data", "methods.json")
    document: dict[str, Any] = json.loads(source.read_text(encoding="utf-8"))
    return document


@cache
def methods() -> dict[str, MethodFacts]:
    """Every method that Slack's table lists, by name."""
    return {name: _facts(name, row) for name, row in _document()["methods"].items()}


@cache
def allowed_errors(method: str) -> frozenset[str]:
    """Every error name that a method may answer."""
    common = frozenset(_document()["common_errors"]) | ADDED_ERRORS["*"]
    own = methods()[method].errors if method in methods() else frozenset()
    return common | own | ADDED_ERRORS.get(method, frozenset())
