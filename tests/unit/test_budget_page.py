"""The page of all budgets: one file, nothing from outside, every picture also in words."""

from datetime import time
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser
from typing_extensions import override

from fireline.adapters.charts.drawing import MatplotlibCharts
from fireline.adapters.render.documents import JinjaDocuments
from fireline.domain.policy.policy import Policy
from fireline.domain.slo.definition import DeadlineSli
from fireline.domain.slo.maintenance import Maintenance, MaintenancePlan, Once, Scope
from fireline.usecases.budget_charts import budget_overview
from fireline.usecases.budget_page import page_facts
from fireline.usecases.ports import Charts, FetchResult, PostedMessage
from fireline.usecases.post_review import post_week
from fireline.usecases.projections import PROJECTIONS
from fireline.usecases.publish import publish
from fireline.usecases.report_budgets import Read, read_all
from fireline.usecases.slo_views import slo_line
from tests.builders import a_slo, a_status, services
from tests.e2e.browser import PHONE, context_of
from tests.fakes import FakeCharts, FakeChat, FakeClock, FakeDefinitions, FakeSource
from tests.store_fixture import RecordingStore
from tests.unit.slo_builders import EPOCH, SLICES, T, ledger, slo, steady

MARKED = '<script>alert("x")</script> & more'
SLOS = (
    slo(name="fine", title="Rows pass"),
    slo(name="spent", title="Loads land", objective="99.99"),
    slo(SLICES, name="lag", title="Lag is low", objective="99"),
    slo(name="gone", title=MARKED),
    slo(name="broken", title="Broken query"),
)
ANSWERS = {
    "fine": FetchResult("fine", steady(8640, 100, 0.01)),
    "spent": FetchResult("spent", steady(8640, 100, 20, bad_last=20)),
    "lag": FetchResult("lag", steady(8640, 5, 1, bad_last=40)),
    "broken": FetchResult("broken", None, error="Prometheus at http://p says <no>"),
}


def reads(maintenance: MaintenancePlan | None = None) -> list[Read]:
    return read_all(SLOS, FakeSource(dict(ANSWERS)), T, Policy(), maintenance)


def page(
    pictured: int = 10,
    maintenance: MaintenancePlan | None = None,
    charts: Charts | None = None,
) -> str:
    facts = page_facts(reads(maintenance), Policy(), charts or FakeCharts(), T, pictured)
    return JinjaDocuments().budgets(facts)


