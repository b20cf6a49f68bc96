"""What consumers are told by their class: the policy's templates, drafts, and their whole life."""

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from fireline.adapters.files.policy import read_policy
from fireline.adapters.lineage.dbt import read_manifest
from fireline.adapters.render.documents import JinjaDocuments
from fireline.adapters.slack.blocks import render
from fireline.domain.errors import InvalidInputError
from fireline.domain.incident.incident import Incident
from fireline.domain.incident.kinds import Harm, NoticeKind
from fireline.domain.incident.notices import draft
from fireline.domain.policy.notice_rules import DEFAULT_NOTICES, NOTICE_FACTS
from fireline.usecases import incident_facts as facts
from fireline.usecases import incident_notices
from fireline.usecases.incident_notices import consumers_of, notify
from fireline.usecases.ingest_lineage import take_graph
from fireline.usecases.manage_incident import Declare, declare
from fireline.usecases.ports import Services
from tests.builders import ANA, services
from tests.fakes import FakeClock
from tests.store_fixture import RecordingStore

MANIFEST = Path(__file__).parents[1] / "data" / "dbt" / "manifest.json"
BOARD, CHURN, CRM = "Board revenue dashboard", "churn_model", "crm_reverse_etl"
HOUR = timedelta(hours=1)


@pytest.fixture
def s(sqlite_store: RecordingStore) -> Services:
    made = services(sqlite_store, clock=FakeClock(), documents=JinjaDocuments())
    take_graph(made, "dbt:demo", read_manifest(json.loads(MANIFEST.read_text("utf-8"))))
    return made


@pytest.fixture
def incident(s: Services) -> Incident:
    made = declare(s, Declare("orders are wrong", ANA)).incident
    facts.add_dataset(s, made.id, "raw_orders", (Harm.WRONG,), ANA)
    now = s.clock.now()
    return facts.set_window(s, made.id, now - 6 * HOUR, now - HOUR, ANA, estimate=True)


def tell(s: Services, incident: Incident, kind: NoticeKind) -> dict[str, str]:
    """Tell everybody; gives what each is advised."""
    names = [consumer.name for consumer in consumers_of(s, incident.id, kind)]
    told = notify(s, incident.id, kind, names, draft(incident, kind), ANA)
    return {notice.consumer: notice.advice for notice in told.details.notices}


def test_each_class_hears_what_it_has_to_do_and_later_what_to_do_then(
    s: Services, incident: Incident
) -> None:
    first = tell(s, incident, NoticeKind.DO_NOT_USE)
    assert first[BOARD] == (
        "Keep these figures out of reports, board packs and the close. "
        "Figures up to 21 Nov 20:10 UTC are good."
    )
    assert first[CHURN].startswith("Pause training and feature refresh on it")
    assert first[CRM].startswith("Pause syncs")
    then = tell(s, incident, NoticeKind.CORRECTION)
    assert then[CRM] == (
        "Send the right rows of 21 Nov 20:10 to 22 Nov 01:10 UTC (estimate) to whoever got others."
    )
    last = tell(s, incident, NoticeKind.ALL_CLEAR)
    assert set(last) == set(first)
    assert last[BOARD].startswith("Reports may be refreshed")


def test_an_all_clear_goes_to_everybody_who_was_warned_also_those_lineage_does_not_know(
    s: Services, incident: Incident
) -> None:
    notify(s, incident.id, NoticeKind.DO_NOT_USE, [BOARD, "the auditors"], "Do not use it.", ANA)
    asked = [consumer.name for consumer in consumers_of(s, incident.id, NoticeKind.ALL_CLEAR)]
    assert asked == [BOARD, "the auditors"]


def test_a_draft_says_what_since_when_what_is_good_and_when_there_is_word_again(
    s: Services, incident: Incident
) -> None:
    due = s.clock.now() + HOUR
    known = replace(incident, details=replace(incident.details, next_update_due=due))
    assert draft(known, NoticeKind.DO_NOT_USE) == (
        "Please do not use this data: raw_orders for 21 Nov 20:10 to 22 Nov 01:10 UTC "
        "(estimate). It is wrong. What is older than 21 Nov 20:10 UTC is good. "
        "Next word by 22 Nov 03:10 UTC, and when it is safe."
    )
    assert draft(known, NoticeKind.ALL_CLEAR).startswith("Safe to use again: raw_orders for 21 Nov")


def test_the_message_has_the_advice_for_its_class_below_the_text(
    s: Services, incident: Incident
) -> None:
    tell(s, incident, NoticeKind.DO_NOT_USE)
    with s.store() as uow:
        view = incident_notices.consumer_notice(s, uow, f"{incident.id}|{CHURN}|#ml-platform")
    assert view is not None
    drawn = json.dumps(render(view).blocks)
    assert "*For ML:* Pause training and feature refresh" in drawn


def test_every_shipped_template_can_be_filled_in_with_and_without_facts() -> None:
    for known in (dict.fromkeys(NOTICE_FACTS, "x"), dict.fromkeys(NOTICE_FACTS, "")):
        for texts in DEFAULT_NOTICES.values():
            for template in texts.values():
                assert JinjaDocuments().sentence(template, known).endswith(".")


@pytest.mark.parametrize(
    "template", ["{{ ''.__class__.__mro__ }}", "{{ nobody }}", "{% for", "{{ 1 / 0 }}"]
)
def test_a_template_that_reaches_out_or_breaks_says_so(template: str) -> None:
    with pytest.raises(InvalidInputError):
        JinjaDocuments().sentence(template, {})


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("ml: {do_not_use: 'Use {{ wrong }}.'}", "`wrong` is no fact of a notice"),
        ("ml: {do_not_use: '{% if'}", "this is no template"),
        ("ml: {do_not_use: '" + "x" * 601 + "'}", "a notice holds 600 characters"),
        ("marketing: {do_not_use: 'x'}", "notices has no `marketing`"),
        ("ml: {warning: 'x'}", "ml has no `warning`"),
    ],
)
def test_a_policy_with_an_odd_notice_is_refused_with_its_line(line: str, said: str) -> None:
    text = f"apiVersion: fireline/v1\nkind: Policy\nnotices:\n  {line}\n"
    _, problems = read_policy("policy.yaml", text)
    assert [(p.line, said in p.message) for p in problems] == [(4, True)]


def test_a_teams_own_words_replace_the_shipped_ones_and_only_those() -> None:
    text = "apiVersion: fireline/v1\nkind: Policy\nnotices:\n  ml: {correction: 'Retrain.'}\n"
    policy, problems = read_policy("policy.yaml", text)
    assert problems == []
    notices = policy.incidents.notices
    assert notices["ml"]["correction"] == "Retrain."
    assert notices["ml"]["do_not_use"] == DEFAULT_NOTICES["ml"]["do_not_use"]
    assert notices["finance_bi"] == DEFAULT_NOTICES["finance_bi"]


def test_a_quarantined_dataset_is_known_as_such_until_it_is_released(
    s: Services, incident: Incident
) -> None:
    kept = facts.quarantine(s, incident.id, "raw_orders", ANA, kept_away=True)
    assert kept.details.affected[0].quarantined
    free = facts.quarantine(s, incident.id, "raw_orders", ANA, kept_away=False)
    assert not free.details.affected[0].quarantined
