"""Verbs of data repair: units of work, and checks that must stay green."""

import re
from collections.abc import Mapping

from fireline.adapters.slack.acts import CHOICE, PERSON, Act, Field, Options, Values
from fireline.adapters.slack.blocks import Rendered, answers, render
from fireline.adapters.slack.desk import Asked, Desk
from fireline.adapters.slack.grammar import Typed
from fireline.adapters.slack.spans import until
from fireline.domain.errors import InvalidInputError
from fireline.domain.incident.details import RepairUnit
from fireline.domain.incident.incident import Incident
from fireline.domain.incident.kinds import RepairMethod, UnitStatus
from fireline.domain.incident.knowledge import dataset_key
from fireline.domain.incident.repair import Progress, UnitPlan, tag_of, waits_for
from fireline.usecases import incident_repair, incident_repair_view

OWN_OPTIONS: Mapping[str, tuple[str, ...]] = {
    "unit": ("eta", "rows", "load", "idempotent", "duplicates"),
    "verify": ("attested",),
}
ADD, PLAN, LIST = "add", "plan", "list"
CHANGES: Options = (
    (ADD, "Add a unit"),
    (PLAN, "Add one for every dataset, parents first"),
    ("start", "It is running"),
    ("done", "It is done"),
    ("fail", "It failed"),
    ("waive", "Waive it"),
    (LIST, "Show them all"),
)
STATUS = {
    "start": UnitStatus.RUNNING,
    "done": UnitStatus.DONE,
    "fail": UnitStatus.FAILED,
    "waive": UnitStatus.WAIVED,
}
METHODS: Options = tuple((m.value, m.value.replace("_", " ")) for m in RepairMethod)
TWICE: Options = (("yes", "Yes, it gives the same"), ("no", "No, look for duplicates"))
ROWS = re.compile(r"^(?P<expected>\d{1,15})/(?P<actual>\d{1,15})(?:~(?P<tolerance>\d{1,15}))?$")
LONGEST = 200


def _unit_typed(_desk: Desk, _asked: Asked, typed: Typed) -> Values:
    words = [w for w in typed.words if not w.startswith("@")] or [""]
    change, rest = words[0].lower(), words[1:]
    given = {name: typed.option(name) or "" for name in OWN_OPTIONS["unit"]}
    given["change"] = change
    given["owner"] = typed.people[0].id if typed.people else ""
    if change == ADD:
        named = {"subject": rest[0] if rest else "", "window": rest[1] if len(rest) > 1 else ""}
        return {**given, **named, "method": _method(rest[2:])}
    if change == PLAN:
        return {**given, "window": rest[0] if rest else "", "method": _method(rest[1:])}
    return {**given, "subject": rest[0] if rest else "", "window": " ".join(rest[1:])}


def _method(words: list[str]) -> str:
    return words[0].lower().replace("-", "_") if words else ""


def _unit(desk: Desk, asked: Asked, incident: Incident, values: Values) -> Rendered:
    change = values["change"]
    if change == LIST:
        return render(incident_repair_view.repair(desk.s, incident.id))
    if change in {ADD, PLAN}:
        return _plan(desk, asked, incident, values, every=change == PLAN)
    status = STATUS.get(change)
    if status is None:
        known = ", ".join(key for key, _ in CHANGES)
        raise InvalidInputError(f"Say what becomes of the unit: {known}.", "change")
    number = values.get("subject", "")
    if not number.isdecimal():
        raise InvalidInputError("Name the unit by its number: `/incident unit done 2`.", "subject")
    expected, actual, tolerance = _rows(values.get("rows", ""))
    note, twice = values.get("window", ""), values.get("duplicates", "")[:LONGEST]
    progress = Progress(status, expected, actual, note, tolerance, twice)
    after = incident_repair.move_unit(desk.s, incident.id, int(number), progress, asked.user)
    return answers.told(_moved(after, int(number)))


def _moved(after: Incident, number: int) -> str:
    """What became of the unit, and what it still needs."""
    unit = next(u for u in after.details.units if u.number == number)
    left = [u for u in after.details.units if not u.status.settled]
    words = f"{after.ref}: unit {number} is {unit.status.value}; "
    words += f"{len(left)} to be settled." if left else "all settled."
    before = ", ".join(str(u.number) for u in waits_for(after, unit)[:5])
    if unit.status is UnitStatus.RUNNING:
        words += f" Tag its runs, so that their failures are known: {_tag(after, unit)}."
        words += f" What it is made of is not repaired yet: unit {before}." if before else ""
    if unit.status is UnitStatus.DONE and unit.idempotent is False and not unit.duplicates:
        words += " Running it twice is not safe: say how you looked for duplicates, "
        words += f'`/incident unit done {number} duplicates:"HOW"`.'
    return words


def _tag(incident: Incident, unit: RepairUnit) -> str:
    return f"`dbt build --vars '{{fireline_repair: {tag_of(incident, unit)}}}'`"


