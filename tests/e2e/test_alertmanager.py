"""A real Alertmanager, our real HTTP server, and what people see in Slack."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from fireline.bootstrap.alertmanager import MOST_BYTES, alertmanager_found
from fireline.bootstrap.program import Program
from fireline.demo.processes import (
    MissingProgramError,
    RunningServer,
    free_port,
    start_alertmanager,
)
from fireline.domain.errors import InvalidInputError, UnreachableError
from fireline.sandbox.entities import Message
from fireline.usecases.external_alert_polling import follow_alerts
from tests.alertmanager_calls import a_call, an_alert
from tests.contract.test_alertmanager_port import fires
from tests.e2e.bot_process import BotProcess
from tests.e2e.conftest import StartBot, settings_for
from tests.e2e.world import Person, World, eventually, plain
from tests.servers import missing

pytestmark = pytest.mark.real

TOKEN = "made-up-token-of-alertmanager-\u00e9"
ALERTS = "data-platform-alerts"
LABELS = {"alertname": "KafkaLag", "slo": "orders-landed", "severity": "page"}
CONFIG = """
route: {{receiver: bot, group_by: [alertname, slo], group_wait: 0s, group_interval: 100ms}}
receivers:
  - name: bot
    webhook_configs:
      - url: http://127.0.0.1:{port}/alertmanager
        send_resolved: true
        max_alerts: 0
        http_config: {{authorization: {{credentials_file: {token}}}}}
