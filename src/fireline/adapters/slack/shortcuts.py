"""Shortcuts: on a message, and from anywhere."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from fireline.adapters.slack import declaring, ids
from fireline.adapters.slack.blocks import action, answers, modals
from fireline.adapters.slack.blocks.declare_form import DeclareForm
from fireline.adapters.slack.blocks.markup import clip
from fireline.adapters.slack.blocks.modals import Prefill
from fireline.adapters.slack.desk import Asked, Desk, Modal, Reply
from fireline.adapters.slack.files import shared
from fireline.adapters.slack.log_acts import DECIDE
from fireline.domain.errors import NotFoundError
from fireline.domain.incident.incident import Incident
from fireline.usecases import chase_actions
from fireline.usecases.capture_ports import FileRef
from fireline.usecases.capture_timeline import add_message
from fireline.usecases.manage_incident import incident_in
from fireline.usecases.ports import RawMessage

# In a modal's metadata each character may take two, of 3000 in all.
MAX_CARRIED = 1400


@dataclass(frozen=True, slots=True)
class Chosen:
    """The message a shortcut was used on; `text` is readable plain text."""

    ts: str
    text: str
    author: str
    thread_ts: str | None = None
    source_text: str = ""
    files: tuple[FileRef, ...] = ()

    def source(self, channel: str) -> dict[str, str]:
        """Where it stands, to travel with a modal."""
        found = {"source_channel": channel, "ts": self.ts}
        return found | ({"thread_ts": self.thread_ts} if self.thread_ts else {})


Shortcut = Callable[[Desk, Asked, Chosen], Reply]


def chosen(desk: Desk, payload: Mapping[str, Any]) -> Chosen:
    """The message of a shortcut's payload; of a global one, nothing."""
    message = payload.get("message") or {}
    return Chosen(
        ts=str(message.get("ts") or ""),
        text=desk.readable(str(message.get("text") or "")),
        author=str(message.get("user") or message.get("bot_id") or ""),
        thread_ts=message.get("thread_ts"),
        source_text=str(message.get("text") or ""),
        files=shared(message),
    )


def add_to_timeline(desk: Desk, asked: Asked, message: Chosen) -> Reply:
    """Add it at once in an incident's channel; elsewhere ask which incident."""
    if incident_in(desk.s, asked.channel) is not None:
        author = desk.actor(message.author)
        kept = RawMessage(
            channel=asked.channel,
            ts=message.ts,
            user=author.id,
            user_name=author.name,
            text=message.text,
            thread_ts=message.thread_ts,
            source=message.source_text,
            files=message.files,
        )
        incident = add_message(desk.s, kept, asked.user)
        return answers.told(f"Added to the timeline of {incident.ref}.")
    known = _open(desk, asked)
    text = clip(message.text, MAX_CARRIED)
    source = {**message.source(asked.channel), "text": text, "author": message.author}
    given = Prefill(text=text, channel=asked.channel, source=source)
    return Modal(modals.timeline(given, known))


def _open(desk: Desk, asked: Asked) -> list[Incident]:
    """Open incidents that the person may read, the newest first.

    Raises:
        NotFoundError: there are none.
    """
    known = desk.open_incidents(asked)
    if not known:
        raise NotFoundError("No incident is open. Use *Declare incident* on this message instead.")
    return known


def record_decision(desk: Desk, asked: Asked, message: Chosen) -> Reply:
    """The decision form with the message's words; elsewhere it asks which incident."""
    words = clip(" ".join(message.text.split()), MAX_CARRIED)
    values = {"text": words, **message.source(asked.channel)}
    here = incident_in(desk.s, asked.channel)
    if here is not None:
        return Modal(DECIDE.form(here, asked.channel, values))
    return Modal(DECIDE.form_asking(_open(desk, asked), asked.channel, values))


def declare_from_message(desk: Desk, asked: Asked, message: Chosen) -> Reply:
    """The declare form with the message's words."""
    first = clip(" ".join(message.text.split()), 150)
    link = desk.permalink(asked.channel, message.ts)
    source = message.source(asked.channel)
    given = DeclareForm(text=first, channel=asked.channel, link=link, source=source)
    return declaring.open_form(desk, asked, given)


def make_action_item(desk: Desk, asked: Asked, message: Chosen) -> Reply:
    """The action form with the message's words."""
    words = clip(" ".join(message.text.split()), MAX_CARRIED)
    due = desk.today(asked.user.id) + timedelta(days=desk.s.policy.action_due_days)
    given = Prefill(text=words, channel=asked.channel, person=asked.user.id, due=due)
    here = incident_in(desk.s, asked.channel)
    known = () if here else _choice(desk, asked)
    return Modal(modals.action(given, here, known))


def _choice(desk: Desk, asked: Asked) -> Sequence[Incident]:
    """Incidents that an action item may belong to; it may belong to none."""
    try:
        return _open(desk, asked)
    except NotFoundError:
        return ()


def declare(desk: Desk, asked: Asked, _message: Chosen) -> Reply:
    """The empty declare form."""
    return declaring.open_form(desk, asked, DeclareForm(channel=asked.channel))


def my_actions(desk: Desk, asked: Asked, _message: Chosen) -> Reply:
    """One's own open action items, each with the button that closes it."""
    return action.mine(chase_actions.my_actions(desk.s, asked.user.id))


SHORTCUTS: Mapping[str, Shortcut] = {
    ids.MESSAGE_TIMELINE: add_to_timeline,
    ids.MESSAGE_DECLARE: declare_from_message,
    ids.MESSAGE_ACTION: make_action_item,
    ids.MESSAGE_DECISION: record_decision,
    ids.SHORTCUT_DECLARE: declare,
    ids.SHORTCUT_ACTIONS: my_actions,
}
