"""The adapters, built from settings."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from importlib.metadata import version

from slack_sdk import WebClient
from sqlalchemy import Engine, make_url
from sqlalchemy.exc import ArgumentError, DatabaseError

from fireline.adapters.charts.drawing import MatplotlibCharts
from fireline.adapters.files.drills import DrillFiles
from fireline.adapters.files.exceptions import ExceptionsFile
from fireline.adapters.files.git_lineage import GitLineage
from fireline.adapters.files.maintenance import MaintenanceFiles
from fireline.adapters.files.policy import load_policy
from fireline.adapters.files.profile_choice import ProfileChoice
from fireline.adapters.files.slos import DefinitionFolder
from fireline.adapters.prometheus.readings import PrometheusReadings
from fireline.adapters.render.documents import JinjaDocuments
from fireline.adapters.runbooks.library import RunbookFolder
from fireline.adapters.slack.calls import web_client
from fireline.adapters.slack.chat import SlackChat
from fireline.adapters.store import migrate, open_engine
from fireline.bootstrap.alertmanager_client import alertmanager_of
from fireline.bootstrap.oncall import on_calls_of, pager_of
from fireline.bootstrap.sources import names_of, servers_of, source_of
from fireline.bootstrap.system import SortableIds, SystemClock
from fireline.domain.errors import InvalidInputError
from fireline.domain.policy.policy import Policy
from fireline.domain.policy.retention import Retention
from fireline.settings import Settings
from fireline.usecases.capture_ports import KILO, FileLimits
from fireline.usecases.oncall_ports import NO_PAGER
from fireline.usecases.ports import NO_ALERTMANAGER, ChannelPlan, Chat, Services, SliSource, Store
from fireline.usecases.source_health import DEFAULT

__all__ = ["source_of"]

SLACK_TIMEOUT_SECONDS = 15
RATE_LIMIT_RETRIES = 2


def engine_of(settings: Settings) -> Engine:
    """The database, with its password from the setting of its own.

    Raises:
        InvalidInputError: the address cannot be used.
    """
    try:
        url = make_url(settings.database_url)
        if settings.database_password is not None:
            url = url.set(password=settings.database_password.get_secret_value())
        return open_engine(url.render_as_string(hide_password=False))
    except ArgumentError as error:
        text = (
            "setting database_url: it is no database address; write sqlite:///var/fireline.db or "
            "postgresql+psycopg://user@host/name"
        )
        raise InvalidInputError(text) from error
    except (ValueError, OSError) as error:
        raise InvalidInputError(f"setting database_url: {error}") from error


def upgrade(engine: Engine) -> None:
    """Bring the schema up to date.

    Raises:
        InvalidInputError: the database cannot be reached or used; names it and why.
    """
    try:
        migrate(engine)
    except DatabaseError as error:
        shown = engine.url.render_as_string(hide_password=True)
        reason = " ".join(str(error.orig).split())
        text = f"the database {shown} cannot be used ({reason}); check FIRELINE_DATABASE_URL"
        raise InvalidInputError(text) from error


@contextmanager
def upgraded(settings: Settings) -> Iterator[Engine]:
    """The database with its schema up to date, closed afterwards.

    Raises:
        InvalidInputError: it cannot be reached or used.
    """
    engine = engine_of(settings)
    try:
        upgrade(engine)
        yield engine
    finally:
        engine.dispose()


def policy_of(settings: Settings) -> Policy:
    """The team's policy; the shipped one where no file is named or there."""
    path = settings.policy
    return load_policy(path) if path is not None and path.exists() else Policy()


def scrape_interval(settings: Settings) -> timedelta:
    """How often the SLIs are scraped."""
    return timedelta(seconds=settings.scrape_interval_seconds)


def client_of(settings: Settings) -> WebClient:
    """Slack's Web API.

    Raises:
        InvalidInputError: there is no bot token.
    """
    token = settings.slack_bot_token
    if token is None:
        text = (
            "no Slack bot token: set FIRELINE_SLACK_BOT_TOKEN_FILE to a file that holds it "
            "(docs/slack-setup.md), or try everything without Slack: fireline demo"
        )
        raise InvalidInputError(text)
    address = str(settings.slack_api_url)
    return web_client(
        token.get_secret_value(),
        address,
        rate_limit_retries=RATE_LIMIT_RETRIES,
        timeout=SLACK_TIMEOUT_SECONDS,
    )


def services_of(settings: Settings, store: Store, chat: Chat, source: SliSource) -> Services:
    """Everything a use case may use."""
    clock = SystemClock()
    return Services(
        store=store,
        clock=clock,
        ids=SortableIds(clock),
        chat=chat,
        definitions=definitions_of(settings),
        source=source,
        runbooks=RunbookFolder(settings.runbooks),
        charts=MatplotlibCharts(),
        documents=JinjaDocuments(),
        policy=policy_of(settings),
        channels=ChannelPlan(
            incidents=settings.incidents_channel,
            alerts=settings.alerts_channel,
            reviews=settings.reviews_channel,
            prefix=settings.channel_prefix,
        ),
        timezone=settings.timezone,
        data_source=settings.default_data_source or DEFAULT,
        exceptions=ExceptionsFile(settings.exceptions),
        maintenance=maintenance_of(settings),
        alertmanager=alertmanager_of(settings) or NO_ALERTMANAGER,
        git_lineage=git_lineage_of(settings),
        readings=readings_of(settings),
        retention=Retention(
            settings.ledger_detail_days, settings.ledger_kept_days, settings.restricted_kept_days
        ),
        oncall=on_calls_of(settings),
        pager=pager_of(settings) or NO_PAGER,
        drills=DrillFiles(settings.drills),
        files=FileLimits(settings.keep_file_mb * KILO * KILO, settings.keep_files_mb * KILO * KILO),
    )


def definitions_of(settings: Settings) -> DefinitionFolder:
    """The SLOs in git, read with the metric names that their data sources have."""
    clock = SystemClock()
    choice = ProfileChoice(names_of(settings, clock), settings.profiles)
    return DefinitionFolder(settings.definitions, choice, clock)


def maintenance_of(settings: Settings) -> MaintenanceFiles:
    """Maintenance in git, which may stand beside the definitions too."""
    return MaintenanceFiles([*settings.maintenance, *settings.definitions])


def readings_of(settings: Settings) -> PrometheusReadings:
    """The data sources, for checks of repaired data."""
    servers, default = servers_of(settings)
    return PrometheusReadings(servers, default, version("fireline"))


def git_lineage_of(settings: Settings) -> GitLineage:
    """Other names of datasets, and contracts, as git has them."""
    return GitLineage(settings.aliases, settings.contracts)


def chat_of(client: WebClient) -> SlackChat:
    """Slack as the use cases see it."""
    return SlackChat(client)


def offline_client() -> WebClient:
    """A client that reaches nothing, for work that shows ids where Slack would give names."""
    return WebClient(token="", base_url="http://127.0.0.1:9/", timeout=1)