"""


@dataclass
class Place:
    """An Alertmanager that tells a bot, and somebody in its Slack."""

    world: World
    server: RunningServer
    settings: dict[str, Any]
    folder: Path
    ana: Person

    def fire(self, inst: str, *, ended: bool = False) -> None:
        now = datetime.now(UTC)  # noqa: TID251 - a real server's time
        fires(self.server.url, {**LABELS, "inst": inst}, now if ended else None)

    def message(self, containing: str) -> Message:
        return self.world.wait_message(ALERTS, containing)

    def only(self) -> str:
        """The words of the one message there is."""
        said = [plain(message) for message in self.world.messages(ALERTS)]
        assert len(said) <= 1, said
        return said[0] if said else ""

    def sees(self, words: str) -> str:
        return eventually(lambda: self.only() if words in self.only() else None, words)


@pytest.fixture
def place(world: World, tmp_path: Path) -> Iterator[Place]:
    port = free_port()
    token = tmp_path / "token"
    token.write_text(TOKEN)
    config = CONFIG.format(port=port, token=token)
    try:
        server = start_alertmanager(tmp_path / "alertmanager", config)
    except MissingProgramError as error:
        missing(error)
    settings = {
        "http_port": port,
        "alertmanager_url": server.url,
        "alertmanager_webhook_token": TOKEN,
    }
    with server:
        yield Place(world, server, settings, tmp_path, Person(world, "ana"))


@pytest.fixture
def bot(place: Place, start_bot: StartBot) -> Program:
    return start_bot(**place.settings)


def wait_private(place: Place, words: str) -> Message:
    return place.world.wait_private("ana", words)


def test_alerts_fire_and_resolve_in_one_message(place: Place, bot: Program) -> None:
    place.fire("a")
    first = place.message("1 firing")
    assert "KafkaLag" in plain(first)
    place.fire("b")
    place.sees("2 firing")
    place.fire("a", ended=True)
    place.sees("1 firing, 1 resolved after")
    place.fire("b", ended=True)
    said = place.sees("2 alerts resolved after")
    assert "Recovered" in said
    assert follow_alerts(bot.services) == "idle"
    found = alertmanager_found(settings_for(place.world, place.folder, **place.settings))
    assert "its receiver bot leads here" in found


def test_a_silence_from_the_message_hides_the_end_which_asking_finds(
    place: Place, bot: Program
) -> None:
    place.fire("a")
    place.ana.clicks("Silence", place.message("1 firing"))
    view = place.ana.modal()
    assert "1 alert firing now would be silent" in str(view["blocks"])
    assert "This is broad" not in str(view["blocks"])
    place.ana.submits(reason="the <!channel> reload", span="2h")
    assert "Silent until" in plain(wait_private(place, "Silent until"))
    said = place.sees("1 firing (1 silenced)")
    assert "Silenced by" in said
    assert "the &lt;!channel&gt; reload" in said
    place.fire("a", ended=True)
    place.ana.command("/slo silences", ALERTS)
    listed = wait_private(place, "1 silence in Alertmanager")
    assert 'slo="orders-landed"' in plain(listed)
    for _ in range(2):
        assert "1 firing" in place.only()
        follow_alerts(bot.services)
    assert "seen by polling" in place.sees("1 alert resolved after")
    place.ana.clicks("End", listed)
    place.ana.submits(reason="the reload is done")
    wait_private(place, "is being ended")
    ended = eventually(lambda: _states(place) == ["expired"], "the silence is ended")
    assert ended
    made, done = ("silence.made", "the <!channel> reload"), ("silence.ended", "the reload is done")
    assert eventually(lambda: {made, done} <= _trail(bot), "both are on record")


def _trail(bot: Program) -> set[tuple[str, object]]:
    with bot.services.store() as uow:
        return {(entry.action, entry.detail.get("reason")) for entry in uow.audit.all()}


def _states(place: Place) -> list[str]:
    found = httpx.get(f"{place.server.url}/api/v2/silences", trust_env=False).json()
    return [str(one["status"]["state"]) for one in found]


def test_a_silence_made_in_an_incident_ends_with_it(place: Place, bot: Program) -> None:
    place.fire("a")
    place.ana.clicks("Declare incident", place.message("1 firing"))
    room = place.world.wait_channel("inc-1").name
    ana = place.world.sandbox.user("ana")
    eventually(lambda: ana in place.world.channel(room).members, "ana is invited")
    place.sees("INC-1")
    place.ana.command('/slo silence alertname="KafkaLag" for:1h we know', room)
    view = place.ana.modal()
    assert "This is broad" in str(view["blocks"])
    assert view["submit"]["text"] == "Silence anyway"
    place.ana.submits()
    wait_private(place, "or when the incident ends")
    (made,) = httpx.get(f"{place.server.url}/api/v2/silences", trust_env=False).json()
    assert made["createdBy"] == bot.services.chat.user_name(ana)
    assert made["comment"].startswith("we know (INC-1) [fireline ")
    place.ana.command("/incident restore it caught up", room)
    wait_private(place, "restored")
    place.ana.command(f'/incident resolve no-damage checked:<@{ana}> how:"counted rows"', room)
    eventually(lambda: _states(place) == ["expired"], "the silence ends with the incident")


def test_conditions_changed_in_the_form_are_shown_before_anything_is_silenced(
    place: Place, bot: Program
) -> None:
    _ = bot
    place.fire("a")
    place.message("1 firing")
    place.ana.command("/slo silence", ALERTS)
    place.ana.submits(matchers='inst="a"', reason="we know")
    view = place.ana.modal()
    assert "1 alert firing now would be silent" in str(view["blocks"])
    place.ana.submits(matchers='inst="b"')
    assert "Nothing that fires now" in str(place.ana.modal()["blocks"])
    assert _states(place) == []
    place.ana.submits()
    wait_private(place, "Silent until")
    assert _states(place) == ["active"]


def test_a_bot_that_dies_before_it_posted_posts_after_its_restart(
    world: World, place: Place, tmp_path: Path
) -> None:
    process = BotProcess(settings_for(world, tmp_path, **place.settings))
    process.start()
    try:
        faults = world.sandbox.workspace.faults
        faults.add("slow", "chat.postMessage", None, seconds=3600, unless_gone=True)
        answer = call(place, a_call(an_alert("a"), slo="orders-landed"))
        assert answer.status_code == 200
        process.kill()
        faults.clear()
        assert world.messages(ALERTS) == []
        process.begin()
        place.sees("1 firing")
    finally:
        process.kill()


def call(place: Place, body: object, token: str | bytes = TOKEN) -> httpx.Response:
    raw = token if isinstance(token, bytes) else token.encode()
    return httpx.post(
        f"http://127.0.0.1:{place.settings['http_port']}/alertmanager",
        headers={b"Authorization": b"Bearer " + raw},
        **({"content": body} if isinstance(body, bytes) else {"json": body}),
        trust_env=False,
    )


def refusals(place: Place) -> float:
    """How often Alertmanager's calls were not answered with 2xx, as it counts."""
    name = 'alertmanager_notification_requests_failed_total{integration="webhook"}'
    told = httpx.get(f"{place.server.url}/metrics", trust_env=False).text
    return next(float(x.split()[-1]) for x in told.splitlines() if x.startswith(name))


