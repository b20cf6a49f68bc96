"""Who comes into an incident's channel by rule, and what is said of those who cannot."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from fireline.adapters.lineage.dbt import read_manifest
from fireline.domain.errors import ForbiddenError
from fireline.domain.incident.incident import Severity
from fireline.domain.policy.alert_rules import AlertRules
from fireline.domain.policy.incident_rules import IncidentRules
from fireline.usecases import incident_invites
from fireline.usecases import manage_incident as work
from fireline.usecases.incident_channel import invite_people
from fireline.usecases.incident_facts import link_slo
from fireline.usecases.incident_roles import person_left
from fireline.usecases.views import IncidentNotice
from tests.builders import ANA, BEN, a_lag_slo
from tests.fakes import FakeDefinitions
from tests.store_fixture import RecordingStore
from tests.unit.paging_scene import CHEN, DIA, HANA, HEAD, SECOND, VERA, VP, Scene, scene

DBT = Path(__file__).parents[1] / "data" / "dbt" / "manifest.json"
GRAPH = read_manifest(json.loads(DBT.read_text(encoding="utf-8")))
RULES = IncidentRules(escalation={}, invite={1: (HEAD, VP), 2: (SECOND,), 3: (), 4: ()})


@pytest.fixture
def team(sqlite_store: RecordingStore) -> Scene:
    return scene(sqlite_store, rules=RULES)


def members(team: Scene) -> set[str]:
    channel = team.incident().channel_id
    assert channel is not None
    invite_people(team.s, 1)
    team.flows()
    return team.chat.members[channel]


def test_the_severity_lets_people_in_and_a_worse_one_more(team: Scene) -> None:
    team.declared(by=ANA)
    assert members(team) == {ANA.id, BEN.id}
    work.change_severity(team.s, 1, Severity.SEV1, "board report", ANA)
    assert {HANA.id, VERA.id} <= members(team)


def test_owners_of_what_suffers_come_in_when_somebody_stands_behind_their_name(
    sqlite_store: RecordingStore,
) -> None:
    """An owner may be an alias of a rotation or of the policy; a team's bare name calls nobody."""
    mine, theirs = a_lag_slo("mine", owner="vp-data"), a_lag_slo("theirs", owner="team-nobody")
    definitions = FakeDefinitions({"mine": mine, "theirs": theirs})
    rules = IncidentRules(escalation={})
    team = scene(sqlite_store, rules=rules, definitions=definitions)
    team.declared(by=ANA, slo="mine")
    link_slo(team.s, 1, "theirs", ANA, add=True)
    assert members(team) == {ANA.id, VERA.id}


def test_owners_downstream_come_in_too(sqlite_store: RecordingStore) -> None:
    """The fixture project: its finance dashboard is owned by an alias of the policy here."""
    team = scene(sqlite_store, rules=IncidentRules(escalation={}))
    named = AlertRules(people={"@finance-analytics": VERA.id, "@team-ingestion": DIA.id})
    team.s = replace(team.s, policy=replace(team.s.policy, alerts=named))
    with sqlite_store() as uow:
        uow.lineages.save("dbt:demo", GRAPH, team.clock.now())
        uow.commit()
    team.declared(by=ANA, slo=None, text="orders are late", datasets=("raw_orders",))
    assert {VERA.id, DIA.id} <= members(team)


def test_nobody_comes_into_a_restricted_incident_by_rule(team: Scene) -> None:
    """The head reads it since exposure mode calls them; the VP, whom SEV1 lets in, does not."""
    incident = team.declared(by=ANA, restricted=True)
    assert incident.severity is Severity.SEV1
    assert VERA.id not in members(team)
    with pytest.raises(ForbiddenError, match="access grant"):
        incident_invites.invite(team.s, 1, {CHEN.id: "chen"}, ANA)


def test_a_drill_lets_only_those_in_whom_drills_call(sqlite_store: RecordingStore) -> None:
    rules = IncidentRules(escalation={}, invite={1: (), 2: (HEAD, SECOND)}, drill_page=(HEAD,))
    team = scene(sqlite_store, rules=rules)
    team.declared(by=ANA, drill=True)
    assert members(team) == {ANA.id, HANA.id}


def test_who_cannot_be_invited_is_told_once_and_stops_nobody(team: Scene) -> None:
    team.chat.strangers.add(BEN.id)
    team.declared(by=ANA)
    incident_invites.invite(team.s, 1, {DIA.id: "dia"}, ANA)
    assert members(team) == {ANA.id, DIA.id}
    members(team)
    told = [p.message for p in team.chat.posts if isinstance(p.message, IncidentNotice)]
    (said,) = [m.text for m in told if "invite" in m.text]
    assert said == f"Could not invite {BEN.id}: Slack knows no such active person."


def test_who_had_left_and_is_invited_again_comes_back(team: Scene) -> None:
    incident = team.declared(by=ANA)
    incident_invites.invite(team.s, 1, {DIA.id: "dia"}, ANA)
    person_left(team.s, str(incident.channel_id), DIA)
    assert DIA.id not in members(team)
    incident_invites.invite(team.s, 1, {DIA.id: "dia"}, ANA)
    assert DIA.id in members(team)
