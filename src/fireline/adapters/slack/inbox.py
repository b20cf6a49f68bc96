"""Store before ack: nothing is acknowledged before its id, and an event's content, is recorded.

A repeat of an envelope is acknowledged and stopped. A command that only reads is the exception:
nothing is lost with it, so its id is kept in memory alone and its answer waits for no database.
"""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from threading import Condition
from typing import Any

from slack_bolt import BoltResponse

from fireline.adapters.slack.capture import Record, capture
from fireline.adapters.slack.desk import Desk, log
from fireline.adapters.slack.mentions import Mentions
from fireline.domain.errors import ConflictError, UserError

READ_REMEMBERED = 2_000


class Inbox:
    """The first handler of every request.

    An event's use case runs first and its id is kept after: a crash in between leads to a repeat
    that finds its work done, never to an event that is known but not recorded. Ids under way are
    held in memory so that a repeat arriving meanwhile waits instead of working beside.
    """

    def __init__(self, desk: Desk, mentions: Mentions) -> None:
        self._desk = desk
        self._mentions = mentions
        self._busy: set[str] = set()
        self._read: dict[str, None] = {}
        self._changed = Condition()

    def take(self, body: dict[str, Any], next_: Callable[[], Any]) -> BoltResponse | None:
        """Let a new request pass; answer a repeat."""
        key, kind = identity(body)
        record = self._recording(body) if kind == "event" else None
        if kind == "event" and record is None:
            next_()
            return None
        with self._alone(key):
            if not self._new(key, kind, record):
                log.info("slack_repeat_dropped", kind=kind, id=key)
                return BoltResponse(status=200, body="")
        next_()
        return None

    def _recording(self, body: Mapping[str, Any]) -> Record | None:
        """What is said to us is answered; what is said in channels is kept."""
        event = body.get("event") or {}
        return self._mentions.taken(event) or capture(event, _own(body))

    def take_reading(self, body: Mapping[str, Any]) -> bool:
        """Whether a command that only reads is new; asked without the database."""
        key, _ = identity(body)
        with self._changed:
            if key in self._read:
                log.info("slack_repeat_dropped", kind="command", id=key)
                return False
            self._read[key] = None
            if len(self._read) > READ_REMEMBERED:
                del self._read[next(iter(self._read))]
        return True

    def _new(self, key: str, kind: str, record: Record | None) -> bool:
        if record is None:
            return self._remember(key, kind, keep=True)
        if not self._remember(key, kind, keep=False):
            return False
        try:
            record(self._desk)
        except ConflictError:
            record(self._desk)  # somebody else saved the same incident; once more on top of it
        except UserError as error:
            log.warning("slack_event_refused", id=key, error=str(error))
        self._remember(key, kind, keep=True)
        return True

    def _remember(self, key: str, kind: str, *, keep: bool) -> bool:
        s = self._desk.s
        with s.store() as uow:
            fresh = uow.inbox.remember(key, kind, s.clock.now())
            if keep and fresh:
                uow.commit()
        return fresh

    @contextmanager
    def _alone(self, key: str) -> Iterator[None]:
        with self._changed:
            self._changed.wait_for(lambda: key not in self._busy)
            self._busy.add(key)
        try:
            yield
        finally:
            with self._changed:
                self._busy.discard(key)
                self._changed.notify_all()


def identity(body: Mapping[str, Any]) -> tuple[str, str]:
    """An envelope's own id, equal across its repeats, and what kind of envelope it is."""
    if body.get("event_id"):
        return str(body["event_id"]), "event"
    if body.get("command"):
        return _ticket(body), "command"
    return _ticket(body), str(body.get("type") or "unknown")


def _own(body: Mapping[str, Any]) -> str:
    """Our own user, as whom the event was sent to us."""
    seen = body.get("authorizations") or [{}]
    return str(seen[0].get("user_id") or "")


def _ticket(body: Mapping[str, Any]) -> str:
    """The trigger id, which Slack gives out once; else a digest of what was sent."""
    if body.get("trigger_id"):
        return f"{body.get('type', 'command')}:{body['trigger_id']}"
    text = json.dumps(body, sort_keys=True, default=str)
    return "body:" + hashlib.sha256(text.encode()).hexdigest()
