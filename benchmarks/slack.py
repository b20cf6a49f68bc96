"""What people in Slack wait for: the ack, the card, and the bot itself."""

import asyncio
import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import cycle, islice
from pathlib import Path
from typing import Any

import httpx

from benchmarks.figures import Figure
from benchmarks.measuring import median, percentile, shown
from benchmarks.platform import LIVE_SECONDS, WIDE, Watching
from benchmarks.processes import Bot, Sandbox
from benchmarks.stage import Stage
from fireline.demo.processes import wait_until
from fireline.usecases.watch_budgets import Watcher

AT_ONCE = 50
WAVES = 12
PAUSE_SECONDS = 0.5
EVALUATE_SECONDS = 5
ACK_SECONDS = 0.2
CARD_SECONDS = 2.0
DECLARES = 20
STARTS = 3
START_SECONDS = 3.0
IDLE_MB = 200
COMMANDS = (
    ("/incident", "list"),
    ("/slo", ""),
    ("/runbook", "consumer lag"),
    ("/incident", "help"),
    ("/runbook", "dag failed"),
)
Entry = dict[str, Any]


def start(stage: Stage) -> list[Figure]:
    """A fresh process on an empty database, and what it holds when idle."""
    seconds, cpu, megabytes = [], [], []
    for number in range(STARTS):
        folder = _folder(stage, f"start-{number}")
        with Sandbox(folder) as sandbox, Bot(folder, sandbox) as bot:
            seconds.append(bot.ready_after)
            cpu.append(bot.cpu_until_ready)
            asyncio.run(asyncio.sleep(2))
            megabytes.append(bot.resident_mb())
    took, held = median(seconds), median(megabytes)
    return [
        Figure(
            "start to ready: new process, empty database, connected to Slack",
            f"median {shown(took)} of {STARTS} (CPU {shown(median(cpu))})",
            f"<= {START_SECONDS:g} s",
            took <= START_SECONDS,
        ),
        Figure("memory of an idle bot", f"{held:.0f} MB", f"< {IDLE_MB} MB", held < IDLE_MB),
    ]


def ack(stage: Stage) -> list[Figure]:
    """50 commands at once, again and again, while 1,000 SLOs are evaluated every five seconds."""
    folder = _folder(stage, "ack")
    settings = _warm_ledger(stage, folder)
    with Sandbox(folder) as sandbox, Bot(folder, sandbox, **settings) as bot:
        wait_until(lambda: bot.ticks()[0] > 1, 60, "the first evaluations")
        before = bot.ticks()
        taken, round_trips = asyncio.run(_waves(sandbox.url))
        count, seconds = (after - b for after, b in zip(bot.ticks(), before, strict=True))
    worst = percentile(taken, 99)
    each = shown(seconds / count) if count else "-"
    return [
        Figure(
            f"slash command to ack, {AT_ONCE} at once ({len(taken):,} commands)",
            f"p50 {shown(median(taken))}, p95 {shown(percentile(taken, 95))}, p99 {shown(worst)}",
            f"p99 < {shown(ACK_SECONDS)}",
            worst < ACK_SECONDS,
            note=f"{count:.0f} evaluations of {WIDE.count:,} SLOs meanwhile, {each} each; "
            f"whole round trip p50 {shown(median(round_trips))}",
        )
    ]


def declare(stage: Stage) -> list[Figure]:
    """From `/incident declare` to the card standing in the new channel, by the sandbox's clock."""
    folder = _folder(stage, "declare")
    with Sandbox(folder) as sandbox, Bot(folder, sandbox) as bot:
        _declare(sandbox, 0)
        spent = [_declare(sandbox, number) for number in range(1, DECLARES + 1)]
        held = bot.resident_mb()
    worst = percentile(spent, 95)
    return [
        Figure(
            f"declare: command to card in the new channel ({DECLARES} times)",
            f"p50 {shown(median(spent))}, p95 {shown(worst)}",
            f"p95 < {CARD_SECONDS:g} s",
            worst < CARD_SECONDS,
            note=f"the bot holds {held:.0f} MB after {DECLARES + 1} incidents",
        )
    ]


def _folder(stage: Stage, name: str) -> Path:
    made = stage.folder / name
    made.mkdir()
    return made


def _warm_ledger(stage: Stage, folder: Path) -> dict[str, object]:
    """Settings of a bot whose ledger is already full."""
    settings = stage.platform.settings(WIDE)
    watching = Watching.of(settings)
    at = datetime.fromtimestamp(stage.platform.end, UTC)
    Watcher(watching.services, timedelta(seconds=LIVE_SECONDS)).tick(at)
    watching.source.close()
    for file in stage.platform.folder.glob(f"{WIDE.name}.db*"):
        shutil.copy(file, folder / file.name.replace(WIDE.name, "bot"))
    return {
        "prometheus_url": stage.platform.url,
        "definitions": [str(stage.platform.definitions(WIDE))],
        "evaluate_every_seconds": EVALUATE_SECONDS,
        "scrape_interval_seconds": LIVE_SECONDS,
    }


async def _waves(url: str) -> tuple[list[float], list[float]]:
    """Seconds to each ack by the sandbox's clock, and of each whole round trip by ours."""
    taken: list[float] = []
    round_trips: list[float] = []
    limits = httpx.Limits(max_connections=AT_ONCE)
    async with httpx.AsyncClient(
        base_url=url, trust_env=False, timeout=30, limits=limits
    ) as client:

        async def one(command: str, text: str, user: str) -> None:
            body = {"user": user, "channel": "general", "command": command, "text": text}
            begun = asyncio.get_running_loop().time()
            answer = (await client.post("/_act/command", json=body)).json()
            round_trips.append(asyncio.get_running_loop().time() - begun)
            # A command that was not acknowledged counts with the three seconds Slack waited.
            taken.append(answer["ack"]["ms"] / 1000)

        for _ in range(WAVES):
            wave = islice(cycle(COMMANDS), AT_ONCE)
            await asyncio.gather(
                *(one(*command, "ana" if n % 2 else "bo") for n, command in enumerate(wave))
            )
            await asyncio.sleep(PAUSE_SECONDS)
    return taken, round_trips


def _declare(sandbox: Sandbox, number: int) -> float:
    entries = sandbox.journal()
    since = entries[-1]["n"] if entries else 0
    text = f"declare orders are late in region {number}"
    sandbox.post("/_act/command", user="ana", channel="general", command="/incident", text=text)
    found: list[Entry] = []

    def card_stands() -> bool:
        found[:] = sandbox.journal(since)
        return _first(found, _is_card(found)) is not None

    wait_until(card_stands, 30, "the card")
    command = _first(found, lambda e: e["kind"] == "delivery" and e["name"] == "/incident")
    card = _first(found, _is_card(found))
    if command is None or card is None:
        raise RuntimeError("the journal lacks the command or the card")
    return float(card["at"]) - float(command["at"])


def _is_card(entries: list[Entry]) -> Callable[[Entry], bool]:
    """The first message posted into the channel that was created."""
    made = {e["answer"]["channel"]["id"] for e in _answered(entries, "conversations.create")}
    posted = _answered(entries, "chat.postMessage")
    return lambda entry: entry in posted and entry["answer"]["channel"] in made


def _answered(entries: list[Entry], method: str) -> list[Entry]:
    calls = [e for e in entries if e["kind"] == "api" and e["method"] == method]
    return [e for e in calls if (e.get("answer") or {}).get("ok")]


def _first(entries: list[Entry], fits: Callable[[Entry], bool]) -> Entry | None:
    return next((entry for entry in entries if fits(entry)), None)