def _plan(desk: Desk, asked: Asked, incident: Incident, values: Values, *, every: bool) -> Rendered:
    window = values.get("window") or _bad_window(incident)
    if not window:
        raise InvalidInputError("Say which stretch: `2026-11-22..2026-11-23`.", "window")
    method = values.get("method") or RepairMethod.BACKFILL.value
    if method not in set(RepairMethod):
        known = ", ".join(RepairMethod)
        raise InvalidInputError(f"\u201c{method}\u201d is no way to repair: {known}.", "method")
    how = RepairMethod(method)
    if every:
        incident_repair.draft_units(desk.s, incident.id, window[:LONGEST], how, asked.user)
        return render(incident_repair_view.repair(desk.s, incident.id))
    if not values.get("subject"):
        message = "Name the dataset: `/incident unit add warehouse.sales.orders FROM..TO`."
        raise InvalidInputError(message, "subject")
    owner = values.get("owner") or None
    if owner:
        desk.member(owner, "owner")
    eta, twice = values.get("eta"), values.get("idempotent", "").lower()
    plan = UnitPlan(
        dataset=dataset_key(values.get("subject", "")),
        window=window[:LONGEST],
        method=how,
        owner=owner,
        eta=until(eta, desk.s.clock.now(), desk.zone(asked.user.id)) if eta else None,
        idempotent={"yes": True, "no": False}.get(twice),
        load=values.get("load", "")[:LONGEST],
    )
    after = incident_repair.plan_unit(desk.s, incident.id, plan, asked.user)
    return answers.told(_planned(after))


def _planned(after: Incident) -> str:
    unit = after.details.units[-1]
    words = f"{after.ref}: repair unit {unit.number} is planned"
    if unit.order and len(after.details.units) > 1:
        words += f", number {unit.order} in order (parents first)"
    before = ", ".join(f"{u.number} ({u.dataset})" for u in waits_for(after, unit)[:3])
    words += f", after unit {before}." if before else "."
    if unit.idempotent is False:
        words += " Running it twice is not safe, so duplicates will be asked for."
    return words


def _bad_window(incident: Incident) -> str:
    window = incident.details.bad_window
    form = "%Y-%m-%dT%H:%MZ"
    return f"{window.start:{form}}..{window.end:{form}}" if window is not None else ""


def _rows(text: str) -> tuple[float | None, float | None, float | None]:
    """Expected, actual, and by how much they may differ."""
    if not text:
        return None, None, None
    match = ROWS.match(text.replace(",", ""))
    if match is None:
        message = "Write `rows:EXPECTED/ACTUAL`, such as `rows:1200/1198~5` if 5 may be missing."
        raise InvalidInputError(message, "rows")
    allowed = match["tolerance"]
    tolerance = float(allowed) if allowed is not None else None
    return float(match["expected"]), float(match["actual"]), tolerance


def _verify_typed(_desk: Desk, _asked: Asked, typed: Typed) -> Values:
    return {"attested": typed.option("attested") or ""}


def _verify(desk: Desk, asked: Asked, incident: Incident, values: Values) -> Rendered:
    attested = values.get("attested") or None
    incident_repair.verify(desk.s, incident.id, asked.user, attested)
    found = render(incident_repair_view.repair(desk.s, incident.id))
    if asked.channel == incident.channel_id:
        return answers.told(f"{found.text}. The channel shows each.")
    return found


ACTS = (
    Act(
        "unit",
        "Repair unit of",
        "Record",
        (
            Field("change", "What about it?", CHOICE, options=CHANGES),
            Field("subject", "Dataset, or the unit's number", optional=True),
            Field("window", "Stretch of data, or a note", optional=True),
            Field("method", "How?", CHOICE, optional=True, options=METHODS),
            Field("owner", "Who?", PERSON, optional=True),
            Field("eta", "Done by?", hint="+2h, 18:00", optional=True),
            Field("rows", "Rows expected/actual", hint="1200/1198~5: 5 may differ", optional=True),
            Field("idempotent", "May it run twice?", CHOICE, optional=True, options=TWICE),
            Field("duplicates", "How did you look for duplicates?", optional=True),
            Field("load", "What may it take?", hint="2 workers, not before 08:00", optional=True),
        ),
        _unit_typed,
        _unit,
    ),
    Act(
        "verify",
        "Verify",
        "Verify",
        (Field("attested", "What did you check by hand?", optional=True),),
        _verify_typed,
        _verify,
    ),
)
HELP: Mapping[str, str] = {
    "unit add DATASET FROM..TO backfill @owner eta:+2h": "plans one piece of the repair",
    "unit plan FROM..TO": "plans one for every dataset, parents first; `unit list` shows them",
    "unit start|done|fail 1 rows:1200/1200": "how it goes; `unit waive 1 WHY`",
    "verify": 'runs the checks now; `attested:"what I saw"` for one by hand',
}
