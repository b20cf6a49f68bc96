"""What help says of each verb: the chapter it stands in, and a line to copy.

A verb that is registered and stands in no chapter fails `tests/unit/test_slack_manual.py`.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Chapter:
    """Verbs that belong together, each with an example of what is typed after the command."""

    title: str
    examples: Mapping[str, str]


INCIDENT = (
    Chapter(
        "Begin and find",
        {
            "declare": "declare orders are late sev:2 dataset:raw_orders",
            "list": "list",
            "show": "show INC-7",
            "join": "join INC-7",
            "subscribe": "subscribe INC-7",
            "unsubscribe": "unsubscribe INC-7",
            "oncall": "oncall",
            "drill": "drill pipeline-and-quality",
        },
    ),
    Chapter(
        "How bad, and what is hit",
        {
            "severity": "severity 2 two more dashboards are wrong",
            "impact": "impact",
            "dataset": "dataset add warehouse.sales.orders late wrong",
            "type": "type add freshness",
            "slo": "slo add orders-fresh",
            "attach": "attach orders-fresh reads the same topic",
            "detach": "detach orders-fresh it has its own source",
            "change": "change add deploy-4711 of the orders connector",
            "link": "link add https://example.com/browse/DATA-12",
            "rename": "rename Orders are three hours late",
        },
    ),
    Chapter(
        "People",
        {
            "role": "role operations @bo",
            "claim": "claim commander",
            "release": "release commander",
            "handover": "handover @bo",
            "invite": "invite @bo @dia",
            "page": "page orders-oncall the connector is stuck",
        },
    ),
    Chapter(
        "Move it on",
        {
            "investigate": "investigate",
            "mitigate": "mitigate rolling the connector back at:-5m",
            "restore": "restore rows arrive again",
            "repair": "repair backfill of the night",
            "resolve": 'resolve no-damage checked:@bo how:"row counts match"',
            "review": "review",
            "close": "close",
            "reopen": "reopen service the lag came back at once",
            "decline": "decline false_alarm the sensor was blind",
            "cancel": "cancel declared by mistake",
            "merge": "merge INC-7",
            "split": "split Payments are late too slo:payments-fresh",
            "parent": "parent INC-7",
        },
    ),
    Chapter(
        "Tell others",
        {
            "update": "update c: orders are late a: Bo restarts the connector n: nothing",
            "snooze": "snooze 30m",
            "notify": "notify do-not-use revenue dashboard",
        },
    ),
    Chapter(
        "Keep what happens",
        {
            "note": "note the pager was silenced at:01:55",
            "cause": "cause a deploy filled the disk at:02:10",
            "hypothesis": "hypothesis the broker is full",
            "decide": 'decide roll back why:"quicker than a fix"',
            "task": "task tell finance @bo due:+1h",
            "timeline": "timeline",
            "time": "time impact_started 01:40 the first bad load was earlier",
        },
    ),
    Chapter(
        "Put the data right",
        {
            "window": "window 00:00..02:30 estimate",
            "unit": "unit add warehouse.sales.orders -6h..-2h backfill @bo eta:+2h",
            "verify": 'verify attested:"counted the rows of yesterday"',
        },
    ),
    Chapter(
        "When data was exposed",
        {
            "expose": "expose a partner may have read customer addresses",
            "access": "access grant @bo",
            "signoff": "signoff",
            "unexpose": "unexpose nobody outside had access, the log says",
        },
    ),
    Chapter(
        "Look back",
        {
            "accept": "accept all",
            "correct": 'correct 3 The connector was restarted why:"wrong service"',
            "hide": "hide 3 said in the wrong channel",
            "detected": "detected alert",
            "caused": "caused yes deploy-4711",
            "runbook": "runbook updated",
            "export": "export md",
        },
    ),
)
SLO = (
    Chapter(
        "Look",
        {
            "list": "list",
            "show": "show orders-fresh",
            "burn": "burn orders-fresh",
            "incidents": "incidents orders-fresh 30d",
            "link": "link orders-fresh",
            "backtest": "backtest orders-fresh from:30d",
        },
    ),
    Chapter(
        "Alerts",
        {
            "ack": "ack orders-fresh",
            "mute": "mute orders-fresh until:+2h we move the topic",
            "unmute": "unmute orders-fresh",
            "silence": "silence orders-fresh for:2h we move the topic",
            "silences": "silences",
        },
    ),
    Chapter(
        "Maintenance and freezes",
        {
            "exclude": "exclude orders-fresh 22:00..23:00 move of the topic approver:@bo",
            "exception": "exception orders until:+2h the fix itself approver:@bo",
            "approve": "approve MW-1",
            "freeze": "freeze",
        },
    ),
)
RUNBOOK = (
    Chapter("Find", {"search": "search consumer lag", "show": "show kafka-consumer-lag"}),
    Chapter(
        "Walk it in an incident",
        {
            "start": "start kafka-consumer-lag",
            "step": "step 2 done lag falls on every partition",
            "approve": "approve a1",
            "stop": "stop",
        },
    ),
    Chapter(
        "Keep them right",
        {
            "feedback": "feedback kafka-consumer-lag yes the second step was it",
            "reviewed": "reviewed kafka-consumer-lag",
            "stale": "stale",
            "missing": "missing",
        },
    ),
)
POSTMORTEM = (
    Chapter(
        "Write",
        {
            "show": "show INC-7",
            "draft": "draft INC-7",
            "action": "action alert on the lag @bo due:friday",
            "publish": "publish",
            "waive": "waive a known fault, already repaired for good",
        },
    ),
)
REVIEW = (
    Chapter(
        "Read and settle",
        {
            "show": "show 2026-W47",
            "post": "post",
            "action": "action ACT-1 done https://example.com/pull/12",
        },
    ),
)
CHAPTERS: Mapping[str, tuple[Chapter, ...]] = {
    "incident": INCIDENT,
    "slo": SLO,
    "runbook": RUNBOOK,
    "postmortem": POSTMORTEM,
    "review": REVIEW,
}
# Verbs of which nothing can be filled in, and why.
NO_FORM: Mapping[str, Mapping[str, str]] = {
    "incident": {
        "list": "it only shows something",
        "impact": "it only shows something",
        "oncall": "it only shows something",
        "investigate": "there is nothing to fill in",
        "timeline": "it opens a window of its own",
        "accept": "it opens a window with what waits",
        "signoff": "there is nothing to fill in",
    },
    "slo": {
        "list": "it only shows something",
        "silences": "it only shows something",
        "freeze": "it only shows something",
    },
    "runbook": {
        "stop": "there is nothing to fill in",
        "stale": "it only shows something",
        "missing": "it only shows something",
    },
    "postmortem": {"publish": "there is nothing to fill in"},
    "review": {"post": "there is nothing to fill in"},
}


def example_of(noun: str, verb: str) -> str:
    """A line to copy, without the command; the verb alone where none is known."""
    found = (chapter.examples.get(verb) for chapter in CHAPTERS[noun])
    return next((example for example in found if example), verb)
