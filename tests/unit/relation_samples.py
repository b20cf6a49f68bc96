"""How incidents hang together, as it is shown: usual, and at its worst."""

from dataclasses import replace
from datetime import UTC, datetime

from fireline.domain.incident.proposals import ProposalKind
from fireline.usecases.relation_views import (
    ChangeLine,
    ChangesMessage,
    ProposalMessage,
    Proposed,
)
from fireline.usecases.views import AlertMessage, IncidentCard, Message

NOW = datetime(2026, 11, 23, 2, 21, tzinfo=UTC)
CHANGES = (
    "01:58 UTC Deploy ingest 1.4 (ingest, by ben): caused it",
    "01:20 UTC Config more partitions (kafka, by ana), changes shop.public.orders, upstream",
)
LINKS = ("https://jira.example.com/DATA-812", "https://grafana.example.com/d/orders?from=now-3h")


def a_proposal(**changes: object) -> ProposalMessage:
    view = ProposalMessage(
        "card:142",
        142,
        "INC-142",
        1,
        ProposalKind.ATTACH,
        "Page-level alert of Payments are fresh: the same service payments. It may belong here",
    )
    return replace(view, **changes)  # type: ignore[arg-type]


def usual_relations(alert: AlertMessage, card: IncidentCard) -> dict[str, Message]:
    root = (
        "Freshness of raw_orders failed: shop.raw_orders is upstream of shop.stg_orders."
        " It may have begun there"
    )
    impact = "INC-143 saw the impact begin at 2026-11-23 01:40 UTC"
    done = {"accepted": True, "decided_by": "Ana Torres", "decided_at": NOW}
    return {
        "proposal": a_proposal(),
        "proposal_root": a_proposal(kind=ProposalKind.ROOT, text=root, dataset="shop.raw_orders"),
        "proposal_impact": a_proposal(kind=ProposalKind.IMPACT, text=impact, moment=NOW),
        "changes": ChangesMessage(
            "card:142",
            "INC-142",
            (
                ChangeLine(
                    "ingest-1.4",
                    NOW,
                    "Deploy ingest 1.4 (ingest, by ben)",
                    "same service ingest",
                    "https://ci.example.com/7",
                    cause=True,
                ),
                ChangeLine(
                    "kafka-88",
                    NOW,
                    "Config more partitions (kafka, by ana)",
                    "changes shop.public.orders, upstream",
                ),
            ),
        ),
        "proposal_done": a_proposal(**done),
        "proposal_refused": a_proposal(**{**done, "accepted": False}),
        "alert_follows": replace(
            alert,
            incident_ref="INC-142",
            incident_channel="C1",
            follows="downstream of shop.raw_orders",
            flaps=5,
        ),
        "alert_proposed": replace(
            alert, proposed=Proposed(142, "INC-142", 1, "the same service orders")
        ),
        "card_changes": replace(card, changes=CHANGES, links=LINKS, part_of="INC-140"),
    }


def worst_relations(alert: AlertMessage, card: IncidentCard, rude: str) -> dict[str, Message]:
    done = {"accepted": False, "decided_by": rude, "decided_at": NOW}
    return {
        "changes": ChangesMessage(
            "card:1", rude, (ChangeLine(rude, NOW, rude, rude, f"https://x/{rude}"),) * 50
        ),
        "proposal": a_proposal(text=rude, ref=rude),
        "proposal_done": a_proposal(text=rude, **done),
        "alert_follows": replace(alert, incident_ref=rude, follows=rude, flaps=99),
        "alert_proposed": replace(alert, proposed=Proposed(1, "INC-1", 1, rude)),
        "card_changes": replace(
            card, changes=(rude,) * 50, links=(f"https://x/{rude}",) * 30, part_of=rude
        ),
    }
