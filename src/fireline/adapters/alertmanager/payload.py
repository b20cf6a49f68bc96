"""What Alertmanager's webhook sends, taken apart tolerantly and within bounds."""

import json
from datetime import datetime
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
)

from fireline.domain.alertmanager.alerts import (
    MOST_ALERTS,
    Notification,
    ToldAlert,
    to_millisecond,
)
from fireline.domain.errors import InvalidInputError

MOST_LABELS = 64
LONGEST_NAME = 200
LONGEST_VALUE = 2000
LONGEST_KEY = 20_000
NEVER = 1  # the year that stands for "has not ended"
SHOWN_PROBLEMS = 3


def _moment(value: object) -> object:
    """Go writes nanoseconds; Python's datetime takes six digits of a second."""
    if not isinstance(value, str) or "." not in value:
        return value
    head, _, rest = value.partition(".")
    digits = rest[: len(rest) - len(rest.lstrip("0123456789"))]
    return f"{head}.{digits[:6]}{rest[len(digits) :]}"


def _bounded(pairs: dict[str, str]) -> dict[str, str]:
    """The first labels by name, each within a length that nobody needs more of."""
    kept = sorted(pairs)[:MOST_LABELS]
    return {name[:LONGEST_NAME]: pairs[name][:LONGEST_VALUE] for name in kept}


Labels = Annotated[dict[str, str], AfterValidator(_bounded)]
Moment = Annotated[AwareDatetime, BeforeValidator(_moment)]


class _Tolerant(BaseModel):
    model_config = ConfigDict(extra="ignore")


class WebhookAlert(_Tolerant):
    """One alert."""

    status: str = Field(pattern="^(firing|resolved)$")
    labels: Labels
    annotations: Labels = {}
    startsAt: Moment  # noqa: N815 - Alertmanager's name
    endsAt: Moment | None = None  # noqa: N815 - Alertmanager's name
    generatorURL: str = ""  # noqa: N815 - Alertmanager's name
    fingerprint: str = Field(min_length=1, max_length=100)


class Webhook(_Tolerant):
    """One call, version 4."""

    version: str = "4"
    groupKey: str = Field(min_length=1, max_length=LONGEST_KEY)  # noqa: N815 - Alertmanager's name
    receiver: str = ""
    groupLabels: Labels = {}  # noqa: N815 - Alertmanager's name
    commonLabels: Labels = {}  # noqa: N815 - Alertmanager's name
    commonAnnotations: Labels = {}  # noqa: N815 - Alertmanager's name
    externalURL: str = ""  # noqa: N815 - Alertmanager's name
    truncatedAlerts: int = Field(0, ge=0)  # noqa: N815 - Alertmanager's name
    alerts: list[WebhookAlert]


def notification(body: bytes) -> Notification:
    """The call as the domain knows it.

    Raises:
        InvalidInputError: it is no such call; the text says what is wrong and where.
    """
    try:
        data: Any = json.loads(body)
    except ValueError as error:  # bytes that are no text as well
        message = f"The body is not JSON ({error}); Alertmanager sends its webhook format here."
        raise InvalidInputError(message) from error
    except RecursionError as error:
        raise InvalidInputError("The body is nested too deeply to be Alertmanager's.") from error
    try:
        call = Webhook.model_validate(data)
    except ValidationError as error:
        raise InvalidInputError(_explain(error)) from error
    kept = call.alerts[:MOST_ALERTS]
    return Notification(
        key=call.groupKey,
        receiver=call.receiver[:LONGEST_NAME],
        alerts=tuple(_alert(one) for one in kept),
        labels=call.groupLabels,
        common_labels=call.commonLabels,
        common_annotations=call.commonAnnotations,
        source_url=_address(call.externalURL),
        left_out=call.truncatedAlerts + len(call.alerts) - len(kept),
    )


def _alert(one: WebhookAlert) -> ToldAlert:
    return ToldAlert(
        fingerprint=one.fingerprint,
        starts_at=to_millisecond(one.startsAt),
        firing=one.status == "firing",
        ends_at=_ended(one.endsAt),
        labels=one.labels,
        annotations=one.annotations,
        source_url=_address(one.generatorURL),
    )


def _ended(at: datetime | None) -> datetime | None:
    return None if at is None or at.year == NEVER else to_millisecond(at)


def _address(url: str) -> str:
    """A web address, or nothing: what is no address must not become a link."""
    bad = not url.startswith(("https://", "http://")) or len(url) > LONGEST_VALUE
    return "" if bad or any(c.isspace() or not c.isprintable() for c in url) else url


def _explain(error: ValidationError) -> str:
    """`alerts.0.status: ...` for the first few problems."""
    problems = error.errors(include_url=False, include_input=False, include_context=False)
    shown = [
        f"{'.'.join(str(part) for part in p['loc']) or 'the body'}: {p['msg']}"
        for p in problems[:SHOWN_PROBLEMS]
    ]
    more = len(problems) - len(shown)
    rest = f"; and {more} more" if more > 0 else ""
    return f"This is not Alertmanager's webhook format, version 4: {'; '.join(shown)}{rest}."
