"""Every verb that moves an incident or tells it something: typed, by form, and refused."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from fireline.adapters.lineage.dbt import read_manifest
from fireline.adapters.slack.acts import VIEW
from fireline.adapters.slack.incident_acts import HELP, SUBMISSIONS, VERBS
from fireline.domain.incident.incident import Incident, IncidentState, Severity, Stamp
from fireline.domain.incident.kinds import Answer, DetectedBy, Harm, IncidentType, UnitStatus
from fireline.sandbox.blockkit import validate_view
from fireline.usecases.incident_clock import watch_incidents
from tests.integration.slack_bot import Bot

MANIFEST = Path(__file__).parents[1] / "data" / "dbt" / "manifest.json"
AT = datetime(2026, 11, 23, 4, 20, tzinfo=UTC)
# All that their form asks may be left out.
BARE = {"export", "repair", "review", "close", "verify", "release", "signoff"}
ACTS = sorted(name.removeprefix(VIEW) for name in SUBMISSIONS)


def incident(bot: Bot, number: int = 1) -> Incident:
    with bot.store() as uow:
        found = uow.incidents.get(number)
    assert found is not None
    return found


def texts(bot: Bot, number: int = 1) -> list[str]:
    with bot.store() as uow:
        return [e.text for e in uow.timeline.entries(number)]


def typed(bot: Bot, where: str, *lines: str) -> str:
    said = ""
    for line in lines:
        said = bot.ask(f"/incident {line}", "ana", where)
    return said


def test_a_damaged_dataset_goes_the_whole_way_to_closed(bot: Bot) -> None:
    where = bot.declared("wrong numbers in orders sev:3").id
    refused = typed(bot, where, "restore sensor restarted", "repair backfill the night at:-1m")
    assert "no dataset is named" in refused
    typed(
        bot,
        where,
        "dataset add Warehouse.Sales.Orders wrong late",
        "window -6h..-2h estimate",
        "repair backfill the night",
    )
    now = incident(bot)
    assert now.state is IncidentState.REPAIRING
    assert now.datasets == ("warehouse.sales.orders",)
    assert now.details.affected[0].harms == (Harm.WRONG, Harm.LATE)
    assert now.details.bad_window is not None
    assert now.details.bad_window.estimate
    assert now.at(Stamp.DATA_REPAIR_STARTED) is not None
    typed(bot, where, 'resolve repaired checked:@bo how:"compared with the source"')
    assert "nobody has accepted the timeline" in typed(bot, where, "review")
    typed(bot, where, "time impact_started -3h the first load", "accept all", "review")
    assert incident(bot).state is IncidentState.REVIEWING
    assert "nobody said whether the runbook was right" in typed(bot, where, "close")
    typed(bot, where, "runbook updated", "detected consumer", "caused no", "close done")
    closed = incident(bot)
    assert closed.state is IncidentState.CLOSED
    assert closed.details.detected_by is DetectedBy.CONSUMER
    assert closed.details.caused_by_change is Answer.NO
    assert "reviewing -> closed: done" in texts(bot)


def test_a_closed_incident_is_reopened_with_a_reason(bot: Bot) -> None:
    where = bot.declared().id
    typed(bot, where, "restore done")
    assert "characters" in typed(bot, where, "reopen service again")
    typed(bot, where, "reopen service the lag came back at once")
    now = incident(bot)
    assert now.state is IncidentState.INVESTIGATING
    assert now.at(Stamp.RESTORED) is None
    assert now.details.reopened[0].same_impact


def test_a_false_alarm_is_declined_and_an_error_cancelled(bot: Bot) -> None:
    first = bot.declared("nothing really").id
    typed(bot, first, "decline false-alarm the sensor was blind")
    assert incident(bot).state is IncidentState.DECLINED
    second = bot.declared("a test").id
    typed(bot, second, "cancel declared by mistake")
    assert incident(bot, 2).state is IncidentState.CANCELLED


def test_a_merged_incident_lives_on_in_the_other(bot: Bot) -> None:
    bot.declared("orders are late")
    second = bot.declared("payments are late").id
    typed(bot, second, "dataset add sales.payments late", "note the source is slow")
    assert "INC-1" in typed(bot, second, "merge INC-1")
    assert incident(bot, 2).merged_into == 1
    assert incident(bot).datasets == ("sales.payments",)
    assert "the source is slow" in texts(bot)
    assert "INC-2 was merged into this one" in texts(bot)


def test_what_is_thought_decided_and_to_be_done_is_kept(bot: Bot) -> None:
    where = bot.declared().id
    typed(
        bot,
        where,
        "type add freshness",
        "hypothesis the broker is full",
        "hypothesis ruled-out the broker is full",
        "cause a deploy at noon",
        'decide roll back why:"quicker" options:"fix forward"',
        "decide open the bucket to @bo kind:temporary_access expires:+2h",
        "task tell finance @bo due:+1h",
        "task done 1",
        "rename Orders stand still",
    )
    now = incident(bot)
    assert now.title == "Orders stand still"
    assert now.details.types == (IncidentType.FRESHNESS,)
    assert now.at(Stamp.IDENTIFIED) is not None
    first, second = now.details.decisions
    assert (first.text, first.why, first.options) == ("roll back", "quicker", "fix forward")
    assert second.open_at(second.decided_at)
    assert now.details.tasks[0].done_at is not None
    typed(bot, where, "decide revoked:2")
    assert incident(bot).details.decisions[1].revoked_at is not None
    assert "need an end" in typed(bot, where, "decide open it kind:temporary_access")
    assert "Ruled out: the broker is full" in texts(bot)


def test_words_that_look_like_another_verbs_option_stay_in_a_note(bot: Bot) -> None:
    where = bot.declared().id
    typed(bot, where, "note the reason why:unknown due:later")
    assert "the reason why:unknown due:later" in texts(bot)


def test_each_verb_without_its_words_opens_a_form_that_slack_accepts(bot: Bot) -> None:
    where = bot.declared().id
    for verb in sorted(set(ACTS) - BARE):
        bot.command(f"/incident {verb}", "ana", where)
        view = bot.open_view()
        assert view.payload["callback_id"] == f"{VIEW}{verb}"
        assert not validate_view(view.payload)
        bot.act("close", user="ana", view_id=view.id)


@pytest.mark.parametrize("verb", sorted(BARE))
def test_a_verb_that_needs_no_words_is_answered(bot: Bot, verb: str) -> None:
    where = bot.declared().id
    assert bot.ask(f"/incident {verb}", "ana", where)


def test_a_form_does_what_typing_does_and_errors_stand_at_the_field(bot: Bot) -> None:
    where = bot.declared().id
    bot.command("/incident window", "ana", where)
    answer = bot.submit(bot.open_view(), window="yesterday")
    assert "is not a time" in json.dumps(answer) or "stretch" in json.dumps(answer)
    bot.submit(bot.open_view(), window="-3h..-1h", estimate="yes")
    assert incident(bot).details.bad_window is not None


def test_help_names_every_verb(bot: Bot) -> None:
    named = {form.split(" ")[0] for form in HELP if form}
    assert named >= set(VERBS) - {"investigate"}
    said = bot.ask("/incident help", "ana")
    for verb in ("repair", "reopen", "decide", "window"):
        assert verb in said or any(verb in json.dumps(m.blocks) for m in bot.ephemerals())


def test_a_severe_incident_closes_only_with_its_postmortem_or_a_waiver(bot: Bot) -> None:
    where = bot.declared("all is wrong sev:1").id
    typed(
        bot,
        where,
        "cause a bad deploy",
        "restore rolled back",
        'resolve no-damage checked:@bo how:"counted rows"',
        "time impact_started -1m first load",
        "accept all",
        "review",
        "runbook right",
        "detected alert",
        "caused yes",
    )
    assert "the postmortem is not published" in typed(bot, where, "close")
    assert "a few words" in bot.ask("/postmortem waive no", "ana", where)
    bot.ask("/postmortem draft", "ana", where)
    assert "is published" in bot.ask("/postmortem publish", "ana", where)
    typed(bot, where, "close")
    assert incident(bot).state is IncidentState.CLOSED
    assert incident(bot).at(Stamp.PM_PUBLISHED) is not None


def test_the_blast_radius_is_posted_and_proposes_a_severity(bot: Bot) -> None:
    graph = read_manifest(json.loads(MANIFEST.read_text("utf-8")))
    with bot.store() as uow:
        uow.lineages.save("dbt:demo", graph, AT)
        uow.commit()
    channel = bot.declared("orders are wrong")
    typed(bot, channel.id, "dataset add raw_orders wrong")
    bot.flows()
    posted = [m for m in bot.said(channel) if "Affected:" in m.text]
    assert len(posted) == 1
    assert "1 tier-0 dashboard" in posted[0].text
    drawn = json.dumps(posted[0].blocks)
    assert "cfo-office@example.com" in drawn
    assert "unknown beyond dbt" in drawn
    assert "1 tier-0 dashboard" in bot.ask("/incident impact", "ana", channel.id)
    assert incident(bot).severity is Severity.SEV3


def test_without_lineage_a_dataset_is_named_as_unknown(bot: Bot) -> None:
    where = bot.declared("orders are wrong").id
    assert "No dataset is named yet" in bot.ask("/incident impact", "ana", where)
    typed(bot, where, "dataset add warehouse.sales.orders wrong")
    assert "Not in the lineage" in bot.ask("/incident impact", "ana", where)


def test_the_rules_set_the_severity_again_when_asked_to(bot: Bot) -> None:
    where = bot.declared("orders are wrong sev:1").id
    assert incident(bot).severity is Severity.SEV1
    typed(bot, where, "severity auto")
    assert incident(bot).severity is Severity.SEV3
    assert any("by the rules" in text for text in texts(bot))


def test_an_update_is_posted_and_the_next_one_is_due_by_the_clock(bot: Bot) -> None:
    channel = bot.declared("all is wrong sev:1")
    typed(bot, channel.id, "update c: orders 3 h late a: restarting n: a DBA e: we are on it")
    bot.flows()
    (posted,) = [m for m in bot.said(channel) if "update 1" in m.text]
    drawn = json.dumps(posted.blocks)
    assert "*Needs* a DBA" in drawn
    assert "next update due" in drawn
    said = incident(bot).details.updates[0]
    assert (said.conditions, said.actions) == ("orders 3 h late", "restarting")
    bot.sandbox.advance("31m")
    assert watch_incidents(bot.services) > 0
    assert watch_incidents(bot.services) == 0
    bot.flows()
    nag = [m for m in bot.said(channel) if "An update is due" in m.text]
    assert len(nag) == 1
    assert nag[0].thread_ts == channel.pins[0]
    typed(bot, channel.id, "snooze 30m")
    first = incident(bot).details.next_update_due
    assert first is not None
    again = first + timedelta(minutes=30)
    assert f"due {again:%d %b %H:%M} UTC now" in typed(bot, channel.id, "snooze 30m")
    assert "put off twice" in typed(bot, channel.id, "snooze 30m")


def test_repair_units_are_verified_and_then_the_incident_is_resolved(bot: Bot) -> None:
    where = bot.declared("wrong numbers").id
    typed(
        bot,
        where,
        "dataset add sales.orders wrong",
        "window -6h..-2h",
        "restore loader fixed",
        "repair backfill",
        "unit add sales.orders 2026-11-22..2026-11-23 backfill @bo eta:+2h",
        "unit start 1",
    )
    assert "repair units are open" in typed(bot, where, "resolve repaired checked:@bo how:x")
    typed(bot, where, "unit done 1 rows:1200/1100")
    assert "red" in typed(bot, where, "verify")
    assert "is red" in typed(bot, where, "resolve repaired checked:@bo how:x")
    assert "cannot become running" in typed(bot, where, "unit start 1")
    typed(bot, where, "unit fail 1 again", "unit done 1 rows:1200/1200", "verify")
    now = incident(bot)
    assert now.details.units[0].status is UnitStatus.VERIFIED
    assert "wait" in typed(bot, where, "resolve repaired checked:@bo how:x")
    bot.sandbox.advance("16m")
    typed(bot, where, "verify", "resolve repaired checked:@bo how:x")
    assert incident(bot).state is IncidentState.RESOLVED
