"""One message per key: posted once, edited after, found again when the outcome is unknown."""

from dataclasses import dataclass, field

import pytest

from fireline.domain.errors import EffectError, RejectedError, UnreachableError
from fireline.usecases.ports import PostedMessage, Services, UnitOfWork
from fireline.usecases.projections import PROJECTIONS
from fireline.usecases.publish import Projections, publish
from fireline.usecases.views import Message, Notice
from tests.builders import a_lag_slo, a_status, an_episode, keep_alert, services
from tests.fakes import FakeCharts, FakeChat, FakeDefinitions
from tests.store_fixture import RecordingStore

TARGET = PostedMessage("notice:1", "#incidents", "notice", "1")


@dataclass
class Shown:
    """What the database would say now."""

    text: str | None = "first"
    projections: Projections = field(init=False)

    def __post_init__(self) -> None:
        self.projections = {"notice": self.project}

    def project(self, s: Services, uow: UnitOfWork, ref: str) -> Message | None:
        _ = s, uow, ref
        return None if self.text is None else Notice(self.text)


@pytest.fixture
def chat() -> FakeChat:
    return FakeChat()


@pytest.fixture
def s(sqlite_store: RecordingStore, chat: FakeChat) -> Services:
    return services(sqlite_store, chat=chat)


def test_a_message_is_posted_then_edited_then_left_alone(s: Services, chat: FakeChat) -> None:
    shown = Shown()
    assert publish(s, shown.projections, TARGET)
    assert not publish(s, shown.projections, TARGET)
    shown.text = "second"
    assert publish(s, shown.projections, TARGET)
    (post,) = chat.posts
    assert (post.message, post.edits) == (Notice("second"), 1)


def test_nothing_to_show_posts_nothing(s: Services, chat: FakeChat) -> None:
    assert not publish(s, Shown(None).projections, TARGET)
    assert chat.posts == []


def test_an_answer_that_was_lost_does_not_post_twice(s: Services, chat: FakeChat) -> None:
    chat.fail["post"] = [UnreachableError("no answer")]
    shown = Shown()
    with pytest.raises(UnreachableError):
        publish(s, shown.projections, TARGET)
    chat.post(TARGET.channel, Notice("first"), TARGET.key)  # Slack had taken it after all
    assert publish(s, shown.projections, TARGET)
    assert len(chat.with_key(TARGET.key)) == 1


def test_a_failure_before_slack_took_it_posts_on_the_next_try(s: Services, chat: FakeChat) -> None:
    chat.fail["post"] = [UnreachableError("no answer")]
    shown = Shown()
    with pytest.raises(EffectError):
        publish(s, shown.projections, TARGET)
    publish(s, shown.projections, TARGET)
    assert len(chat.with_key(TARGET.key)) == 1


def test_a_message_that_was_deleted_in_slack_is_posted_anew(s: Services, chat: FakeChat) -> None:
    shown = Shown()
    publish(s, shown.projections, TARGET)
    chat.posts.clear()
    shown.text = "second"
    publish(s, shown.projections, TARGET)
    assert [post.message for post in chat.posts] == [Notice("second")]


def test_another_refusal_is_passed_on(s: Services, chat: FakeChat) -> None:
    shown = Shown()
    publish(s, shown.projections, TARGET)
    shown.text = "second"
    chat.fail["update"] = [RejectedError("no", "is_archived")]
    with pytest.raises(RejectedError):
        publish(s, shown.projections, TARGET)


def test_a_picture_is_uploaded_once_per_version(
    sqlite_store: RecordingStore, chat: FakeChat
) -> None:
    lag, charts = a_lag_slo(), FakeCharts()
    definitions = FakeDefinitions({lag.name: lag})
    s = services(sqlite_store, chat=chat, charts=charts, definitions=definitions)
    episode = an_episode(lag)
    with s.store() as uow:
        keep_alert(uow, episode)
        uow.statuses.save([a_status(lag, 0.4)])
        uow.commit()
    target = PostedMessage(f"alert:{episode.id}", episode.channel, "alert", episode.id)
    publish(s, PROJECTIONS, target)
    publish(s, PROJECTIONS, target)
    (post,) = chat.posts
    assert post.chart_file == "F00000001"
    assert len(chat.images) == len(charts.drawn) == 1
