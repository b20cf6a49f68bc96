"""Real servers as fixtures: Prometheus, VictoriaMetrics, Alertmanager, PostgreSQL.

`tests/conftest.py` loads this file as a plugin. A missing program skips the test with a visible
reason on a laptop and fails it where the environment variable CI is set.
"""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from itertools import count
from pathlib import Path
from typing import NoReturn

import httpx
import numpy as np
import psycopg
import pytest
from typing_extensions import override

from fireline.demo.processes import (
    EMPTY_CONFIG,
    MissingProgramError,
    RunningServer,
    find_program,
    free_port,
    start_alertmanager,
    start_prometheus,
    start_server,
)
from fireline.demo.remote_write import RemoteWriter, Series, parse_labels

Samples = Sequence[tuple[float, float]]
LabelsKey = str | tuple[tuple[str, str], ...]

# Tests share one server and each writes its own stretch of the past.
_SHARED_CONFIG = EMPTY_CONFIG + "storage: {tsdb: {out_of_order_time_window: 900d}}\n"
# All samples of a session stay in one block: compacting hundreds costs more than all questions.
_BLOCK = "1000d"
_ALERTMANAGER_CONFIG = "route: {receiver: none}\nreceivers: [{name: none}]\n"


class TestPrometheus:
    """A running Prometheus to write into and to ask."""

    __test__ = False

    def __init__(self, server: RunningServer) -> None:
        self.server = server
        self.url = server.url
        self._writer = RemoteWriter(server.url)

    def write(self, series: Mapping[LabelsKey, Samples]) -> int:
        """Write `{'up{job="x"}': [(epoch_seconds, value), ...]}`; gives the number of samples."""
        return self.write_series(
            [
                Series(
                    parse_labels(key) if isinstance(key, str) else dict(key),
                    np.array([at for at, _ in samples], dtype=np.float64),
                    np.array([value for _, value in samples], dtype=np.float64),
                )
                for key, samples in series.items()
            ]
        )

    def write_series(self, series: Sequence[Series]) -> int:
        """Write prepared arrays."""
        return self._writer.write(series)

    def query(self, promql: str, at: float) -> list[dict[str, object]]:
        """The result of an instant query at an epoch time."""
        answer = httpx.get(
            f"{self.url}/api/v1/query", params={"query": promql, "time": at}, trust_env=False
        )
        answer.raise_for_status()
        result: list[dict[str, object]] = answer.json()["data"]["result"]
        return result

    def stop(self) -> None:
        self._writer.close()
        self.server.stop()


def missing(error: MissingProgramError) -> NoReturn:
    """Skip with the reason on a laptop; fail in CI, where nothing may be skipped."""
    if os.environ.get("CI"):  # noqa: TID251 - tests have no settings
        pytest.fail(f"CI may not skip: {error}")
    pytest.skip(str(error))


@pytest.fixture(scope="session")
def prometheus_factory(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Callable[[str], TestPrometheus]]:
    """Call it with a configuration for a new server; all stop at the end of the session."""
    with ExitStack() as running:

        def start(config: str = EMPTY_CONFIG) -> TestPrometheus:
            try:
                folder = tmp_path_factory.mktemp("prometheus")
                server = start_prometheus(folder, config, block=_BLOCK)
            except MissingProgramError as error:
                missing(error)
            made = TestPrometheus(server)
            running.callback(made.stop)
            return made

        yield start


@pytest.fixture(scope="session")
def prometheus(prometheus_factory: Callable[[str], TestPrometheus]) -> TestPrometheus:
    """One server for the session, which also takes samples older than those it has.

    Use series names or labels of your own: other tests write here too.
    """
    return prometheus_factory(_SHARED_CONFIG)


class TestVictoria(TestPrometheus):
    """A running VictoriaMetrics; what was written can be asked for at once."""

    @override
    def write_series(self, series: Sequence[Series]) -> int:
        sent = super().write_series(series)
        flushed = httpx.get(f"{self.url}/internal/force_flush", trust_env=False)
        flushed.raise_for_status()
        return sent


@pytest.fixture(scope="session")
def victoria(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestVictoria]:
    """One VictoriaMetrics for the session."""
    folder = tmp_path_factory.mktemp("victoria")
    try:
        program = find_program(("victoria-metrics",), "victoria-metrics")
    except MissingProgramError as error:
        missing(error)
    listen = f"127.0.0.1:{free_port()}"
    command = [
        program,
        f"-storageDataPath={folder / 'data'}",
        f"-httpListenAddr={listen}",
        "-retentionPeriod=10y",
        "-search.latencyOffset=0s",
        "-loggerLevel=WARN",
    ]
    made = TestVictoria(
        start_server("victoria-metrics", command, f"http://{listen}", folder / "server.log")
    )
    yield made
    made.stop()


