"""What a server says of itself: product, version, and how far back it keeps samples."""

import re
from typing import Any

import requests

from fireline.adapters.prometheus.client import Access, PrometheusClient
from fireline.adapters.prometheus.failures import QueryFailure
from fireline.adapters.prometheus.session import shown_url
from fireline.adapters.prometheus.telemetry import Telemetry
from fireline.usecases.source_health import SourceAnswer

PATIENCE_SECONDS = 5.0
UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800, "y": 31_536_000}
# VictoriaMetrics without a unit means months of 31 days.
MONTH = 31 * UNITS["d"]
# Newer ones call themselves so, for Grafana; older ones have no such page.
VICTORIA_SAYS = "2.24.0"
VICTORIA = re.compile(r'vm_app_version\{[^}]*short_version="v?([^"]*)"')
VICTORIA_KEEPS = re.compile(r'flag\{name="retentionPeriod", value="([^"]+)"')


def ask_itself(name: str, access: Access, version: str, now: int) -> SourceAnswer:
    """Ask one server for a constant, and then about itself, which not every product tells."""
    telemetry = Telemetry(name)
    url = shown_url(access.url)
    client = PrometheusClient(access, version, PATIENCE_SECONDS, telemetry)
    try:
        client.range("vector(1)", now, now, 1)
        told = _told(client, "buildinfo").get("version")
        product = "Prometheus"
        retention = seconds_of(str(_told(client, "runtimeinfo").get("storageRetention", "")))
        if told in {None, VICTORIA_SAYS} and (
            found := VICTORIA.search(page := _metrics(client, access.url))
        ):
            product, told = "VictoriaMetrics", found.group(1)  # Debian's says no number
            flag = VICTORIA_KEEPS.search(page)
            retention = seconds_of(flag.group(1)) if flag else None
    except QueryFailure as failure:
        return SourceAnswer(name, url, error=failure.sentence)
    finally:
        client.close()
    return SourceAnswer(
        name=name,
        url=url,
        product=product if told is not None else None,
        version=str(told) if told else None,
        retention_seconds=retention,
        skew_seconds=telemetry.skew_seconds,
    )


def _told(client: PrometheusClient, page: str) -> dict[str, Any]:
    """A status page, or nothing where there is none: a proxy may let only queries through."""
    try:
        data = client.read(f"status/{page}")
    except QueryFailure:
        return {}
    return data if isinstance(data, dict) else {}


def _metrics(client: PrometheusClient, url: str) -> str:
    """The server's own metrics, or nothing where they are not shown."""
    try:
        response = client.session.request("GET", f"{url.rstrip('/')}/metrics")
    except (QueryFailure, requests.RequestException):
        return ""
    return str(response.content.decode("utf-8", "replace"))


def seconds_of(text: str) -> int | None:
    """Seconds of a retention such as `15d`, `1w2d or 10GiB`, or VictoriaMetrics' `3` (months)."""
    first = text.split(" or ", maxsplit=1)[0].strip()
    if first.isdecimal():
        return int(first) * MONTH
    parts = re.findall(r"(\d+)(ms|[smhdwy])", first)
    if not parts or "".join(n + u for n, u in parts) != first:
        return None
    return sum(int(n) * UNITS.get(u, 0) for n, u in parts) or None
