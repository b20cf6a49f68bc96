"""The gate, joined to what it needs: for the command line and for the running bot."""

from collections.abc import Mapping
from dataclasses import dataclass

from fireline.adapters.files.exceptions import ExceptionsFile
from fireline.adapters.files.slos import DefinitionFolder
from fireline.adapters.http.gate import Gate
from fireline.bootstrap import offline, parts
from fireline.bootstrap.system import SystemClock
from fireline.domain.policy.policy import Policy
from fireline.domain.policy.verdict import GateVerdict
from fireline.settings import Settings, load
from fireline.usecases.gate_changes import gate, verdict_json
from fireline.usecases.ports import Definitions, Exceptions, Services, Store


@dataclass(frozen=True, slots=True)
class Gatehouse:
    """What the gate reads, without runbooks, Prometheus or Slack."""

    store: Store
    definitions: Definitions
    policy: Policy
    exceptions: Exceptions


def verdict_on(service: str) -> GateVerdict:
    """The verdict on a service, from the bot's database and the files of this folder.

    Raises:
        NotFoundError: no SLO is of this service.
        InvalidInputError: a setting is wrong, or the database cannot be reached.
        InvalidDefinitionError: the policy is wrong.
    """
    settings = load()
    policy = parts.policy_of(settings)
    with offline.open_store() as store:
        house = Gatehouse(
            store=store,
            definitions=DefinitionFolder(settings.definitions),
            policy=policy,
            exceptions=ExceptionsFile(settings.exceptions),
        )
        return gate(house, service, SystemClock().now())


def as_json(verdict: GateVerdict, *, approved: bool) -> dict[str, object]:
    """The verdict as plain JSON values; `approved` where somebody has said yes to the change."""
    return verdict_json(verdict, approved=approved)


def gate_of(settings: Settings, services: Services) -> Gate | None:
    """The gate of the running bot; none without a token."""
    token = settings.gate_token
    if token is None:
        return None

    def ask(service: str) -> Mapping[str, object]:
        return verdict_json(gate(services, service, services.clock.now()))

    return Gate(token.get_secret_value(), ask)