@pytest.fixture
def fresh_prometheus(tmp_path: Path) -> Iterator[TestPrometheus]:
    """A server with an empty data directory, for this test alone."""
    try:
        server = start_prometheus(tmp_path / "prometheus")
    except MissingProgramError as error:
        missing(error)
    made = TestPrometheus(server)
    yield made
    made.stop()


@pytest.fixture(scope="session")
def alertmanager(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """One Alertmanager for the session."""
    try:
        server = start_alertmanager(tmp_path_factory.mktemp("alertmanager"), _ALERTMANAGER_CONFIG)
    except MissingProgramError as error:
        missing(error)
    with server:
        yield server


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """One PostgreSQL for the session; gives `host:port`, user `postgres`, no password."""
    try:
        binaries = _postgres_binaries()
    except MissingProgramError as error:
        missing(error)
    # Not pytest's own folder: PostgreSQL runs as another user and must be able to enter it.
    folder = Path(tempfile.mkdtemp(prefix="fireline-postgres-"))
    as_user: list[str] = []
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres", "postgres")
        as_user = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]
    try:
        with _start_postgres(binaries, folder, as_user) as server:
            yield server.url
    finally:
        shutil.rmtree(folder, ignore_errors=True)


class PostgresDatabases:
    """Databases of one PostgreSQL, by their SQLAlchemy addresses."""

    def __init__(self, server: str) -> None:
        self._server = server
        self._numbers = count(1)

    def create(self, copy_of: str = "template0") -> str:
        """A database of its own, a copy of one that nobody is connected to."""
        name = f"fireline_{next(self._numbers)}"
        # Nothing is synced here, which makes copying files far cheaper than logging every page.
        self._admin(f"CREATE DATABASE {name} TEMPLATE {copy_of} STRATEGY FILE_COPY")
        return f"postgresql+psycopg://postgres@{self._server}/{name}"

    def drop(self, url: str) -> None:
        """Away with it, whoever is still connected."""
        self._admin(f"DROP DATABASE {url.rpartition('/')[2]} WITH (FORCE)")

    def _admin(self, statement: str) -> None:
        address = f"postgresql://postgres@{self._server}/postgres"
        with psycopg.connect(address, autocommit=True) as connection:
            connection.execute(statement.encode())


@pytest.fixture(scope="session")
def postgres_databases(postgres_server: str) -> PostgresDatabases:
    """Makes databases on the session's PostgreSQL."""
    return PostgresDatabases(postgres_server)


@pytest.fixture
def postgres_url(postgres_databases: PostgresDatabases) -> Iterator[str]:
    """A fresh, empty database of its own; a SQLAlchemy address with the psycopg driver."""
    url = postgres_databases.create()
    yield url
    postgres_databases.drop(url)


def _postgres_binaries() -> Path:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"))
    on_path = shutil.which("postgres")
    if not found and on_path:
        found = [Path(on_path)]
    if not found:
        raise MissingProgramError(
            "PostgreSQL's server programs are not installed. Install them with "
            "`apt-get install postgresql`, then start again."
        )
    return found[-1].parent


def _start_postgres(binaries: Path, folder: Path, as_user: list[str]) -> RunningServer:
    data = folder / "data"
    subprocess.run(
        [
            *as_user,
            str(binaries / "initdb"),
            *("-D", str(data), "-U", "postgres", "-A", "trust", "-E", "UTF8"),
            *("--locale=C", "--no-sync"),
        ],
        check=True,
        capture_output=True,
        cwd=folder,
    )
    port = free_port()
    settings = {
        "listen_addresses": "127.0.0.1",
        "unix_socket_directories": str(folder),
        "fsync": "off",
        "synchronous_commit": "off",
        "full_page_writes": "off",
        "max_connections": "200",
        "shared_buffers": "32MB",
    }
    command = [*as_user, str(binaries / "postgres"), "-D", str(data), "-p", str(port)]
    for key, value in settings.items():
        command += ["-c", f"{key}={value}"]
    return start_server(
        "postgres", command, f"127.0.0.1:{port}", folder / "server.log", _accepts_connections
    )


def _accepts_connections(address: str) -> bool:
    try:
        with psycopg.connect(f"postgresql://postgres@{address}/postgres", connect_timeout=2):
            return True
    except psycopg.OperationalError:
        return False
