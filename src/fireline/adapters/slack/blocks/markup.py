"""Slack's mrkdwn, made safe: escaping, mentions, dates, figures with their words, visible cuts."""

import math
import re
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from fireline.domain.slo.status import BudgetState, DataState

MINUTE, HOUR, DAY = 60, 3600, 86400
SHARES = "share of budget"
FEW = frozenset({"misses", "entity-hours"})
HUNDRED = 100
BAR_CELLS = 10
USER_ID = re.compile(r"^[UW][A-Z0-9]{1,30}$")
GROUP_ID = re.compile(r"^S[A-Z0-9]{2,30}$")
CHANNEL_ID = re.compile(r"^[CGD][A-Z0-9]{1,30}$")
MENTION = re.compile(r"<@([UW][A-Z0-9]{1,30})(?:\|[^>]*)?>")
MENTIONED = re.compile(r"&lt;@([UW][A-Z0-9]{1,30})&gt;")
CUT_ENTITY = re.compile(r"&[a-z]{0,3}$")

BUDGET_WORDS = {
    BudgetState.HEALTHY: ":large_green_circle: Healthy",
    BudgetState.CAUTION: ":large_yellow_circle: Caution",
    BudgetState.AT_RISK: ":large_orange_circle: At risk",
    BudgetState.EXHAUSTED: ":red_circle: Exhausted",
    BudgetState.UNKNOWN: ":white_circle: Unknown",
}
DATA_WORDS = {
    DataState.OK: "Data complete",
    DataState.NO_TRAFFIC: "No traffic",
    DataState.NO_DATA: "No data",
    DataState.STALE: "Stale data",
    DataState.PARTIAL: "Partial data",
    DataState.PROVISIONAL: "Provisional",
    DataState.QUERY_ERROR: "Query failed",
}


def esc(text: str) -> str:
    """Foreign text that Slack will show as it is, never as a mention or a link."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def clip(text: str, limit: int) -> str:
    """The text within the limit; a cut is visible and never splits an escape."""
    if len(text) <= limit:
        return text
    cut = CUT_ENTITY.sub("", text[: limit - 2])
    opened = cut.rfind("<")
    if opened > cut.rfind(">"):
        cut = cut[:opened]
    return cut.rstrip() + " \u2026"


def one_line(text: str, limit: int) -> str:
    """Foreign text on one line, clipped before escaping so that what remains reads well."""
    return esc(clip(" ".join(text.split()), limit))


def named(text: str) -> str:
    """Our own sentence for one reader: foreign words in it stay words, the people it names show."""
    return MENTIONED.sub(r"<@\1>", esc(text))


def user(user_id: str | None, nobody: str = "nobody yet") -> str:
    """A mention, or the word for an empty place."""
    if not user_id:
        return f"_{nobody}_"
    return f"<@{user_id}>" if USER_ID.match(user_id) else esc(user_id)


def mentions(people: Sequence[str]) -> str:
    """People and at most one group, called; whoever the policy has no id for is only named."""
    shown, grouped = [], False
    for name in people:
        if USER_ID.match(name):
            shown.append(f"<@{name}>")
        elif GROUP_ID.match(name) and not grouped:
            shown.append(f"<!subteam^{name}>")
            grouped = True
        else:
            shown.append(esc(name))
    return " ".join(shown)


def channel(channel_id: str | None, label: str = "") -> str:
    """A link to a channel, or its name when Slack has no id for it."""
    if channel_id and CHANNEL_ID.match(channel_id):
        return f"<#{channel_id}>"
    return esc(label or channel_id or "")


def link(url: str, label: str) -> str:
    """A link; text alone when the address is not one Slack would open."""
    if not url.startswith(("https://", "http://")) or len(url) > 2000:  # noqa: PLR2004 - longer ones are no use in a line
        return esc(label)
    safe = url.replace("|", "%7C").replace("<", "%3C").replace(">", "%3E").replace("&", "&amp;")
    return f"<{safe}|{esc(label).replace('|', '/')}>"


def when(at: datetime, form: str = "{date_short_pretty} {time}") -> str:
    """A moment in the reader's own zone, with UTC as the fallback."""
    return f"<!date^{int(at.timestamp())}^{form}|{at:%Y-%m-%d %H:%M} UTC>"


