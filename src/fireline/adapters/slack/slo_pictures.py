"""`/slo burn` and `/slo backtest`: answers whose point is a picture."""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta

from fireline.adapters.slack import ids
from fireline.adapters.slack.blocks import Rendered, render
from fireline.adapters.slack.blocks import backtest as backtest_blocks
from fireline.adapters.slack.blocks import burn as burn_blocks
from fireline.adapters.slack.desk import Asked, Desk, Later, Reply, log
from fireline.adapters.slack.grammar import Typed
from fireline.adapters.slack.interactions import Button
from fireline.domain.errors import EffectError, InvalidInputError
from fireline.domain.slo.wording import parse_range
from fireline.usecases.backtest import NamedPolicy, Wanted, backtest, check_range
from fireline.usecases.backtest_views import backtest_chart
from fireline.usecases.burn_charts import burn_detail
from fireline.usecases.maintenance import current_plan
from fireline.usecases.recorded_incidents import recorded_incidents
from fireline.usecases.slo_views import find_slo, slo_detail

OPTIONS = ("from", "to")
USUAL = timedelta(days=30)
LONGEST = timedelta(days=92)
AGO = re.compile(r"^-?\d{1,4}[wdhm]$")
HELP: Mapping[str, str] = {
    "burn NAME": "how fast it burns, by window, with the limits of its alerts",
    "backtest NAME": "which alerts would have fired, such as `from:30d` or `from:2026-11-01 to:7d`",
}


def show_slo(desk: Desk, name: str) -> Reply:
    """One SLO's figures with a picture; without it when Slack does not take the upload."""
    detail = slo_detail(desk.s, name)
    if detail.chart is None:
        return detail
    png = desk.s.charts.budget(detail.chart)
    title = f"{detail.line.name}-{detail.chart.version}"
    return render(detail, uploaded(desk, png, title, detail.chart.alt))


def slo_burn(desk: Desk, _asked: Asked, typed: Typed) -> Reply:
    """Burn rates by window, with their picture."""
    if not typed.words:
        raise InvalidInputError("Name the SLO: `/slo burn NAME`. `/slo list` shows them all.")
    return show_burn(desk, typed.words[0])


def show_burn(desk: Desk, name: str) -> Reply:
    """One SLO's burn."""
    detail = burn_detail(desk.s, name)
    if detail.chart is None:
        return burn_blocks.burn(detail, None)
    png = desk.s.charts.burn(detail.chart)
    file_id = uploaded(desk, png, detail.chart.version, detail.chart.alt)
    return burn_blocks.burn(detail, file_id)


def slo_backtest(desk: Desk, asked: Asked, typed: Typed) -> Reply:
    """A past range replayed; the answer comes when Prometheus has been asked."""
    if not typed.words:
        raise InvalidInputError(
            "Name the SLO: `/slo backtest NAME from:30d`. `/slo list` shows them all."
        )
    slo = find_slo(desk.s, typed.words[0])
    now = desk.s.clock.now()
    end = _moment(desk, asked, typed.option("to")) or now
    start = _moment(desk, asked, typed.option("from")) or end - USUAL
    check_range(start, end, now)
    if end - start > LONGEST:
        raise InvalidInputError(
            f"That is {(end - start).days} days. Here I replay at most {LONGEST.days};"
            " `fireline slo backtest` on the command line takes more.",
            "from",
        )
    with desk.s.store() as uow:
        incidents = recorded_incidents(uow, start, end)
        plan = current_plan(desk.s, uow)
    named = NamedPolicy("the team's policy", desk.s.policy)
    slos = desk.s.definitions.current().slos
    wanted = Wanted((slo,), start, end, (named,), incidents, maintenance=plan, catalogue=slos)
    return Later(lambda: _replayed(desk, wanted))


def _replayed(desk: Desk, wanted: Wanted) -> Rendered:
    found = backtest(desk.s.history or desk.s.source, wanted, desk.s.clock.now(), lambda *_: None)
    chart = backtest_chart(found, wanted.policies[0].policy)
    name = f"{wanted.slos[0].name}-backtest-{wanted.start:%Y%m%d}-{wanted.end:%Y%m%d}"
    file_id = uploaded(desk, desk.s.charts.backtest(chart), name, chart.alt)
    return backtest_blocks.backtest(found, chart.alt, file_id)


def _moment(desk: Desk, asked: Asked, text: str | None) -> datetime | None:
    """A time as people type it, or how long ago, such as `30d`."""
    if text and AGO.match(text):
        seconds = parse_range(text.removeprefix("-")) or 0
        return desk.s.clock.now() - timedelta(seconds=seconds)
    return desk.moment(text, asked.user.id)


def uploaded(desk: Desk, png: bytes, name: str, alt: str) -> str | None:
    """The id of the picture in Slack; None when Slack does not take it: the words stand alone."""
    try:
        return desk.s.chat.upload_image(png, f"{name}.png".replace(":", "-"), alt)
    except EffectError as error:
        log.warning("chart_not_uploaded", picture=name, error=str(error))
        return None


BUTTONS: Mapping[str, Button] = {
    ids.SHOW_SLO: lambda desk, _asked, pressed: show_slo(desk, pressed.value),
    ids.SHOW_BURN: lambda desk, _asked, pressed: show_burn(desk, pressed.value),
}
