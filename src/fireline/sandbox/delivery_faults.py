"""What an injected fault does to one delivery."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fireline.sandbox.clock import parse_duration
from fireline.sandbox.model import Workspace

DEFAULT_LATE = 2.0
DEFAULT_WITHHOLD = 3.0


@dataclass(frozen=True)
class Plan:
    """The trouble in store for one delivery; without faults nothing of it."""

    twice: bool = False
    redeliver: int = 0
    delay: float = 0.0
    withhold: bool = False
    reorder: bool = False
    drop: str = ""
    refresh: bool = False


def seconds_of(params: Mapping[str, Any], fallback: float) -> float:
    """Return the duration a fault names under `by`, `for` or `seconds`."""
    for key in ("by", "for", "seconds"):
        if key in params:
            return parse_duration(params[key])
    return fallback


def plan_for(workspace: Workspace, name: str) -> Plan:
    """Take one use of every delivery fault that matches this event, command or interaction."""
    faults = workspace.faults
    if not faults.rules:
        return Plan()
    late = faults.take(kind="late", name=name)
    withheld = faults.take(kind="withhold", name=name)
    again = faults.take(kind="redeliver", name=name)
    dropped = faults.take(kind="drop_socket", name=name)
    delay = seconds_of(late.params, DEFAULT_LATE) if late else 0.0
    delay += seconds_of(withheld.params, DEFAULT_WITHHOLD) if withheld else 0.0
    return Plan(
        twice=faults.take(kind="deliver_twice", name=name) is not None,
        redeliver=int(again.params.get("count", 1)) if again else 0,
        delay=delay,
        withhold=withheld is not None,
        reorder=faults.take(kind="reorder", name=name) is not None,
        drop=str(dropped.params.get("when", "before")) if dropped else "",
        refresh=faults.take(kind="refresh", name=name) is not None,
    )
