"""Lineage and data repair from Slack: the fixture project's blast radius, units, and checks."""

import json
from datetime import timedelta
from pathlib import Path

import pytest

from fireline.adapters.lineage.dbt import read_manifest
from fireline.domain.incident.incident import Incident
from fireline.domain.incident.kinds import UnitStatus
from fireline.usecases.incident_contracts import watch_contracts
from tests.integration.slack_bot import Bot

DATA = Path(__file__).parents[1] / "data"


@pytest.fixture
def where(bot: Bot) -> str:
    """An incident of raw_orders, with lineage four hours old and its dashboard due in 160 min."""
    now = bot.services.clock.now()
    due = now + timedelta(hours=2, minutes=40, seconds=59)
    text = (DATA / "dbt" / "manifest.json").read_text("utf-8")
    document = json.loads(text.replace('"07:00"', f'"{due:%H:%M}"'))
    document["metadata"]["generated_at"] = (now - timedelta(hours=4)).isoformat()
    with bot.store() as uow:
        uow.lineages.save("dbt:demo", read_manifest(document), now)
        uow.commit()
    return bot.declared("orders are late").id


def incident(bot: Bot) -> Incident:
    with bot.store() as uow:
        found = uow.incidents.get(1)
    assert found is not None
    return found


def blocks(bot: Bot) -> str:
    return json.dumps(bot.ephemerals()[-1].blocks, ensure_ascii=False)


def test_the_channel_is_told_who_is_affected_with_owner_and_deadline(bot: Bot, where: str) -> None:
    bot.ask("/incident dataset add raw_orders late", "ana", where)
    bot.flows()
    (told,) = (
        m for m in bot.said(bot.sandbox.workspace.channels[where]) if m.text.startswith("Affected:")
    )
    assert told.text.startswith("Affected: 1 tier-0 dashboard (due in 2 h ")
    assert told.text.endswith("), 1 reverse-ETL, 1 ML model")
    drawn = json.dumps(told.blocks, ensure_ascii=False)
    for words in (
        "dashboard *Board revenue dashboard* · tier 0 · due ",
        "cfo-office@example.com #finance-data",
        "reverse-ETL *crm_reverse_etl* · tier 1 · growth-data@example.com #growth-data",
        "ML model *churn_model* · tier 1 · ml-platform@example.com #ml-platform",
        "lineage 4 h old; unknown beyond dbt",
    ):
        assert words in drawn
    assert "stg_payments" not in drawn
    bot.ask("/incident dataset add raw_payments late", "ana", where)
    bot.flows()
    again = bot.said(bot.sandbox.workspace.channels[where])
    assert len([m for m in again if m.text.startswith("Affected:")]) == 1


def test_impact_lists_names_that_are_in_no_lineage_and_refuses_odd_words(
    bot: Bot, where: str
) -> None:
    bot.ask("/incident dataset add nowhere late", "ana", where)
    assert "Not in the lineage: `nowhere`" in bot.ask("/incident impact", "ana", where)
    assert "impact refresh" in bot.ask("/incident impact now", "ana", where)
    bot.ask("/incident dataset add raw_orders late quarantined", "ana", where)
    assert bot.ask("/incident impact refresh", "ana", where).startswith("Affected: 1 tier-0")
    assert "kept from consumers: `raw_orders`" in blocks(bot)
    assert "not in the lineage: `nowhere`" in blocks(bot)


def test_a_repair_is_planned_from_lineage_run_and_verified(bot: Bot, where: str) -> None:
    for words in (
        "dataset add stg_orders wrong",
        "dataset add raw_orders wrong",
        "window -6h..-2h",
        "restore loader fixed",
        "repair backfill",
    ):
        bot.ask(f"/incident {words}", "ana", where)
    assert "0 of 2 units settled" in bot.ask("/incident unit plan", "ana", where)
    drawn = blocks(bot)
    assert drawn.index("1. *raw_orders*") < drawn.index("2. *stg_orders*")
    first = incident(bot).details.units[0]
    assert (first.dataset, first.order) == ("raw_orders", 1)
    started = bot.ask("/incident unit start 2", "ana", where)
    assert "{fireline_repair: INC-1/2}" in started
    assert "not repaired yet: unit 1" in started
    bot.ask("/incident unit done 1 rows:1200/1198~5", "ana", where)
    bot.ask("/incident unit done 2", "ana", where)
    said = bot.ask('/incident verify attested:"counted by day in the warehouse"', "ana", where)
    assert "all checks green" in said
    assert {u.status for u in incident(bot).details.units} == {UnitStatus.VERIFIED}
    bot.flows()
    posted = bot.said(bot.sandbox.workspace.channels[where])
    assert [m for m in posted if m.text.startswith("INC-1 data repair: 2 of 2 units settled")]
    assert watch_contracts(bot.services) == 0


def test_a_unit_without_its_dataset_opens_the_form_with_what_was_typed(
    bot: Bot, where: str
) -> None:
    bot.command("/incident unit add", "ana", where)
    form = json.dumps(bot.open_view().payload)
    assert "May it run twice?" in form
    assert '"Add a unit"' in form
