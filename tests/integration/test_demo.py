"""The demo: a platform that breaks on request, a past that joins the present, one Ctrl-C."""

import os
import signal
import threading
import time
from collections.abc import Iterator, Mapping
from io import StringIO
from pathlib import Path

import httpx
import numpy as np
import pytest
from rich.console import Console

from fireline.demo import demo as demo_module
from fireline.demo import history
from fireline.demo.demo import Demo, run_demo, shipped
from fireline.demo.metrics import ORDERS_EVERY, all_metrics
from fireline.demo.platform import Platform, PlatformServer, exposition
from fireline.demo.processes import (
    MissingProgramError,
    ServerFailedError,
    find_program,
    free_port,
    reload_prometheus,
    start_prometheus,
    start_server,
    wait_until,
)
from fireline.demo.remote_write import RemoteWriter
from fireline.demo.shapes import Fault, Kind
from fireline.domain.errors import FirelineError
from tests.servers import TestPrometheus

T = 1_790_000_000.0
ORDERS = (
    'dataset_last_success_timestamp_seconds{dataset="orders",instance="demo",job="dbt",tier="0"}'
)
LAG = (
    'kafka_consumergroup_group_max_lag_seconds{cluster_name="main",group="orders-loader",'
    'instance="demo",job="kafka-lag-exporter"}'
)
CHECKED = 'dataset_rows_checked_total{dataset="orders",instance="demo",job="dbt"}'
FAILED = 'dataset_rows_failed_total{dataset="orders",instance="demo",job="dbt"}'


def _at(platform: Platform, now: float) -> dict[str, float]:
    return {metric.key: value for metric, value in platform.advance(now)}


class Bot:
    """Stands in for the bot: remembers what it was given and whether it was stopped."""

    def __init__(self, settings: Mapping[str, object]) -> None:
        self.settings = settings
        self.stopped = False

    def stop(self) -> None:
        self.stopped = True


def test_every_series_has_a_name_of_its_own() -> None:
    keys = [metric.key for metric in all_metrics()]
    assert len(keys) == len(set(keys))


def test_a_healthy_platform_lands_on_time_and_loses_almost_nothing() -> None:
    platform = Platform(T)
    first, later = _at(platform, T + 5), _at(platform, T + 605)
    assert 0 <= T + 605 - later[ORDERS] < ORDERS_EVERY
    checked, failed = (later[key] - first[key] for key in (CHECKED, FAILED))
    assert checked == 600 * 25
    assert failed / checked < 0.001


def test_orders_late_freezes_the_landing_until_repaired() -> None:
    platform = Platform(T)
    platform.break_(Fault.ORDERS_LATE, T + 7)
    platform.break_(Fault.ORDERS_LATE, T + 60)
    assert _at(platform, T + 100)[ORDERS] == np.floor((T + 7) / 15) * 15
    platform.repair(Fault.ORDERS_LATE)
    assert T + 110 - _at(platform, T + 110)[ORDERS] < ORDERS_EVERY


def test_consumer_lag_jumps_and_grows() -> None:
    platform = Platform(T)
    assert _at(platform, T + 5)[LAG] < 60
    platform.break_(Fault.CONSUMER_LAG, T + 5)
    assert _at(platform, T + 10)[LAG] == pytest.approx(100)
    assert _at(platform, T + 65)[LAG] == pytest.approx(210)


def test_bad_data_makes_rows_fail_and_the_dataset_bad() -> None:
    platform = Platform(T)
    before = _at(platform, T + 5)
    platform.break_(Fault.BAD_DATA, T + 5)
    after = _at(platform, T + 65)
    failed, checked = after[FAILED] - before[FAILED], after[CHECKED] - before[CHECKED]
    assert failed / checked == pytest.approx(0.95, abs=0.01)
    assert after['dataset_quality_ok{dataset="orders",instance="demo",job="dbt",tier="0"}'] == 0


def test_the_same_times_give_the_same_values() -> None:
    assert _at(Platform(T), T + 60) == _at(Platform(T), T + 60)


