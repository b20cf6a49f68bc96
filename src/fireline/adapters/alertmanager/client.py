"""Alertmanager's API, version 2: alerts, silences, status."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeVar
from urllib.parse import quote

from pydantic import AwareDatetime, BaseModel, ConfigDict, TypeAdapter, ValidationError

from fireline.adapters.alertmanager.session import Access, Asking
from fireline.domain.alertmanager.alerts import SeenAlert, to_millisecond
from fireline.domain.alertmanager.silences import Matcher, Silence
from fireline.domain.errors import UnreachableError

T = TypeVar("T")


class _Tolerant(BaseModel):
    model_config = ConfigDict(extra="ignore")


class _AlertStatus(_Tolerant):
    state: str = "active"
    silencedBy: list[str] = []  # noqa: N815 - Alertmanager's name
    inhibitedBy: list[str] = []  # noqa: N815 - Alertmanager's name


class _Alert(_Tolerant):
    fingerprint: str
    startsAt: AwareDatetime  # noqa: N815 - Alertmanager's name
    labels: dict[str, str] = {}
    annotations: dict[str, str] = {}
    generatorURL: str = ""  # noqa: N815 - Alertmanager's name
    status: _AlertStatus = _AlertStatus()


class _Matcher(_Tolerant):
    name: str
    value: str
    isRegex: bool = False  # noqa: N815 - Alertmanager's name
    isEqual: bool = True  # noqa: N815 - Alertmanager's name


class _SilenceStatus(_Tolerant):
    state: str = "active"


class _Silence(_Tolerant):
    id: str
    matchers: list[_Matcher]
    startsAt: AwareDatetime  # noqa: N815 - Alertmanager's name
    endsAt: AwareDatetime  # noqa: N815 - Alertmanager's name
    createdBy: str = ""  # noqa: N815 - Alertmanager's name
    comment: str = ""
    status: _SilenceStatus = _SilenceStatus()


class _Made(_Tolerant):
    silenceID: str  # noqa: N815 - Alertmanager's name


class _Version(_Tolerant):
    version: str = "unknown"


class _Config(_Tolerant):
    original: str = ""


class _Status(_Tolerant):
    versionInfo: _Version = _Version()  # noqa: N815 - Alertmanager's name
    config: _Config = _Config()


@dataclass(frozen=True, slots=True)
class About:
    """An Alertmanager: its version, and its configuration as it shows it."""

    version: str
    config: str


class AlertmanagerClient:
    """Implements `ports.Alertmanager`; may be shared between threads.

    Args:
        access: address and headers.
        version: ours, for the User-Agent.
    """

    configured = True

    def __init__(self, access: Access, version: str) -> None:
        self._asking = Asking(access, version)

    def alerts(self, matchers: Sequence[Matcher] = (), *, quick: bool = False) -> list[SeenAlert]:
        """Every alert that fires now and fits, silenced or not."""
        params = [("filter", str(matcher)) for matcher in matchers]
        answer = self._asking.get("alerts", params, quick=quick)
        found = self._read("alerts", answer, list[_Alert])
        return [_seen(one) for one in found]

    def silences(self) -> list[Silence]:
        """Those that hold or will hold, and those that ended a short while ago."""
        return [_silence(one) for one in self._get("silences", list[_Silence])]

    def silence(self, matchers: Sequence[Matcher], until: datetime, by: str, comment: str) -> str:
        """Make one that holds from now on; gives its id.

        A lost answer is not asked for again here: that could make two.
        """
        body = {
            "matchers": [
                {"name": m.name, "value": m.value, "isRegex": m.is_regex, "isEqual": m.is_equal}
                for m in matchers
            ],
            # A past start becomes now: clocks that differ must not delay it.
            "startsAt": datetime.fromtimestamp(0, UTC).isoformat(),
            "endsAt": until.astimezone(UTC).isoformat(),
            "createdBy": by,
            "comment": comment,
        }
        answer = self._asking.send("POST", "silences", body)
        return self._read("silences", answer, _Made).silenceID

    def end(self, silence_id: str) -> None:
        """End it now; one that ended already, or is not known, is fine."""
        known = [one for one in self.silences() if one.id == silence_id]
        if not known or known[0].state == "expired":
            return
        self._asking.send("DELETE", f"silence/{quote(silence_id, safe='')}")

    def about(self) -> About:
        """Its version and configuration."""
        status = self._get("status", _Status)
        return About(status.versionInfo.version, status.config.original)

    def close(self) -> None:
        """Let go of the connections."""
        self._asking.close()

    def _get(self, path: str, kind: type[T]) -> T:
        return self._read(path, self._asking.get(path), kind)

    def _read(self, path: str, answer: bytes, kind: type[T]) -> T:
        try:
            return TypeAdapter(kind).validate_json(answer)
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            where = ".".join(str(part) for part in first["loc"]) or "the answer"
            message = (
                f"{self._asking.shown} does not answer like an Alertmanager for /api/v2/{path}"
                f" ({where}: {first['msg']}); check the address."
            )
            raise UnreachableError(message) from error


def _seen(one: _Alert) -> SeenAlert:
    return SeenAlert(
        fingerprint=one.fingerprint,
        starts_at=to_millisecond(one.startsAt),
        labels=one.labels,
        annotations=one.annotations,
        source_url=one.generatorURL,
        silenced_by=tuple(sorted(one.status.silencedBy)),
        inhibited=bool(one.status.inhibitedBy),
    )


def _silence(one: _Silence) -> Silence:
    return Silence(
        id=one.id,
        matchers=tuple(Matcher(m.name, m.value, m.isRegex, m.isEqual) for m in one.matchers),
        starts_at=one.startsAt,
        ends_at=one.endsAt,
        created_by=one.createdBy,
        comment=one.comment,
        state=one.status.state,
    )
