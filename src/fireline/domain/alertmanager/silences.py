"""Silences: what they match, how long they last, and when they match too much."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from typing_extensions import override

from fireline.domain.errors import InvalidInputError

SLO_LABELS = ("slo", "sloth_slo", "sloth_id")
SERVICE_LABELS = ("service", "sloth_service")
LONGEST = timedelta(days=7)
MOST_MATCHERS = 20


@dataclass(frozen=True, slots=True)
class Matcher:
    """One condition on a label; a regular expression must match the whole value."""

    name: str
    value: str
    is_regex: bool = False
    is_equal: bool = True

    @property
    def operator(self) -> str:
        """`=`, `!=`, `=~` or `!~`."""
        return ("=" if self.is_equal else "!") + ("~" if self.is_regex else _PLAIN[self.is_equal])

    @override
    def __str__(self) -> str:
        """As Alertmanager writes it, such as `slo="orders"`."""
        value = self.value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
        return f'{self.name}{self.operator}"{value}"'


_PLAIN = {True: "", False: "="}


@dataclass(frozen=True, slots=True)
class Silence:
    """A silence as Alertmanager has it; `state` is `active`, `pending` or `expired`."""

    id: str
    matchers: tuple[Matcher, ...]
    starts_at: datetime
    ends_at: datetime
    created_by: str
    comment: str
    state: str = "active"


def written(matchers: Iterable[Matcher]) -> str:
    """All conditions on one line."""
    return " ".join(str(matcher) for matcher in matchers)


def check_matchers(matchers: Collection[Matcher]) -> None:
    """Refuse what would silence everything.

    Raises:
        InvalidInputError: there is no condition, or none that says what a label has to be.
    """
    if len(matchers) > MOST_MATCHERS:
        raise InvalidInputError(f"A silence takes at most {MOST_MATCHERS} conditions.", "matchers")
    if not any(m.is_equal and m.value and m.value not in _ANYTHING for m in matchers):
        message = (
            "Say what to silence: the name of an SLO, or conditions such as"
            ' `alertname="KafkaLag" service="orders"`. One of them must name a value.'
        )
        raise InvalidInputError(message, "matchers")


_ANYTHING = (".*", ".+")


def check_span(span: timedelta) -> None:
    """Refuse a silence that ends at once or is forgotten before it ends.

    Raises:
        InvalidInputError: it is not between one minute and seven days.
    """
    if not timedelta(minutes=1) <= span <= LONGEST:
        message = (
            "A silence lasts from 1 minute to 7 days, such as `for:2h`. For longer, mend the alert"
            " or its rule."
        )
        raise InvalidInputError(message, "span")


def breadth(matchers: Iterable[Matcher], hit: Iterable[Mapping[str, str]]) -> str | None:
    """Why these matchers are broader than one SLO or service, in words; None when they are not.

    Args:
        matchers: the conditions.
        hit: the labels of every alert that they match now.
    """
    labels = list(hit)
    for names, word in ((SLO_LABELS, "SLOs"), (SERVICE_LABELS, "services")):
        found = sorted({value for one in labels for value in _first(one, names)})
        if len(found) > 1:
            shown = ", ".join(found[:5]) + (" and more" if len(found) > 5 else "")  # noqa: PLR2004 - what fits a line
            if word == "SLOs" and _pinned(matchers, SERVICE_LABELS):
                continue
            return f"it covers {len(found)} {word}: {shown}"
    if not _pinned(matchers, (*SLO_LABELS, *SERVICE_LABELS)):
        return "it is not limited to one SLO or service, so it may also cover what fires later"
    return None


def _pinned(matchers: Iterable[Matcher], names: Collection[str]) -> bool:
    """Whether one of these labels must have exactly one value."""
    return any(m.name in names and m.is_equal and not m.is_regex and m.value for m in matchers)


def _first(labels: Mapping[str, str], names: Iterable[str]) -> list[str]:
    return [labels[name] for name in names if labels.get(name)][:1]
