"""Bringing one message in Slack to what the database says, posting it once and editing it after.

A message is a projection: `kind` and `ref` name what it shows, `key` names the message itself. The
intention to post is committed before the call; when its outcome is unknown, the channel is searched
for the key before anything is posted again.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace

from fireline.domain.errors import RejectedError
from fireline.usecases.outside import marked, told_there
from fireline.usecases.ports import FlowCall, Ids, PostedMessage, PostedRef, Services, UnitOfWork
from fireline.usecases.views import (
    AlertMessage,
    AlertReply,
    BlastMessage,
    BudgetChart,
    BudgetOverview,
    ChangesMessage,
    EarlierMessage,
    IncidentCard,
    IncidentNotice,
    Message,
    PagingMessage,
    ProposalMessage,
    ReviewDigest,
    SloDetail,
    TriageMessage,
    unmarked,
)

Projection = Callable[[Services, UnitOfWork, str], Message | None]
Projections = Mapping[str, Projection]

THREADED = (
    AlertReply,
    BlastMessage,
    ChangesMessage,
    EarlierMessage,
    IncidentNotice,
    PagingMessage,
    ProposalMessage,
    TriageMessage,
)
GONE = frozenset({"message_not_found", "cant_update_message", "edit_window_closed"})


def posting(ids: Ids, *, key: str, channel: str, kind: str, ref: str) -> FlowCall:
    """The call that brings the message `key` up to date, in order with others of its channel."""
    return FlowCall(
        flow="publish",
        args=(key, channel, kind, ref),
        id=f"{ids.sortable()}:{key}",
        queue="posting",
        partition=channel,
    )


def publish(s: Services, projections: Projections, target: PostedMessage) -> bool:
    """Post or edit the message of `target`; False when there was nothing to show or nothing new.

    `target` needs `key`, `channel`, `kind` and `ref` only; the rest is read from the store.

    Raises:
        EffectError: Slack did not do it; the record of the intention stays.
    """
    with s.store() as uow:
        known = uow.messages.get(target.key)
        message = projections[target.kind](s, uow, target.ref)
        message = told_there(uow, target, known, message)
        if message is None:
            return False
        thread = _thread(uow, message)
        message = marked(uow, known or target, message)
        if known is None:
            uow.messages.save(target)
            uow.commit()
    if known is not None and known.ts is None:
        known = replace(known, channel=target.channel)  # its channel may have been left meanwhile
    record = _with_chart(s, known or target, message)
    fresh = s.chat.fingerprint(message)
    if record.ts is not None and record.content_hash == fresh:
        return False
    posted = _deliver(s, record, message, thread, searched=known is not None)
    done = replace(record, ts=posted.ts, channel_id=posted.channel_id, content_hash=fresh)
    with s.store() as uow:
        uow.messages.save(done)
        uow.commit()
    return True


def _thread(uow: UnitOfWork, message: Message) -> PostedRef | None:
    """The message whose thread this one belongs to, when it is in Slack."""
    parent = uow.messages.get(message.thread) if isinstance(message, THREADED) else None
    if parent is None or parent.ts is None or parent.channel_id is None:
        return None
    return PostedRef(parent.channel_id, parent.ts)


def _deliver(
    s: Services,
    record: PostedMessage,
    message: Message,
    thread: PostedRef | None,
    *,
    searched: bool,
) -> PostedRef:
    """Edit what is there; post where nothing is."""
    if record.ts is not None and record.channel_id is not None:
        posted = PostedRef(record.channel_id, record.ts)
        try:
            s.chat.update(posted, message, record.key, record.chart_file)
        except RejectedError as error:
            if error.code not in GONE:
                raise
        else:
            return posted
    elif searched:
        found = s.chat.find_post(record.channel, record.key, thread)
        if found is not None:
            s.chat.update(found, message, record.key, record.chart_file)
            if isinstance(unmarked(message), IncidentCard):
                s.chat.pin(found)  # a crash between posting and pinning
            return found
    return s.chat.post(record.channel, message, record.key, record.chart_file, thread)


def _with_chart(s: Services, record: PostedMessage, message: Message) -> PostedMessage:
    """Upload the picture when the message has a new version of one."""
    chart = _chart_of(message)
    if chart is None or record.chart_version == chart.version:
        return record
    png = _png(s, chart)
    name = f"{record.ref}-{chart.version}.png".replace(":", "-")
    file_id = s.chat.upload_image(png, name, chart.alt)
    return replace(record, chart_version=chart.version, chart_file=file_id)


def _chart_of(message: Message) -> BudgetChart | BudgetOverview | None:
    if isinstance(message, ReviewDigest):
        return message.overview
    return message.chart if isinstance(message, AlertMessage | SloDetail) else None


def _png(s: Services, chart: BudgetChart | BudgetOverview) -> bytes:
    if isinstance(chart, BudgetOverview):
        return s.charts.overview(chart)
    return s.charts.budget(chart)
