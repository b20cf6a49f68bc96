"""A silence as people type it: what, for how long, why. Pure."""

import html
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from fireline.adapters.slack.grammar import SMART_QUOTES, readable
from fireline.domain.alertmanager.silences import Matcher
from fireline.domain.errors import InvalidInputError

MATCHER = re.compile(
    r"""\s*,?\s*(?P<name>[A-Za-z_][A-Za-z0-9_]*)\s*(?P<op>=~|!~|!=|=)\s*"""
    r"""(?:"(?P<quoted>(?:[^"\\]|\\.)*)"|(?P<bare>[^\s,{}"]+))"""
)
SPAN = re.compile(r"^(?:(?P<d>\d{1,3})d)?(?:(?P<h>\d{1,4})h)?(?:(?P<m>\d{1,5})m(?:in)?)?$")
FOR = re.compile(r"(?:^|\s)for:\s?(?P<span>\S+)", re.IGNORECASE)
USUAL = timedelta(hours=2)
ESCAPED = {"n": "\n", "t": "\t"}


@dataclass(frozen=True, slots=True)
class Words:
    """What was typed; `matchers` is empty when nothing says what."""

    matchers: tuple[Matcher, ...]
    span: timedelta
    reason: str


def silence_words(raw: str, of_slo: Callable[[str], tuple[Matcher, ...] | None]) -> Words:
    """`orders-landed for:2h the reload is planned`, or conditions in place of the SLO's name.

    Args:
        raw: all after the verb, as Slack sent it.
        of_slo: what silences the SLO of a name; None when there is no such SLO.

    Raises:
        InvalidInputError: the time cannot be read.
    """
    text = html.unescape(readable(raw.translate(SMART_QUOTES))).strip()
    found = FOR.search(text)
    span = USUAL
    if found is not None:
        span = span_of(found["span"])
        text = f"{text[: found.start()].rstrip()} {text[found.end() :].lstrip()}".strip()
    first, _, rest = text.partition(" ")
    named = of_slo(first) if first else None
    if named is not None:
        return Words(named, span, rest.strip())
    matchers, left = _leading(text)
    return Words(matchers, span, left)


def matchers_of(text: str) -> tuple[Matcher, ...]:
    """Conditions alone, such as `alertname="KafkaLag" service=~"orders|billing"`.

    Raises:
        InvalidInputError: there is none, or something else stands there.
    """
    matchers, left = _leading(text.translate(SMART_QUOTES).strip())
    if left or not matchers:
        at = f" I cannot read \u201c{left[:60]}\u201d." if left else ""
        message = f'Write conditions like `slo="orders" env!="test"`.{at}'
        raise InvalidInputError(message, "matchers")
    return matchers


def _leading(text: str) -> tuple[tuple[Matcher, ...], str]:
    """The conditions at the beginning, within braces or not, and what follows them."""
    matchers: list[Matcher] = []
    braced = text.startswith("{")
    at = 1 if braced else 0
    while (match := MATCHER.match(text, at)) is not None:
        value = match["bare"] if match["bare"] is not None else _unescaped(match["quoted"])
        matchers.append(Matcher(match["name"], value, "~" in match["op"], match["op"][0] == "="))
        at = match.end()
    left = text[at:].strip()
    return tuple(matchers), left.removeprefix("}").strip() if braced else left


def _unescaped(text: str) -> str:
    return re.sub(r"\\(.)", lambda m: ESCAPED.get(m[1], m[1]), text)


def span_of(text: str) -> timedelta:
    """`30m`, `2h`, `1h30m`, `1d`.

    Raises:
        InvalidInputError: it is none of these.
    """
    match = SPAN.match(text.strip().lower())
    if match is None or not any(match.groups()):
        message = f"\u201c{text}\u201d is not a length of time. Write `30m`, `2h`, `1h30m` or `1d`."
        raise InvalidInputError(message, "span")
    days, hours, minutes = (int(match[part] or 0) for part in "dhm")
    return timedelta(days=days, hours=hours, minutes=minutes)


def span_text(span: timedelta) -> str:
    """The same form as is typed."""
    hours, minutes = divmod(int(span.total_seconds()) // 60, 60)
    days, hours = divmod(hours, 24)
    parts = ((days, "d"), (hours, "h"), (minutes, "m"))
    return "".join(f"{count}{unit}" for count, unit in parts if count) or "0m"