def duration(seconds: float) -> str:
    """`34 min`, `2 h 5 min`, `2 d 3 h`: the two largest units."""
    whole = max(0, round(seconds))
    if whole < MINUTE:
        return f"{whole} s"
    if whole < HOUR:
        return f"{whole // MINUTE} min"
    if whole < DAY:
        hours, minutes = divmod(whole // MINUTE, 60)
        return f"{hours} h {minutes} min" if minutes else f"{hours} h"
    days, hours = divmod(whole // HOUR, 24)
    return f"{days} d {hours} h" if hours else f"{days} d"


def between(start: datetime, end: datetime) -> str:
    """How long it took."""
    return duration((end - start) / timedelta(seconds=1))


def window(seconds: int) -> str:
    """`5 m`, `6 h`, `30 d`: a window's short name."""
    for size, unit in ((DAY, "d"), (HOUR, "h"), (MINUTE, "m")):
        if seconds >= size and seconds % size == 0:
            return f"{seconds // size} {unit}"
    return f"{seconds} s"


def percent(share: float | None) -> str:
    """`4.1 %`, or `unknown`: never a NaN and never 0 for an unknown figure."""
    if share is None or not math.isfinite(share):
        return "unknown"
    value = share * 100
    digits = 0 if abs(value) >= 10 or value == 0 else 1  # noqa: PLR2004 - two figures are enough to compare
    shown = f"{value:.{digits}f}"
    return f"{'0' if float(shown) == 0 else shown} %"


def and_raw(raw: float | None) -> str:
    """The raw share, to stand behind the adjusted one; nothing where they are the same."""
    return "" if raw is None else f" ({percent(raw)} with maintenance)"


def times(burn: float | None) -> str:
    """A burn rate such as `14.4x`."""
    if burn is None or not math.isfinite(burn):
        return "no data"
    return f"{burn:.0f}x" if burn >= 100 else f"{burn:.1f}x"  # noqa: PLR2004 - no tenth of a hundred


def amount(value: float | None, unit: str) -> str:
    """A count with its unit; budgets in minutes read as a duration."""
    if value is None or not math.isfinite(value):
        return "unknown"
    if unit == "minutes":
        return ("-" if value < 0 else "") + duration(abs(value) * MINUTE)
    if unit == SHARES:
        return percent(value)
    if unit in FEW and abs(value) < HUNDRED:
        return f"{value:,.1f} {unit}"
    return f"{value:,.0f} {unit}"


def bar(remaining: float | None) -> str:
    """The remaining budget drawn in text; the words beside it say the same."""
    if remaining is None or not math.isfinite(remaining):
        return ""
    full = min(BAR_CELLS, max(0, math.ceil(remaining * BAR_CELLS - 1e-9)))
    return "\u25b0" * full + "\u25b1" * (BAR_CELLS - full)


def budget_left(remaining: float | None) -> str:
    """`42 % left`, `overspent by 12 %` or `unknown`."""
    if remaining is None or not math.isfinite(remaining):
        return "budget unknown"
    if remaining < 0:
        return f"overspent by {percent(-remaining)}"
    return f"{percent(remaining)} left"


def some(lines: Iterable[str], most: int, limit: int, rest: str = "more") -> str:
    """Lines within a count and a length; what is left out is counted in words."""
    listed: Sequence[str] = list(lines)
    kept: list[str] = []
    room = limit - 40
    for line in listed[:most]:
        if len(line) + 1 > room:
            break
        kept.append(line)
        room -= len(line) + 1
    left = len(listed) - len(kept)
    if left:
        kept.append(f"_\u2026 and {left} {rest}_")
    return "\n".join(kept)


def plural(count: int, one: str, many: str | None = None) -> str:
    """`1 incident`, `3 incidents`."""
    return f"{count} {one if count == 1 else many or one + 's'}"
