"""PagerDuty as the pager: Events API v2 to call, its REST API to ask."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from fireline.adapters.paging.session import Request, Session
from fireline.domain.errors import InvalidInputError
from fireline.domain.oncall.plan import PagerPlace
from fireline.usecases.oncall_ports import PagerPerson, PagerState, PageText

EVENTS_URL, API_URL = "https://events.pagerduty.com", "https://api.pagerduty.com"
ACCEPT = "application/vnd.pagerduty+json;version=2"
SEVERITIES = {1: "critical", 2: "error", 3: "warning", 4: "info"}
LONGEST_SUMMARY, LONGEST_KEY = 1024, 255
MOST_ON_CALL = 25


@dataclass(frozen=True, slots=True)
class Access:
    """Keys and addresses. `routing_keys` are by alias; `token` is for the REST API."""

    routing_keys: Mapping[str, str] = field(repr=False)
    token: str = field(default="", repr=False)
    events_url: str = EVENTS_URL
    api_url: str = API_URL


class PagerDuty:
    """Implements `Pager`.

    The key of a page is PagerDuty's `dedup_key`: an event sent twice is one incident there.

    Args:
        access: keys and addresses.
        version: ours, for the User-Agent.
    """

    configured = True

    def __init__(self, access: Access, version: str) -> None:
        self._access = access
        self._session = Session(version)

    @property
    def asks(self) -> bool:
        """Whether there is a token for the REST API."""
        return bool(self._access.token)

    def serves(self, alias: str) -> bool:
        """Whether there is a routing key for this alias."""
        return alias in self._access.routing_keys

    def trigger(self, alias: str, key: str, page: PageText) -> None:
        """Call whoever the service's escalation policy calls."""
        payload = {
            "summary": page.summary[:LONGEST_SUMMARY],
            "source": page.source,
            "severity": SEVERITIES[page.severity],
        }
        links = [{"href": page.link, "text": "Incident channel"}] if page.link else []
        more = {"payload": payload, "client": "Fireline", "links": links}
        self._event(alias, key, "trigger", more)

    def acknowledge(self, alias: str, key: str) -> None:
        """Say that somebody took it; one that is not open there is fine."""
        self._event(alias, key, "acknowledge", {})

    def resolve(self, alias: str, key: str) -> None:
        """Say that it is over; one that is not open there is fine."""
        self._event(alias, key, "resolve", {})

    def _event(self, alias: str, key: str, action: str, more: Mapping[str, Any]) -> None:
        routing = self._access.routing_keys.get(alias)
        if routing is None:
            message = f"There is no routing key of PagerDuty's for {alias} (docs/oncall.md)."
            raise InvalidInputError(message)
        body = {
            "routing_key": routing,
            "event_action": action,
            "dedup_key": key[:LONGEST_KEY],
            **more,
        }
        url = f"{self._access.events_url.rstrip('/')}/v2/enqueue"
        self._session.send(Request("POST", url, body=body))

    def state(self, key: str) -> PagerState | None:
        """Where the page stands; the newest incident of this key counts."""
        found = self._ask("incidents", [("incident_key", key[:LONGEST_KEY]), ("limit", "1")])
        listed = [one for one in _list(found, "incidents") if isinstance(one, dict)]
        return _state(listed[0]) if listed else None

    def on_call(self, place: PagerPlace) -> tuple[PagerPerson, ...]:
        """Who is on call, the first level of an escalation policy first."""
        which = (
            ("schedule_ids[]", place.schedule)
            if place.schedule
            else ("escalation_policy_ids[]", place.escalation_policy)
        )
        found = self._ask("oncalls", [which, ("earliest", "true"), ("limit", str(MOST_ON_CALL))])
        listed = [one for one in _list(found, "oncalls") if isinstance(one, dict)]
        listed.sort(key=lambda one: int(one.get("escalation_level") or 1))
        people = [PagerPerson(_name(one.get("user")), _time(one.get("end"))) for one in listed]
        return tuple({person.name: person for person in people if person.name}.values())

    def check(self) -> str:
        """That the REST API lets us in; the keys of events can be tried by paging only."""
        keys = len(self._access.routing_keys)
        pages = f"pages for {keys} alias{'' if keys == 1 else 'es'}"
        if not self.asks:
            return f"{pages}; not asked, as there is no API token"
        self._ask("abilities", [])
        return f"{pages}; its API answers"

    def close(self) -> None:
        """Let go of the connections."""
        self._session.close()

    def _ask(self, path: str, params: list[tuple[str, str]]) -> Mapping[str, Any]:
        if not self.asks:
            message = "PagerDuty is not asked: set FIRELINE_PAGERDUTY_API_TOKEN_FILE."
            raise InvalidInputError(message)
        headers = {"Authorization": f"Token token={self._access.token}", "Accept": ACCEPT}
        url = f"{self._access.api_url.rstrip('/')}/{path}"
        return self._session.send(Request("GET", url, params, headers=headers))


def _list(found: Mapping[str, Any], name: str) -> list[Any]:
    listed = found.get(name)
    return listed if isinstance(listed, list) else []


def _state(incident: Mapping[str, Any]) -> PagerState:
    """Status of PagerDuty's incident, and the first who acknowledged it."""
    status = incident.get("status")
    given = [one for one in _list(incident, "acknowledgements") if isinstance(one, dict)]
    first = min(given, key=lambda one: str(one.get("at")), default=None)
    return PagerState(
        acknowledged=status in {"acknowledged", "resolved"},
        resolved=status == "resolved",
        by=_name(first.get("acknowledger")) if first else "",
        at=_time(first.get("at")) if first else None,
    )


def _name(reference: object) -> str:
    if not isinstance(reference, dict):
        return ""
    return str(reference.get("summary") or reference.get("name") or "")[:100]


def _time(text: object) -> datetime | None:
    if not isinstance(text, str):
        return None
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except ValueError:
        return None