def test_what_could_not_be_recorded_is_sent_again_and_has_one_effect(
    place: Place, bot: Program
) -> None:
    with bot.engine.begin() as connection:
        connection.execute(text("ALTER TABLE external_group RENAME TO broken"))
    place.fire("a")
    eventually(lambda: refusals(place) >= 2, "two answers that were not 2xx")
    assert place.world.messages(ALERTS) == []
    with bot.engine.begin() as connection:
        connection.execute(text("ALTER TABLE broken RENAME TO external_group"))
    place.sees("1 firing")
    with bot.services.store() as uow:
        assert [e.action for e in uow.audit.all()].count("external_alert.told") == 1


def test_the_address_is_closed_to_strangers_and_to_nonsense(place: Place, bot: Program) -> None:
    _ = bot
    fine = a_call(an_alert("a"))
    for wrong in ("wrong", TOKEN + "x", b"\xff"):
        answer = call(place, fine, wrong)
        assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
    assert call(place, b"x" * (MOST_BYTES + 1)).status_code == 413
    refused = call(place, {**fine, "alerts": [{"status": "?"}]})
    assert refused.status_code == 400
    assert "alerts.0.status" in refused.json()["error"]
    assert place.world.messages(ALERTS) == []
    assert call(place, fine).json() == {"ok": True}


def test_without_a_token_the_address_does_not_exist(place: Place, start_bot: StartBot) -> None:
    settings = {**place.settings, "alertmanager_webhook_token": None}
    start_bot(**settings)
    assert call(place, a_call(an_alert("a"))).status_code == 404
    with pytest.raises(InvalidInputError, match="WEBHOOK_TOKEN_FILE is not set"):
        alertmanager_found(settings_for(place.world, place.folder, **settings))


def test_the_doctor_says_what_is_missing(place: Place) -> None:
    def doctor(**changes: Any) -> str:
        given = {**place.settings, **changes}
        return alertmanager_found(settings_for(place.world, place.folder, **given))

    neither = {"alertmanager_url": None, "alertmanager_webhook_token": None}
    assert "not used" in doctor(**neither)
    with pytest.raises(InvalidInputError, match="stay open"):
        doctor(alertmanager_url=None)
    with pytest.raises(UnreachableError, match="cannot be reached"):
        doctor(alertmanager_url="http://127.0.0.1:9")


def test_while_alertmanager_is_away_nobody_is_told_that_it_resolved(
    place: Place, bot: Program
) -> None:
    place.fire("a")
    place.message("1 firing")
    place.server.stop()
    for _ in range(3):
        follow_alerts(bot.services)
    assert "1 unknown, last known as firing" in place.sees("Alertmanager cannot be reached since")
    place.ana.command('/slo silence slo="orders-landed" for:1h we know')
    assert "What it covers is not known" in str(place.ana.modal()["blocks"])
    place.ana.submits()
    assert place.ana.modal()["blocks"], "nothing is silenced unseen: the form stays"


def test_a_restarted_alertmanager_that_knows_nothing_yet_ends_nothing(
    place: Place, bot: Program
) -> None:
    place.fire("a")
    place.message("1 firing")
    place.server.stop()
    port = int(place.server.url.rpartition(":")[2])
    folder = place.folder / "alertmanager"
    config = (folder / "alertmanager.yml").read_text()
    with start_alertmanager(folder, config, port):
        assert bot.services.alertmanager.alerts() == []
        follow_alerts(bot.services)
        place.fire("a")  # Prometheus sends what fires every minute
        for _ in range(3):
            follow_alerts(bot.services)
        with bot.services.store() as uow:
            (group,) = uow.external_groups.open()
        assert len(group.firing) == 1
        assert "1 firing" in place.only()
