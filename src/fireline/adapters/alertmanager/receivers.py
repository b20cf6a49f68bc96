"""Which of Alertmanager's receivers are webhooks, from the configuration that it shows."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import yaml

OUR_PATH = "/alertmanager"


@dataclass(frozen=True, slots=True)
class Receiver:
    """One webhook of a receiver; newer versions hide the address."""

    name: str
    leads_here: bool
    hidden: bool
    send_resolved: bool
    max_alerts: int


def receivers_of(config: str) -> list[Receiver]:
    """The webhooks in a configuration; none when it cannot be read."""
    try:
        read = yaml.safe_load(config)
    except yaml.YAMLError:
        return []
    return list(_webhooks(read)) if isinstance(read, dict) else []


def _webhooks(config: dict[str, Any]) -> Iterator[Receiver]:
    for receiver in config.get("receivers") or ():
        for hook in receiver.get("webhook_configs") or ():
            url = str(hook.get("url") or "")
            yield Receiver(
                name=str(receiver.get("name") or ""),
                leads_here=url.rstrip("/").endswith(OUR_PATH),
                hidden="://" not in url,
                send_resolved=bool(hook.get("send_resolved", True)),
                max_alerts=int(hook.get("max_alerts") or 0),
            )
