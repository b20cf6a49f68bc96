"""Sloth: `version: prometheus/v1` and the Kubernetes kinds of service levels."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from fireline.adapters.files.imports.annotations import annotated
from fireline.adapters.files.imports.branches import NOT_CARRIED, UNSUPPORTED, Branch
from fireline.adapters.files.imports.drafts import (
    Draft,
    Imported,
    finished,
    known_as,
    without_slo,
)
from fireline.adapters.files.imports.queries import counts, mean_ratio, templated
from fireline.adapters.files.yaml_fields import Text

VERSION = "prometheus/v1"
GROUP = "sloth.slok.dev/"
OF_THE_OBJECT = "it belongs to the Kubernetes object and not to its SLOs."
LEVELS = ("PrometheusServiceLevel", "ManagedPrometheusServiceLevel")
POLICY = "burn alerts come from Fireline's policy."


@dataclass(frozen=True, slots=True)
class Spelling:
    """The keys that the two forms write differently."""

    error_query: str
    total_query: str
    raw_queries: tuple[str, ...]
    page: str
    ticket: str
    plugins: str


@dataclass(frozen=True, slots=True)
class Around:
    """What stands around the SLOs: the window, names that several services use, annotations."""

    window: str
    ambiguous: frozenset[str] = frozenset()
    extra: Mapping[str, Text] = field(default_factory=dict)


# The examples of Sloth have `errorRatioQuery` in its files too.
FILE = Spelling(
    "error_query",
    "total_query",
    ("error_ratio_query", "errorRatioQuery"),
    "page_alert",
    "ticket_alert",
    "slo_plugins",
)
OBJECT = Spelling(
    "errorQuery", "totalQuery", ("errorRatioQuery",), "pageAlert", "ticketAlert", "sloPlugins"
)


def read_file(document: Branch, around: Around) -> Iterator[Imported]:
    """The SLOs of one document with `version: prometheus/v1`."""
    document.skip("version")
    yield from _service(document, document, FILE, around)


def read_object(document: Branch, around: Around) -> Iterator[Imported]:
    """The SLOs of one Kubernetes object."""
    kind, api = document.value("kind"), document.value("apiVersion")
    if api != f"{GROUP}v1":
        document.error(document.line, UNSUPPORTED, f"`{api}` is not supported; it must be v1.")
    elif kind == "AlertWindows":
        _alert_windows(document)
    elif kind not in LEVELS:
        message = f"the kind `{kind}` of Sloth is not supported; give PrometheusServiceLevel."
        document.error(document.line, UNSUPPORTED, message)
    else:
        extra = _about_the_object(document)
        spec = document.branch("spec")
        if spec is not None:
            yield from _service(document, spec, OBJECT, replace(around, extra=extra))
            return
        document.error(document.line, "missing", "`spec` is missing.")
    if kind not in LEVELS:
        document.skip("metadata", "spec")
    yield without_slo(document)


def names_in(document: Branch) -> Iterator[tuple[str, str]]:
    """Service and name of each SLO of a document of either form."""
    body = document.branch("spec") or document
    service = body.value("service")
    for slo in body.branches("slos"):
        yield service, slo.value("name")


def _about_the_object(document: Branch) -> dict[str, Text]:
    """What the object's annotations say of all its SLOs."""
    document.lost("status", "it is Kubernetes' own bookkeeping.")
    metadata = document.branch("metadata")
    if metadata is None:
        return {}
    metadata.skip("name")
    for key in ("namespace", "labels"):
        metadata.lost(key, OF_THE_OBJECT)
    return annotated(metadata, OF_THE_OBJECT)


def _alert_windows(document: Branch) -> None:
    """Say what its pairs are in the policy's own words, as they stand there and not at an SLO."""
    spec = document.branch("spec")
    period = spec.value("sloPeriod") if spec else ""
    pairs = ", ".join(_pairs(spec)) if spec else ""
    write = f" Write `burn_alerts: [{pairs}]` there." if pairs else ""
    document.warning(
        document.line,
        NOT_CARRIED,
        f"AlertWindows for {period or 'a period'} are not carried over: {POLICY}{write} Give the "
        "period with `fireline slo import --window`.",
    )


def _pairs(spec: Branch) -> Iterator[str]:
    """The windows as pairs of our policy."""
    for severity in ("page", "ticket"):
        alert = spec.branch(severity)
        for pair in (alert.branch(speed) for speed in ("quick", "slow")) if alert else ():
            if pair is not None:
                long, short = pair.value("longWindow"), pair.value("shortWindow")
                share = pair.value("errorBudgetPercent")
                yield f"{{severity: {severity}, long: {long}, short: {short}, share: {share}%}}"


