"""`/slo burn` and `/slo backtest` on a running sandbox: words that stand alone, and a picture."""

from dataclasses import replace
from datetime import datetime, timedelta

import numpy as np
import pytest

from fireline.domain.errors import RejectedError
from fireline.domain.incident.incident import IncidentState, Stamp
from fireline.domain.slo.buckets import BUCKET_SECONDS, BucketSeries
from fireline.domain.slo.ledger import cut, floor_edge
from fireline.sandbox.entities import Message
from fireline.usecases.ports import FetchResult
from tests.builders import a_burning_status, a_slo, an_incident
from tests.fakes import FakeSource
from tests.integration.slack_bot import Bot

NAME = "orders-api-availability"
DAYS = 75


def seeded(bot: Bot) -> datetime:
    """75 days of traffic; an hour of errors 3 d ago, which was INC-7, and one 10 d ago."""
    now = bot.services.clock.now()
    edge = floor_edge(int(now.timestamp()))
    count = DAYS * 288
    total = np.full(count, 1000.0)
    good = total.copy()
    for days in (3, 10):
        begin = count - days * 288
        good[begin : begin + 12] = 600.0
    series = BucketSeries(edge - count * BUCKET_SECONDS, good, total, np.zeros(count, np.uint8))
    slo = a_slo()
    source = bot.services.source
    assert isinstance(source, FakeSource)
    source.answers[slo.name] = FetchResult(slo.name, series)
    with bot.store() as uow:
        uow.ledger.write(slo.name, slo.revision, cut(series, edge - 35 * 86400))
        began = now - timedelta(days=3)
        stamps = {Stamp.DECLARED: began, Stamp.RESTORED: began + timedelta(hours=1)}
        uow.incidents.add(an_incident(7, slos=(NAME,), stamps=stamps, state=IncidentState.RESOLVED))
        uow.commit()
    return now


def answered(bot: Bot, line: str) -> Message:
    before = len(bot.ephemerals())
    bot.command(line)
    bot.until(lambda: len(bot.ephemerals()) > before)
    return bot.ephemerals()[before]


def kinds(message: Message) -> list[str]:
    return [block["type"] for block in message.blocks]


def test_a_backtest_names_alerts_incidents_and_has_a_picture(bot: Bot) -> None:
    seeded(bot)
    told = answered(bot, f"/slo backtest {NAME} from:30d")
    text = str(told.blocks)
    assert "*2 alerts* would have fired: 2 pages, 0 tickets" in text
    assert "Incidents found 1 of 1" in text
    assert "told of INC-7" in text
    assert "*false*" in text
    assert kinds(told).count("image") == 1
    image = next(b for b in told.blocks if b["type"] == "image")
    assert "1 told of an incident, 1 were false; 1 of 1 incidents found." in image["alt_text"]


def test_the_range_is_typed_as_people_do(bot: Bot) -> None:
    now = seeded(bot)
    day = f"{now - timedelta(days=5):%Y-%m-%d}"
    told = answered(bot, f"/slo backtest {NAME} from:{day} to:1d")
    assert "*1 alert* would have fired" in str(told.blocks)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("/slo backtest orders-api", f"Did you mean {NAME}?"),
        (f"/slo backtest {NAME} from:200d", "Here I replay at most 92"),
        (f"/slo backtest {NAME} from:1d to:2d", "must begin 5 minutes or more before"),
        (f"/slo backtest {NAME} from:soon", "is not a time"),
        (f"/slo backtest {NAME} from:30d", "no data from"),
        ("/slo burn nothing-like-it", "No SLO is called"),
    ],
)
def test_what_cannot_be_answered_says_what_would_do(bot: Bot, line: str, said: str) -> None:
    source = bot.services.source
    assert isinstance(source, FakeSource)
    empty = BucketSeries.empty(0)
    source.answers[NAME] = FetchResult(NAME, empty, warnings=("no series for all",))
    assert said in bot.ask(line)


def test_burn_is_told_by_window_with_its_picture(bot: Bot) -> None:
    now = seeded(bot)
    with bot.store() as uow:
        uow.statuses.save([replace(a_burning_status(a_slo()), at=now)])
        uow.commit()
    told = answered(bot, f"/slo burn {NAME}")
    text = str(told.blocks)
    assert "1 h: *15.0x* (50 events bad of 60 events)" in text
    assert "Page: :fire: fires" in text
    assert "Burn rate of Orders api availability now: 5m 0.0x" in told.text
    assert kinds(told).count("image") == 1
    assert "Show the SLO" in text


def test_the_buttons_lead_from_the_slo_to_its_burn_and_back(bot: Bot) -> None:
    now = seeded(bot)
    with bot.store() as uow:
        uow.statuses.save([replace(a_burning_status(a_slo()), at=now)])
        uow.commit()
    shown = answered(bot, f"/slo show {NAME}")
    shown = pressed(bot, shown, "slo_burn")
    assert "Burn of" in shown.text
    assert "Burning." in pressed(bot, shown, "slo_show").text


def pressed(bot: Bot, shown: Message, action: str) -> Message:
    """What is answered to a press of that button."""
    block = next(b for b in shown.blocks if f"'{action}'" in str(b))
    before = len(bot.ephemerals())
    where = {"channel": shown.channel, "ts": shown.ts, "block_id": block["block_id"]}
    bot.act("click", user="ana", action_id=action, **where)
    bot.until(lambda: len(bot.ephemerals()) > before)
    return bot.ephemerals()[before]


def test_without_figures_burn_says_why(bot: Bot) -> None:
    told = answered(bot, f"/slo burn {NAME}")
    assert "image" not in kinds(told)
    assert "All good." in told.text


def test_a_picture_that_slack_refuses_leaves_the_words(
    bot: Bot, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object) -> str:
        raise RejectedError("no", "file_uploads_disabled")

    seeded(bot)
    monkeypatch.setattr(bot.chat, "upload_image", refused)
    told = answered(bot, f"/slo backtest {NAME} from:30d")
    assert "*2 alerts*" in str(told.blocks)
    assert "image" not in kinds(told)