def test_counters_go_on_where_their_history_ends() -> None:
    past = history.past(T, days=1)
    ends = {
        f"{s.labels['__name__']}|{s.labels.get('dag_id')}|{s.labels['job']}": s.values[-1]
        for s in past.series
    }
    platform = Platform(past.end, past.counters)
    for metric, value in platform.advance(T + 5):
        if metric.kind is Kind.COUNTER and "dag_id" in metric.labels:
            end = ends[f"{metric.name}|{metric.labels['dag_id']}|{metric.labels['job']}"]
            assert end <= value <= end + 10
    assert all(np.all(np.diff(s.times) > 0) for s in past.series)


def test_blemishes_stand_in_the_past_and_not_in_the_last_three_days() -> None:
    past = history.past(T)
    failed = next(
        s
        for s in past.series
        if s.labels["__name__"] == "kafka_connect_worker_connector_failed_task_count"
        and s.labels["connector"] == "payments-source"
    )
    bad = failed.times[failed.values > 0]
    assert len(bad) == pytest.approx(35 * 60 / 240, abs=1)
    assert all(blemish.days_ago > 3 for blemish in history.BLEMISHES)
    assert bad.max() < T - 3 * 86_400


def test_the_text_format_names_the_type_once_per_family() -> None:
    text = exposition(Platform(T).advance(T + 5))
    assert text.count("# TYPE dataset_quality_ok gauge") == 1
    assert 'probe_success{instance="demo",job="blackbox-schema-registry"} 1.0\n' in text


@pytest.fixture
def server() -> Iterator[PlatformServer]:
    with PlatformServer(Platform(T), now=lambda: T + 30) as running:
        yield running


def test_buttons_break_and_repair(server: PlatformServer) -> None:
    assert "# TYPE" in httpx.get(f"{server.url}/metrics").text
    broke = httpx.post(f"{server.url}/faults/bad_data", headers={"Origin": "http://127.0.0.1:3000"})
    assert broke.json() == {"ok": True, "message": "Orders are published with broken rows."}
    assert broke.headers["access-control-allow-origin"] == "http://127.0.0.1:3000"
    assert httpx.get(f"{server.url}/faults").json()["bad_data"] == T + 30
    httpx.post(f"{server.url}/faults/orders_late", json={"active": True})
    httpx.post(f"{server.url}/faults/bad_data", json={"active": False})
    httpx.post(f"{server.url}/faults/consumer_lag", content=b"nonsense")
    assert set(server.platform.faults) == {Fault.ORDERS_LATE, Fault.CONSUMER_LAG}
    assert httpx.post(f"{server.url}/faults/clear").json()["ok"]
    assert server.platform.faults == {}
    unknown = httpx.post(f"{server.url}/faults/flood")
    assert unknown.status_code == 404
    assert "orders_late, consumer_lag, bad_data, and clear" in unknown.json()["message"]


def test_pages_from_elsewhere_may_not_read_the_answer(server: PlatformServer) -> None:
    answer = httpx.get(f"{server.url}/faults", headers={"Origin": "https://elsewhere.example"})
    assert "access-control-allow-origin" not in answer.headers


@pytest.mark.real
def test_history_catch_up_and_scrapes_join_without_a_gap(
    fresh_prometheus: TestPrometheus,
) -> None:
    now = time.time()
    past = history.past(now - 60, days=2)
    with RemoteWriter(fresh_prometheus.url) as writer:
        assert history.write_past(past, writer) > 100_000
        platform = Platform(past.end, past.counters)
        assert history.catch_up(platform, past.end, now, writer) > 0
        assert history.catch_up(platform, now, now, writer) == 0
    with PlatformServer(platform) as server:
        config = history.scrape_config(server.address, 1)
        reload_prometheus(fresh_prometheus.server, fresh_prometheus.server.log.parent, config)
        wait_until(lambda: _scraped(fresh_prometheus), 10, "a scrape")
    age = 'time() - max(dataset_last_success_timestamp_seconds{dataset="orders"})'
    worst = fresh_prometheus.query(f"max_over_time(({age})[1h:15s])", time.time())
    assert float(worst[0]["value"][1]) <= 45  # type: ignore[index]
    for counter in ("dataset_rows_checked_total", "airflow_dagrun_duration_count"):
        resets = fresh_prometheus.query(f"sum(resets({counter}[2d]))", time.time())
        assert float(resets[0]["value"][1]) == 0  # type: ignore[index]


