"""`fireline doctor`: everything the bot needs, tried once, with what to do about it."""

from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass

from fireline.adapters.files.slos import DefinitionFolder
from fireline.adapters.runbooks.library import RunbookFolder
from fireline.bootstrap import parts
from fireline.bootstrap.alertmanager import alertmanager_found
from fireline.bootstrap.doctor_lineage import lineage_found
from fireline.bootstrap.doctor_sources import running_breakers, sources_found
from fireline.bootstrap.oncall import on_call_found
from fireline.bootstrap.sources import source_of
from fireline.bootstrap.system import SystemClock
from fireline.domain.errors import FirelineError, InvalidInputError
from fireline.settings import Settings, load
from fireline.usecases.report_budgets import report


@dataclass(frozen=True, slots=True)
class Finding:
    """One answer of the doctor; when not good, `text` says what to do."""

    subject: str
    good: bool
    text: str


def diagnose() -> list[Finding]:
    """Try everything the bot needs, once.

    Raises:
        InvalidInputError: a setting is wrong; nothing can be tried then.
    """
    settings = load()
    return [
        _tried("database", lambda: _database(settings)),
        _tried("policy", lambda: _policy(settings)),
        _tried("runbooks", lambda: _runbooks(settings)),
        _tried("definitions", lambda: _definitions(settings)),
        *_sources(settings),
        _tried("prometheus", lambda: _prometheus(settings)),
        _tried("lineage", lambda: lineage_found(settings)),
        _tried("alertmanager", lambda: alertmanager_found(settings)),
        _tried("on call", lambda: on_call_found(settings)),
        _tried("slack", lambda: _slack(settings)),
    ]


def _tried(subject: str, look: Callable[[], str]) -> Finding:
    try:
        return Finding(subject, good=True, text=look())
    except FirelineError as error:
        return Finding(subject, good=False, text=str(error))
    except Exception as error:  # noqa: BLE001 - shown: a doctor reports what it finds
        return Finding(subject, good=False, text=f"{type(error).__name__}: {error}")


def _database(settings: Settings) -> str:
    with parts.upgraded(settings) as engine:
        return f"{engine.url.render_as_string(hide_password=True)} is up to date"


def _policy(settings: Settings) -> str:
    parts.policy_of(settings)
    if settings.policy is None or not settings.policy.exists():
        return "no file, the shipped rules hold"
    return f"{settings.policy} is sound"


def _runbooks(settings: Settings) -> str:
    with closing(RunbookFolder(settings.runbooks)) as library:
        found, problems = len(library.all()), library.problems
    if problems:
        raise InvalidInputError("; ".join(problems))
    return f"{found} in {settings.runbooks}"


def _definitions(settings: Settings) -> str:
    catalogue = DefinitionFolder(settings.definitions).current()
    if catalogue.problems:
        raise InvalidInputError("; ".join(catalogue.problems))
    if not catalogue.slos:
        places = ", ".join(map(str, settings.definitions))
        raise InvalidInputError(f"no SLO is defined in {places}; see docs/slo-format.md")
    return f"{len(catalogue.slos)} SLOs"


def _sources(settings: Settings) -> list[Finding]:
    """Each data source by its name."""
    slos = parts.definitions_of(settings).current().slos.values()
    found = []
    breakers = running_breakers(f"http://{settings.http_host}:{settings.http_port}/metrics")
    with source_of(settings) as sources:
        for name, told in sources_found(sources, slos, SystemClock().now(), breakers):
            good = not isinstance(told, InvalidInputError)
            found.append(Finding(f"data source {name}", good=good, text=str(told)))
    return found


def _prometheus(settings: Settings) -> str:
    slos = list(parts.definitions_of(settings).current().slos.values())
    if not slos:
        raise InvalidInputError("not asked, as there is no sound SLO to ask about")
    with source_of(settings) as source:
        found = report(slos, source, SystemClock().now(), parts.policy_of(settings))
    blind = [status for status in found if not status.has_figure]
    if blind:
        first = blind[0]
        text = (
            f"{len(blind)} of {len(found)} SLOs have no figure; {first.slo}: {first.sentence} "
            "(fireline doctor --prometheus URL looks at each)"
        )
        raise InvalidInputError(text)
    return f"{len(found)} SLOs evaluated"


def _slack(settings: Settings) -> str:
    chat = parts.chat_of(parts.client_of(settings))
    who = chat.directory.identity()
    missing = []
    for name in (settings.incidents_channel, settings.alerts_channel, settings.reviews_channel):
        with suppress(FirelineError):
            chat.directory.channel_id(name)
            continue
        missing.append(name)
    if missing:
        raise InvalidInputError(
            f"no channel {', '.join(missing)}: create it in Slack, or set another"
        )
    return f"speaks as {who.get('user', 'the bot')} in {who.get('team', 'the workspace')}"
