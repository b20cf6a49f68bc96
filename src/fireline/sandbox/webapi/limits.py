"""Token buckets on the virtual clock: one per method and app, one per channel for posting."""

import math

from fireline.sandbox.entities import App
from fireline.sandbox.errors import SlackError
from fireline.sandbox.model import Workspace
from fireline.sandbox.webapi.table import MethodFacts

PER_MINUTE = {"tier1": 1, "tier2": 20, "tier3": 50, "tier4": 100, "special": 600}
POSTING_BURST = 5
COMMERCIAL_LIMITED = frozenset({"conversations.history", "conversations.replies"})
COMMERCIAL_PAGE = 15


class RateLimitedError(SlackError):
    """Answered as HTTP 429 with `Retry-After`."""

    def __init__(self, retry_after: int) -> None:
        super().__init__("ratelimited")
        self.retry_after = retry_after


def _take(workspace: Workspace, key: tuple[str, str], capacity: float, per_second: float) -> None:
    now = workspace.clock.now()
    left, at = workspace.buckets.get(key, (capacity, now))
    left = min(capacity, left + max(0.0, now - at) * per_second)
    # A hair's breadth of tolerance: 1 s of refill must give one whole token in floating point.
    if left < 1.0 - 1e-6:
        workspace.buckets[key] = (left, now)
        raise RateLimitedError(max(1, math.ceil((1.0 - left) / per_second - 1e-6)))
    workspace.buckets[key] = (left - 1.0, now)


def spend_method(workspace: Workspace, app: App, facts: MethodFacts) -> None:
    """Count one call of a method; raises when its tier is used up."""
    tier = facts.tier
    if app.distribution == "commercial" and facts.name in COMMERCIAL_LIMITED:
        tier = "tier1"
    if tier is not None:
        rate = PER_MINUTE[tier]
        _take(workspace, (facts.name, app.id), float(rate), rate / 60)


def spend_posting(workspace: Workspace, channel_id: str) -> None:
    """Count one message posted to a channel; one a second with short bursts."""
    _take(workspace, ("posting", channel_id), float(POSTING_BURST), 1.0)


def page_size(app: App, asked: int | None, default: int, most: int) -> int:
    """How many messages history and replies give, by how the app is distributed."""
    if app.distribution == "commercial":
        default, most = COMMERCIAL_PAGE, COMMERCIAL_PAGE
    return default if asked is None or asked < 1 else min(asked, most)
