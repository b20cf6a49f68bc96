"""Joining an incident that is there already, instead of declaring the same thing twice."""

from collections.abc import Mapping, Sequence

from fireline.adapters.slack import ids
from fireline.adapters.slack.blocks import Rendered, answers, kit
from fireline.adapters.slack.blocks.declare_form import SIMILAR_SHOWN, similar_rows
from fireline.adapters.slack.blocks.markup import channel, esc
from fireline.adapters.slack.desk import Asked, Desk, Reply
from fireline.adapters.slack.grammar import Typed, incident_number
from fireline.adapters.slack.interactions import Pressed
from fireline.domain.incident.incident import Incident
from fireline.usecases import incident_facts
from fireline.usecases.similar_incidents import Similar

ANYWAY = "anyway:yes"
LONGEST = 2000


def join(desk: Desk, asked: Asked, typed: Typed) -> Reply:
    """Be invited, by the incident's number; here without one."""
    if typed.words:
        return _joined(desk, asked, desk.incident(incident_number(typed.words[0])))
    return _joined(desk, asked, desk.incident_here(asked.channel))


def join_instead(desk: Desk, asked: Asked, pressed: Pressed) -> Reply:
    """Be invited to the incident that was shown."""
    return _joined(desk, asked, desk.incident(int(pressed.value)))


def _joined(desk: Desk, asked: Asked, incident: Incident) -> Rendered:
    after = incident_facts.join(desk.s, incident.id, asked.user)
    if after.channel_id is None:
        return answers.told(f"{after.ref}: its channel is being opened; you will be invited.")
    link = channel(after.channel_id)
    return answers.said(f"You are invited to {esc(after.ref)}: {link}", f"Invited to {after.ref}")


def is_it_one_of_these(similar: Sequence[Similar], line: str) -> Rendered:
    """Asked before a second incident of the same thing is opened; `line` is what was typed."""
    anyway = [kit.button("Declare anyway", ids.DECLARE_ANYWAY, line)]
    refs = ", ".join(one.incident.ref for one in similar[:SIMILAR_SHOWN])
    return kit.rendered(
        f"Is it {refs}?",
        [
            kit.section("*Is it one of these?* Nothing is declared yet."),
            *similar_rows(similar),
            kit.actions(anyway) if len(line) <= LONGEST else None,
            kit.context(f"Or type it again with `{ANYWAY}`."),
        ],
    )


OWN_OPTIONS: Mapping[str, tuple[str, ...]] = {"declare": ("anyway",)}
HELP: Mapping[str, str] = {"join INC-7": "invites you to an incident's channel"}
