"""What was told of an incident before it became restricted is taken back, wherever it stands."""

from datetime import date, timedelta

from fireline.domain.incident.details import Update
from fireline.domain.incident.kinds import NoticeKind
from fireline.usecases.chase_actions import add_action, remind_due
from fireline.usecases.expose_incident import expose
from fireline.usecases.home import opened
from fireline.usecases.incident_notices import notify
from fireline.usecases.incident_updates import post_update
from fireline.usecases.post_review import post_week
from fireline.usecases.subscriptions import subscribe
from tests.builders import ANA, an_episode, keep_alert, night
from tests.unit.exposure_scene import EVE, LAG, WHY, Scene, clock_of, scene

__all__ = ["scene"]


def test_everything_that_was_told_elsewhere_is_taken_back(scene: Scene) -> None:
    with scene.store() as uow:
        keep_alert(uow, an_episode(LAG))
        uow.commit()
    scene.declared("orders leak everywhere", episode_id=an_episode(LAG).id)
    notify(scene.s, 1, NoticeKind.DO_NOT_USE, ["leak board"], "the leak is open", ANA)
    add_action(
        scene.s, "Find each leak before others do", EVE.id, "eve", date(2026, 11, 24), ANA, 1
    )
    post_update(scene.s, 1, Update(0, scene.s.clock.now(), "", "the leak is open"), ANA)
    subscribe(scene.s, 1, EVE)
    clock_of(scene).set(night("09:30") + timedelta(days=2))
    remind_due(scene.s, scene.s.clock.now())
    opened(scene.s, EVE.id)
    post_week(scene.s, scene.s.clock.now())
    scene.flows()
    told = {p.key for p in scene.chat.posts if "leak" in repr(p.message)}
    assert {"card:1", "announcement:1", "update:1:1", f"subscription:1:{EVE.id}"} <= told
    expose(scene.s, 1, WHY, ANA)
    scene.flows()
    inside = scene.get().channel_id
    outside = [p for p in scene.chat.posts if p.channel_id not in {inside, f"@{ANA.id}"}]
    assert [p.key for p in outside if "leak" in repr(p.message).replace("readers", "")] == []
    assert len(outside) > len(told)
