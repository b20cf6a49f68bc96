"""Stand-ins behind the ports: small, in memory, and as strict as the real ones where it matters."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from fireline.adapters.render.documents import JinjaDocuments
from fireline.domain.errors import RejectedError
from fireline.domain.runbook.runbook import Runbook, RunbookHit
from fireline.domain.slo.definition import Slo
from fireline.usecases.capture_ports import FileRef
from fireline.usecases.ports import (
    Catalogue,
    FetchRequest,
    FetchResult,
    PostedRef,
    RawMessage,
)
from fireline.usecases.views import (
    BacktestChart,
    BudgetChart,
    BudgetOverview,
    BurnChart,
    FileMessage,
    IncidentCard,
    Message,
)
from tests.fake_rooms import FakeRooms

EPOCH = datetime(2026, 11, 22, 2, 10, tzinfo=UTC)


@dataclass
class FakeClock:
    """Stands still until it is told."""

    at: datetime = EPOCH

    def now(self) -> datetime:
        return self.at

    def set(self, at: datetime) -> None:
        self.at = at

    def advance(self, **span: float) -> datetime:
        self.at += timedelta(**span)
        return self.at


@dataclass
class FakeIds:
    """Counts."""

    last: int = 0

    def sortable(self) -> str:
        self.last += 1
        return f"{self.last:012d}"


@dataclass
class FakePost:
    """A message as it stands in the fake Slack."""

    channel_id: str
    ts: str
    key: str
    message: Message
    chart_file: str | None = None
    edits: int = 0
    thread: str | None = None


@dataclass
class FakeChat(FakeRooms):
    """A Slack in memory, held to the same contract as the real one.

    `fail` holds errors by method name, raised once each, in order; `messages` are those that can
    be fetched by their exact ts; `strangers` cannot be invited; `gone` are messages that have no
    link any more; `missing` are channels that do not exist.
    """

    posts: list[FakePost] = field(default_factory=list)
    images: list[str] = field(default_factory=list)
    whispers: list[tuple[str, str, Message]] = field(default_factory=list)
    messages: dict[tuple[str, str], RawMessage] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)
    guests: set[str] = field(default_factory=set)
    gone: set[tuple[str, str]] = field(default_factory=set)

    def set_topic(self, channel: str, topic: str) -> None:
        self._called("set_topic")
        self.topics[self._id(channel)] = topic

    def post(
        self,
        channel: str,
        message: Message,
        key: str,
        chart_file: str | None = None,
        thread: PostedRef | None = None,
    ) -> PostedRef:
        self._called("post")
        where = self._id(channel)
        ts = f"1700000000.{len(self.posts):06d}"
        post = FakePost(where, ts, key, message, chart_file, thread=thread.ts if thread else None)
        self.posts.append(post)
        posted = PostedRef(where, post.ts)
        if isinstance(message, IncidentCard):
            self.pin(posted)
        return posted

    def update(
        self, posted: PostedRef, message: Message, key: str, chart_file: str | None = None
    ) -> None:
        self._called("update")
        if isinstance(message, FileMessage):
            return
        for post in self.posts:
            if (post.channel_id, post.ts) == (posted.channel_id, posted.ts):
                post.message, post.key, post.chart_file = message, key, chart_file
                post.edits += 1
                return
        raise RejectedError("there is no such message", "message_not_found")

    def find_post(
        self, channel: str, key: str, thread: PostedRef | None = None
    ) -> PostedRef | None:
        self._called("find_post")
        wanted = (self._id(channel), key, thread.ts if thread else None)
        found = (p for p in self.posts if (p.channel_id, p.key, p.thread) == wanted)
        return next((PostedRef(p.channel_id, p.ts) for p in found), None)

    def fingerprint(self, message: Message) -> str:
        return repr(message)

    def whisper(self, channel: str, user: str, message: Message) -> None:
        self._called("whisper")
        self.whispers.append((self._id(channel), user, message))

    def upload_image(self, png: bytes, filename: str, alt: str) -> str:
        self._called("upload_image")
        assert png
        assert alt
        self.images.append(filename)
        return f"F{len(self.images):08d}"

    def pin(self, posted: PostedRef) -> None:
        self._called("pin")
        self.pins.add((posted.channel_id, posted.ts))

    def permalink(self, channel: str, ts: str) -> str | None:
        self._called("permalink")
        if (channel, ts) in self.gone:
            return None
        return f"https://slack.test/archives/{channel}/p{ts.replace('.', '')}"

    def message(self, channel: str, ts: str, thread_ts: str | None = None) -> RawMessage | None:
        self._called("message")
        _ = thread_ts
        ours = any((post.channel_id, post.ts) == (channel, ts) for post in self.posts)
        own = RawMessage(channel, ts, "U0BOT", "fireline", "") if ours else None
        return self.messages.get((channel, ts), own)

    def fetch_file(self, file: FileRef, most: int) -> bytes:
        self._called("fetch_file")
        data = self.files.get(file.id)
        if data is None or file.external:
            raise RejectedError(f"{file.name} is not there", "file_not_found")
        if len(data) > most:
            raise RejectedError(f"{file.name} is larger than {most} bytes", "too_large")
        return data

    def readable(self, text: str) -> str:
        for mention in re.findall(r"<@([A-Z0-9]+)>", text):
            text = text.replace(f"<@{mention}>", f"@{self.names.get(mention, mention)}")
        for made in self.channels.values():
            text = text.replace(f"<#{made.id}>", f"#{made.name}")
        return text

    def user_name(self, user_id: str) -> str:
        self._called("user_name")
        return self.names.get(user_id, user_id.lower())

    def is_member(self, user_id: str) -> bool:
        self._called("is_member")
        return user_id not in self.strangers

    def is_guest(self, user_id: str) -> bool:
        self._called("is_guest")
        return user_id in self.guests

    def user_timezone(self, user_id: str) -> str:
        self._called("user_timezone")
        _ = user_id
        return "UTC"

    def with_key(self, key: str) -> list[FakePost]:
        return [post for post in self.posts if post.key == key]


@dataclass
class FakeDefinitions:
    """SLO definitions that are set by hand."""

    slos: Mapping[str, Slo] = field(default_factory=dict)
    problems: tuple[str, ...] = ()

    def current(self) -> Catalogue:
        return Catalogue(self.slos, self.problems)


@dataclass
class FakeRunbooks:
    """Runbooks that match when a word of the query is in title or id."""

    books: list[Runbook] = field(default_factory=list)

    def search(self, query: str, limit: int = 10) -> list[RunbookHit]:
        words = set(query.lower().split())
        scored = [(len(words & _words(b)), b) for b in self.books]
        best = sorted((p for p in scored if p[0]), key=lambda p: (-p[0], p[1].id))
        return [_hit(b, float(n)) for n, b in best[:limit]]

    def get(self, runbook_id: str) -> Runbook | None:
        return next((b for b in self.books if b.id == runbook_id), None)

    def all(self) -> list[Runbook]:
        return sorted(self.books, key=lambda b: b.id)

    def for_slo(self, slo: Slo) -> RunbookHit | None:
        linked = (b for b in self.books if b.id == slo.runbook or slo.name in b.slos)
        return next((_hit(b, 100.0) for b in linked), None)


@dataclass
class FakeSource:
    """A Prometheus that answers what it was given, by SLO name; else that it has nothing."""

    answers: dict[str, FetchResult] = field(default_factory=dict)
    asked: list[tuple[tuple[str, int], ...]] = field(default_factory=list)

    def fetch(self, requests: Sequence[FetchRequest], at: datetime) -> list[FetchResult]:
        _ = at
        self.asked.append(tuple((r.slo.name, r.start) for r in requests))
        return [self._answer(r) for r in requests]

    def _answer(self, request: FetchRequest) -> FetchResult:
        known = self.answers.get(request.slo.name)
        return known or FetchResult(request.slo.name, None)


@dataclass
class FakeCharts:
    """Draws the smallest thing that could be a PNG."""

    drawn: list[str] = field(default_factory=list)

    def budget(self, chart: BudgetChart, *, dark: bool = False) -> bytes:
        _ = dark
        self.drawn.append(chart.version)
        return b"\x89PNG\r\n\x1a\n"

    def burn(self, chart: BurnChart, *, dark: bool = False) -> bytes:
        _ = dark
        self.drawn.append(chart.version)
        return b"\x89PNG\r\n\x1a\n"

    def overview(self, chart: BudgetOverview, *, dark: bool = False) -> bytes:
        _ = dark
        self.drawn.append(chart.version)
        return b"\x89PNG\r\n\x1a\n"

    def backtest(self, chart: BacktestChart, *, dark: bool = False) -> bytes:
        _ = dark
        self.drawn.append(chart.title)
        return b"\x89PNG\r\n\x1a\n"


@dataclass
class FakeDocuments:
    """Renders the facts as they are."""

    def postmortem(self, facts: Mapping[str, object]) -> str:
        return repr(sorted(facts.items()))

    def incident(self, facts: Mapping[str, object]) -> str:
        return repr(sorted(facts.items()))

    def review(self, facts: Mapping[str, object]) -> str:
        return repr(sorted(facts.items()))

    def sentence(self, template: str, facts: Mapping[str, object]) -> str:
        return JinjaDocuments().sentence(template, facts)


def _words(book: Runbook) -> set[str]:
    return {*book.title.lower().split(), *book.id.lower().split("-"), *book.symptoms}


def _hit(book: Runbook, score: float) -> RunbookHit:
    first = book.steps[0].title if book.steps else ""
    return RunbookHit(book.id, book.title, book.path, "Symptoms", score, "words match", first)