def _service(
    document: Branch, body: Branch, spelling: Spelling, around: Around
) -> Iterator[Imported]:
    service = body.needed("service")
    labels = body.pairs("labels")
    plugged = _plugged(body, spelling.plugins)
    slos = body.branches("slos", apart=True)
    if not slos:
        body.error(body.line, "missing", f"`{body.full('slos')}` is missing or empty.")
    stopped = service is None or plugged
    yield without_slo(document)
    for slo in slos:
        draft = None
        if service is not None:
            draft = _slo(slo, service, labels, spelling, around)
        yield finished(slo, None if stopped else draft)


def _plugged(body: Branch, key: str) -> bool:
    """Whether the rules would be changed by plugins, which is an error that names them."""
    if key not in body:
        return False
    chain = body.branch(key)
    links = chain.branches("chain") if chain else []
    names = ", ".join(f"`{link.value('id')}`" for link in links) or "none named"
    for link in links:
        link.skip("config", "priority")
    body.error(
        body.line_at(key),
        UNSUPPORTED,
        f"`{body.full(key)}` ({names}): Sloth's plugins cannot be run by Fireline; remove them or "
        "write what they do as queries.",
    )
    return True


def _slo(
    slo: Branch, service: Text, labels: dict[str, Text], spelling: Spelling, around: Around
) -> Draft | None:
    name, objective = slo.needed("name"), slo.needed("objective")
    _plugged(slo, "plugins")
    own = slo.pairs("labels")
    description = slo.text("description")
    _alerting(slo, spelling)
    sli = _sli(slo, spelling)
    if name is None or objective is None or sli is None:
        return None
    draft = Draft(
        line=slo.line,
        name=_name(slo, name, service, around),
        service=service,
        objective=objective,
        window=Text(around.window, slo.line),
        kind="ratio",
        sli=sli,
        description=description,
        labels=labels | own,
        extra=dict(around.extra),
    )
    return known_as(draft, name.value)


def _name(slo: Branch, name: Text, service: Text, around: Around) -> Text:
    """The name; with the service before it where another service has the same."""
    if name.value not in around.ambiguous:
        return name
    full = f"{service.value}-{name.value}"
    message = f"several services have an SLO `{name.value}`; this one is called `{full}`."
    slo.warning(name.line, "name", message)
    return Text(full, name.line)


def _sli(slo: Branch, spelling: Spelling) -> dict[str, Text] | None:
    sli = slo.branch("sli")
    if sli is None:
        slo.error(slo.line, "missing", f"`{slo.full('sli')}` is missing.")
        return None
    if "plugin" in sli:
        _plugin(sli)
        return None
    events, raw = sli.branch("events"), sli.branch("raw")
    if (events is None) == (raw is None):
        message = f"`{sli.path}` needs exactly one of `events` and `raw`."
        sli.error(sli.line, "missing", message)
        return None
    if events is not None:
        return _events(events, spelling)
    return _raw(raw, spelling.raw_queries) if raw is not None else None


def _plugin(sli: Branch) -> None:
    plugin = sli.branch("plugin")
    named = plugin.value("id") if plugin else ""
    if plugin is not None:
        plugin.skip("options")
    sli.error(
        sli.line_at("plugin"),
        UNSUPPORTED,
        f"the SLI plugin `{named}` of Sloth cannot be run by Fireline; write its queries as "
        "`events`.",
    )


def _events(events: Branch, spelling: Spelling) -> dict[str, Text] | None:
    keys = {"bad": spelling.error_query, "total": spelling.total_query}
    queries = {key: _query(events, key) for key in keys.values()}
    given = {key: query for key, query in queries.items() if query is not None}
    found = counts(events, given) if len(given) == len(keys) else None
    return {part: found[key] for part, key in keys.items()} if found else None


def _query(branch: Branch, key: str) -> Text | None:
    text = branch.needed(key)
    return templated(branch, key, text) if text else None


def _raw(branch: Branch, keys: tuple[str, ...]) -> dict[str, Text] | None:
    key = next((one for one in keys if one in branch), keys[0])
    query = _query(branch, key)
    return mean_ratio(branch, key, query, error=True) if query else None


def _alerting(slo: Branch, spelling: Spelling) -> None:
    alerting = slo.branch("alerting")
    if alerting is None:
        return
    for key in ("name", "labels", "annotations"):
        alerting.lost(key, POLICY)
    for key in (spelling.page, spelling.ticket):
        alert = alerting.branch(key)
        if alert is not None:
            for part in ("disable", "for", "labels", "annotations"):
                alert.lost(part, POLICY)