def _scraped(prometheus: TestPrometheus) -> bool:
    return bool(prometheus.query('up{job="data-platform"} == 1', time.time()))


@pytest.mark.real
def test_the_demo_starts_everything_and_stops_everything(tmp_path: Path) -> None:
    bots: list[Bot] = []

    def start(settings: Mapping[str, object]) -> Bot:
        bots.append(Bot(settings))
        return bots[-1]

    said = StringIO()
    demo = Demo(start, tmp_path / "demo", port=0, console=Console(file=said))
    demo.start()
    try:
        assert httpx.get(f"{demo.prometheus_url}/-/ready").is_success
        panel = httpx.get(f"{demo.page_url}/_page/demo").json()["panel"]
        assert [b["label"] for b in panel["buttons"]][-1] == "Repair everything"
        assert httpx.post(panel["buttons"][0]["url"]).json()["ok"]
        assert bots[0].settings["prometheus_url"] == demo.prometheus_url
        for folder in bots[0].settings["definitions"]:  # type: ignore[attr-defined]
            assert Path(folder).is_dir()
    finally:
        demo.stop()
    assert "35 days of history" in said.getvalue()
    assert bots[0].stopped
    for url in (demo.prometheus_url, demo.page_url, demo.platform_url):
        with pytest.raises(httpx.TransportError):
            httpx.get(url)


@pytest.mark.real
def test_a_bot_that_cannot_start_leaves_nothing_running(tmp_path: Path) -> None:
    def refuse(_settings: Mapping[str, object]) -> Bot:
        raise FirelineError("the bot is ill")

    demo = Demo(refuse, tmp_path / "demo", port=0)
    with pytest.raises(FirelineError, match="the bot is ill"):
        demo.start()
    for url in (demo.prometheus_url, demo.page_url, demo.platform_url):
        with pytest.raises(httpx.TransportError):
            httpx.get(url)


@pytest.mark.real
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_ends_the_demo_in_order(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], number: signal.Signals
) -> None:
    bots: list[Bot] = []

    def start(settings: Mapping[str, object]) -> Bot:
        bots.append(Bot(settings))
        threading.Timer(0.5, os.kill, (os.getpid(), number)).start()
        return bots[-1]

    before = signal.getsignal(number)
    run_demo(start, port=0, folder=tmp_path)
    assert signal.getsignal(number) is before
    assert bots[0].stopped
    assert "Everything is stopped." in capsys.readouterr().out
    assert (tmp_path / "run-1" / "fireline.log").exists()


def test_a_missing_program_is_named_with_its_package() -> None:
    with pytest.raises(MissingProgramError, match="apt-get install prometheus"):
        find_program(("no-such-prometheus",), "prometheus")


@pytest.mark.real
def test_a_server_that_ends_at_once_shows_its_log(tmp_path: Path) -> None:
    with pytest.raises(ServerFailedError, match="wrong_key"):
        start_prometheus(tmp_path, config="wrong_key: 1\n")
    with pytest.raises(ServerFailedError, match="ended with code 3"):
        start_server("x", ["sh", "-c", "exit 3"], "http://127.0.0.1:1", tmp_path / "x.log")


@pytest.mark.real
def test_a_refused_configuration_is_told(fresh_prometheus: TestPrometheus) -> None:
    server = fresh_prometheus.server
    with pytest.raises(ServerFailedError, match="refused its configuration"):
        reload_prometheus(server, server.log.parent, "wrong_key: 1\n")


def test_a_taken_port_gives_another_one() -> None:
    with PlatformServer(Platform(T)) as server:
        taken = int(server.url.rpartition(":")[2])
        assert free_port(taken) != taken


def test_waiting_in_vain_says_for_what() -> None:
    with pytest.raises(ServerFailedError, match="in vain for the moon"):
        wait_until(lambda: False, 0.05, "the moon")


def test_shipped_folders_are_found_or_named() -> None:
    assert (shipped("runbooks") / "pipeline-late.md").exists()
    with pytest.raises(FirelineError, match="in a checkout of Fireline"):
        demo_module.shipped("no-such-folder")
