"""The key in each message of ours, by which it is found again after an unknown outcome."""

import re
from typing import Any

EVENT_TYPE = "fireline"


def metadata(key: str) -> dict[str, Any]:
    """What travels with a message of ours, so that it can be found again."""
    return {"event_type": EVENT_TYPE, "event_payload": {"key": key}}


def file_name(key: str, filename: str) -> str:
    """A name made of the key, so that the share can be found again by it."""
    suffix = filename.rpartition(".")[2] if "." in filename else "txt"
    return re.sub(r"[^A-Za-z0-9]+", "-", key).strip("-") + f".{suffix}"


def has_key(message: dict[str, Any], key: str) -> bool:
    """Whether a message of ours is the one of this key."""
    found = message.get("metadata") or {}
    if found.get("event_type") == EVENT_TYPE:
        return bool(found.get("event_payload", {}).get("key") == key)
    stem = file_name(key, "x.y").rpartition(".")[0]
    return any(str(f.get("name", "")).rpartition(".")[0] == stem for f in message.get("files", []))
