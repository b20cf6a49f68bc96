"""What a Prometheus holds: names, kinds of metrics, bucket bounds, how many series there are."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from difflib import SequenceMatcher, get_close_matches

from fireline.adapters.prometheus.client import Access, PrometheusClient

NEAR = 3
DEADLINE_SECONDS = 30.0
CUTOFF = 0.6
MARGIN = 0.2


class Inventory:
    """Looks things up once and remembers them; for one command, not for the running bot.

    Args:
        client: a connection; every look-up may raise `QueryFailure`.
    """

    def __init__(self, client: PrometheusClient) -> None:
        self._client = client
        self._names: frozenset[str] | None = None
        self._kinds: dict[str, str] | None = None

    def names(self) -> frozenset[str]:
        """All metric names."""
        if self._names is None:
            self._names = frozenset(map(str, self._client.read("label/__name__/values")))
        return self._names

    def near(self, name: str) -> list[str]:
        """The existing names most like this one; beside a slip of the pen nothing farther off."""
        found = get_close_matches(name, sorted(self.names()), n=NEAR, cutoff=CUTOFF)
        like = [SequenceMatcher(None, name, one).ratio() for one in found]
        return [one for one, ratio in zip(found, like, strict=True) if ratio >= like[0] - MARGIN]

    def kinds(self) -> Mapping[str, str]:
        """Metric name to `counter`, `gauge`, `histogram`, .. where the targets said so."""
        if self._kinds is None:
            told = self._client.read("metadata")
            self._kinds = {
                str(name): str(entries[0]["type"])
                for name, entries in told.items()
                if entries and entries[0].get("type")
            }
        return self._kinds

    def values(self, label: str, selector: str) -> list[str]:
        """The values of a label among the series that match."""
        return [str(v) for v in self._client.read(f"label/{label}/values", **{"match[]": selector})]

    def value(self, expr: str, at: int) -> list[float]:
        """All values that the expression gives at an instant."""
        return [float(row.values[0][1]) for row in self._client.range(expr, at, at, 1).rows]

    def count(self, selector: str, at: int) -> int:
        """How many series the selector has at an instant."""
        found = self.value(f"count({selector})", at)
        return int(found[0]) if found else 0


@contextmanager
def inventory_of(access: Access | str, version: str = "0") -> Iterator[Inventory]:
    """An inventory of the server at the address, closed after use."""
    reach = Access(access) if isinstance(access, str) else access
    client = PrometheusClient(reach, version, DEADLINE_SECONDS)
    try:
        yield Inventory(client)
    finally:
        client.close()