class Found(HTMLParser):
    """Everything on the page that could reach outside, and every picture's words."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.alts: list[str] = []
        self.tags: list[str] = []
        self.feed(text)

    @override
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        for name, value in attrs:
            if name in ("src", "href", "srcset", "action", "data"):
                self.links.append(value or "")
            if name == "alt":
                self.alts.append(value or "")


def test_nothing_comes_from_outside_and_every_picture_has_words() -> None:
    found = Found(page())
    assert all(link.startswith(("data:image/png;base64,", "#")) for link in found.links)
    assert "script" not in found.tags
    assert found.tags.count("img") == len(found.alts) == 6
    assert all(len(alt) > 20 for alt in found.alts)
    assert any(
        "Error budget of Loads land" in alt and "over the budget" in alt for alt in found.alts
    )
    assert any("Burn rate of Lag is low now: 5m" in alt for alt in found.alts)


def test_the_worst_comes_first_and_unknown_is_no_figure() -> None:
    text = page()
    order = [text.index(f"<code>{name}</code>") for name in ("spent", "broken", "gone", "fine")]
    assert order == sorted(order)
    assert "Prometheus at http://p says &lt;no&gt;" in text
    assert "&lt;script&gt;" in text
    assert MARKED not in text
    assert "unknown, " not in text


def test_a_budget_of_minutes_is_told_as_time() -> None:
    text = page()
    assert "of 7 h 12 min" in text


def test_deadlines_are_told_in_misses() -> None:
    daily = slo(DeadlineSli("landed", time(7)), name="daily", title="Lands by 7", objective="95")
    total = np.zeros(8640)
    total[83::288] = 1.0  # 07:00 UTC each day, in a ledger that ends at noon
    good = total.copy()
    good[83] = 0.0
    series = ledger(list(good), list(total))
    source = FakeSource({"daily": FetchResult("daily", series)})
    found = read_all((daily,), source, T, Policy())
    facts = page_facts(found, Policy(), FakeCharts(), T)
    text = JinjaDocuments().budgets(facts)
    assert "0 misses left" in text
    assert "of 1.5 misses" in text
    assert "burn rate" not in text.split("<section")[1]


def test_only_the_worst_have_pictures_and_the_rest_is_counted() -> None:
    text = page(1)
    assert Found(text).tags.count("img") == 2
    assert "Pictures of the worst budgets only; 2 more SLOs are in the table." in text
    assert Found(page(0)).tags.count("img") == 0


def test_maintenance_is_shown_beside_the_raw_budget() -> None:
    once = Maintenance("move", Scope(), Once(EPOCH - 6000, EPOCH), "move", "ana", "f.yaml:1")
    text = page(maintenance=MaintenancePlan((once,)))
    assert "with maintenance counted" in text
    assert any("1 maintenance window" in alt for alt in Found(text).alts)


@pytest.mark.real
def test_a_browser_shows_it_on_a_phone_without_scrolling_sideways(
    browser: Browser, tmp_path: Path
) -> None:
    file = tmp_path / "budgets.html"
    file.write_text(page(2, charts=MatplotlibCharts(60)), encoding="utf-8")
    context = context_of(browser, viewport=PHONE, color_scheme="dark")
    asked: list[str] = []
    shown = context.new_page()
    shown.on("request", lambda request: asked.append(request.url))
    shown.on("console", lambda message: asked.append(message.text))
    shown.goto(file.as_uri())
    shown.wait_for_function("[...document.images].every((i) => i.complete && i.naturalWidth > 0)")
    wide, dark = shown.evaluate(
        "[document.documentElement.scrollWidth,"
        " [...document.images].every((i) => i.currentSrc !== i.getAttribute('src'))]"
    )
    context.close()
    assert wide == 390
    assert dark
    assert [url for url in asked if not url.startswith(("data:", "file:"))] == []


def test_the_review_has_the_worst_budgets_as_a_picture(sqlite_store: RecordingStore) -> None:
    slos = {name: a_slo(name) for name in ("orders", "loads", "cdc")}
    chat, charts, clock = FakeChat(), FakeCharts(), FakeClock(T)
    s = services(
        sqlite_store, chat=chat, charts=charts, clock=clock, definitions=FakeDefinitions(slos)
    )
    with s.store() as uow:
        for name, of in slos.items():
            series = steady(8640, 100, 0.2 if name == "cdc" else 0.05, end=EPOCH - EPOCH % 604800)
            uow.ledger.write(of.name, of.revision, series)
        uow.commit()
    week = post_week(s, T)
    call = sqlite_store.started("publish")[-1]
    key, channel, kind, ref = map(str, call.args)
    assert publish(s, PROJECTIONS, PostedMessage(key, channel, kind, ref))
    (posted,) = chat.posts
    assert posted.chart_file == "F00000001"
    assert charts.drawn[0].startswith(f"{week}-3-")


def test_the_overview_says_every_figure_in_words() -> None:
    lines = [
        slo_line(a_slo(f"slo-{n}"), a_status(a_slo(f"slo-{n}"), n / 10 - 0.2)) for n in range(11)
    ]
    found = budget_overview("2026-W47", lines)
    assert found is not None
    assert found.alt.startswith("Error budgets left, worst first: Slo 0 20% over; Slo 1 10% over;")
    assert found.alt.endswith("; and 3 more.")
    assert (len(found.bars), found.left_out) == (8, 3)
    assert budget_overview("2026-W47", []) is None
