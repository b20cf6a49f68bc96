"""Verbs of data repair: units of work, and checks that must stay green."""

import re
from collections.abc import Mapping

from fireline.adapters.slack.acts import CHOICE, PERSON, Act, Field, Options, Values
from fireline.adapters.slack.blocks import Rendered, answers
from fireline.adapters.slack.desk import Asked, Desk
from fireline.adapters.slack.grammar import Typed
from fireline.adapters.slack.spans import until
from fireline.domain.errors import InvalidInputError
from fireline.domain.incident.incident import Incident
from fireline.domain.incident.kinds import RepairMethod, UnitStatus
from fireline.domain.incident.knowledge import dataset_key
from fireline.domain.incident.repair import Progress, UnitPlan
from fireline.usecases import incident_repair

OWN_OPTIONS: Mapping[str, tuple[str, ...]] = {"unit": ("eta", "rows"), "verify": ("attested",)}
ADD = "add"
CHANGES: Options = (
    (ADD, "Add a unit"),
    ("start", "It is running"),
    ("done", "It is done"),
    ("fail", "It failed"),
    ("waive", "Waive it"),
)
STATUS = {
    "start": UnitStatus.RUNNING,
    "done": UnitStatus.DONE,
    "fail": UnitStatus.FAILED,
    "waive": UnitStatus.WAIVED,
}
METHODS: Options = tuple((m.value, m.value.replace("_", " ")) for m in RepairMethod)
ROWS = re.compile(r"^(?P<expected>\d{1,15})/(?P<actual>\d{1,15})$")


def _unit_typed(_desk: Desk, _asked: Asked, typed: Typed) -> Values:
    words = [w for w in typed.words if not w.startswith("@")] or [""]
    change = words[0].lower()
    given = {"change": change, "rows": typed.option("rows") or "", "eta": typed.option("eta") or ""}
    rest = words[1:]
    if change == ADD:
        method = rest[2].lower().replace("-", "_") if len(rest) > 2 else ""  # noqa: PLR2004 - third word
        owner = typed.people[0].id if typed.people else ""
        named = {"subject": rest[0] if rest else "", "window": rest[1] if len(rest) > 1 else ""}
        return {**given, **named, "method": method, "owner": owner}
    return {**given, "subject": rest[0] if rest else "", "window": " ".join(rest[1:])}


def _unit(desk: Desk, asked: Asked, incident: Incident, values: Values) -> Rendered:
    if values["change"] == ADD:
        return _plan(desk, asked, incident, values)
    status = STATUS.get(values["change"])
    if status is None:
        known = ", ".join(key for key, _ in CHANGES)
        raise InvalidInputError(f"Say what becomes of the unit: {known}.", "change")
    number = values["subject"]
    if not number.isdecimal():
        raise InvalidInputError("Name the unit by its number: `/incident unit done 2`.", "subject")
    expected, actual = _rows(values.get("rows", ""))
    progress = Progress(status, expected, actual, values.get("window", ""))
    after = incident_repair.move_unit(desk.s, incident.id, int(number), progress, asked.user)
    left = [u for u in after.details.units if not u.status.settled]
    words = f"{len(left)} to be settled" if left else "all settled"
    return answers.told(f"{after.ref}: unit {number} is {status.value}; {words}.")


def _plan(desk: Desk, asked: Asked, incident: Incident, values: Values) -> Rendered:
    if not values.get("window"):
        raise InvalidInputError("Say which stretch: `2026-11-22..2026-11-23`.", "window")
    method = values.get("method") or RepairMethod.BACKFILL.value
    if method not in set(RepairMethod):
        known = ", ".join(RepairMethod)
        raise InvalidInputError(f"\u201c{method}\u201d is no way to repair: {known}.", "method")
    owner = values.get("owner") or None
    if owner:
        desk.member(owner, "owner")
    eta = values.get("eta")
    plan = UnitPlan(
        dataset=dataset_key(values["subject"]),
        window=values["window"][:200],
        method=RepairMethod(method),
        owner=owner,
        eta=until(eta, desk.s.clock.now(), desk.zone(asked.user.id)) if eta else None,
    )
    after = incident_repair.plan_unit(desk.s, incident.id, plan, asked.user)
    return answers.told(f"{after.ref}: repair unit {len(after.details.units)} is planned.")


def _rows(text: str) -> tuple[float | None, float | None]:
    if not text:
        return None, None
    match = ROWS.match(text.replace(",", ""))
    if match is None:
        raise InvalidInputError("Write `rows:EXPECTED/ACTUAL`, such as `rows:1200/1200`.", "rows")
    return float(match["expected"]), float(match["actual"])


def _verify_typed(_desk: Desk, _asked: Asked, typed: Typed) -> Values:
    return {"attested": typed.option("attested") or ""}


def _verify(desk: Desk, asked: Asked, incident: Incident, values: Values) -> Rendered:
    attested = values.get("attested") or None
    after = incident_repair.verify(desk.s, incident.id, asked.user, attested)
    lines = [
        f"{':white_check_mark: green' if c.green else ':x: red'} {c.name}: {c.detail}"
        for c in sorted(after.details.checks, key=lambda c: c.green)[:15]
    ]
    if not lines:
        lines = ["Nothing to check is known; say what you checked: `/incident verify attested:...`"]
    return answers.told(f"{after.ref}\n" + "\n".join(lines))


ACTS = (
    Act(
        "unit",
        "Repair unit of",
        "Record",
        (
            Field("change", "What about it?", CHOICE, options=CHANGES),
            Field("subject", "Dataset, or the unit's number"),
            Field("window", "Stretch of data, or a note", optional=True),
            Field("method", "How?", CHOICE, optional=True, options=METHODS),
            Field("owner", "Who?", PERSON, optional=True),
            Field("eta", "Done by?", hint="+2h, 18:00", optional=True),
            Field("rows", "Rows expected/actual", hint="1200/1200", optional=True),
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
    "unit start|done|fail 1 rows:1200/1200": "how it goes; `unit waive 1 WHY`",
    "verify": 'runs the checks now; `attested:"what I saw"` for one by hand',
}
