"""One rotation of an `OnCall` file: its members, its rhythm, who stands in."""

from collections.abc import Mapping
from datetime import UTC, datetime
from itertools import pairwise
from operator import attrgetter

from fireline.adapters.files.alert_policy import SLACK_ID, alias
from fireline.adapters.files.instants import known_zone, moment, wall_time
from fireline.adapters.files.policy_fields import items, span
from fireline.adapters.files.problems import Findings
from fireline.adapters.files.yaml_fields import Fields, Text, nearest
from fireline.domain.oncall.rotation import Override, Person, Rotation
from fireline.domain.slo.recurrence import Recurring, recurring

KEYS = (
    "alias", "timezone", "start", "every", "rrule", "members", "until", "services", "overrides",
)  # fmt: skip
OVERRIDE_KEYS = ("person", "from", "to", "reason")
DAY, WEEK = 86_400, 7 * 86_400
LONGEST_EVERY = 52 * WEEK
MOST_MEMBERS, MOST_OVERRIDES, LONGEST_TEXT = 100, 500, 300


class RotationReader:
    """Reads rotations with the people of their file.

    Args:
        people: by the names that members are given as.
        findings: where problems go.
    """

    def __init__(self, people: Mapping[str, Person], findings: Findings) -> None:
        self._people = people
        self._findings = findings

    def rotations(self, fields: Fields) -> list[Rotation]:
        """The sound ones."""
        read = (self._rotation(f) for f in items(fields, "rotations", KEYS, self._findings))
        return [rotation for rotation in read if rotation is not None]

    def _rotation(self, fields: Fields) -> Rotation | None:
        """None where anything is wrong: half a rotation would call the wrong person."""
        before = self._findings.errors
        name = fields.text("alias", example='"@oncall-data-platform"')
        zone = known_zone(fields.text("timezone", example="Europe/Berlin"), self._findings)
        rhythm = self._rhythm(fields, zone)
        members = self._members(fields)
        until = moment(fields.optional("until"), zone, self._findings)
        overrides = self._overrides(fields, zone)
        if self._findings.errors > before or name is None or rhythm is None:
            return None
        made = Rotation(
            alias(name.value),
            members,
            rhythm,
            until,
            overrides,
            tuple(text.value for text in fields.texts("services")),
            f"{self._findings.file}:{fields.line}",
        )
        if until is not None and until <= made.start:
            self._findings.error(fields.line, "until", "`until` lies before `start`.")
            return None
        return made

    def _rhythm(self, fields: Fields, zone: str | None) -> Recurring | None:
        """When turns change: every so many days or weeks from the start on, or by a rule."""
        start = fields.text("start", example="2026-01-05T10:00")
        every, rule = fields.optional("every"), fields.optional("rrule")
        if (every is None) == (rule is None):
            message = (
                "give either `every`, such as 1w, or `rrule`, such as FREQ=WEEKLY;BYDAY=MO,TH."
            )
            self._findings.error(fields.line, "missing", message)
            return None
        first = wall_time(start.value) if start is not None else None
        if start is not None and first is None:
            message = f"`{start.value}` is no local time; write for instance 2026-01-05T10:00."
            self._findings.error(start.line, "time", message)
        spoken = rule.value if rule is not None else self._rule(every)
        if first is None or zone is None or spoken is None:
            return None
        return self._checked(spoken, first, zone, rule or every)

    def _checked(
        self, rule: str, first: datetime, zone: str, where: Text | None
    ) -> Recurring | None:
        try:
            return recurring(rule, first, zone, 1)
        except ValueError as error:
            line = where.line if where is not None else 1
            self._findings.error(line, "rrule", f"{error}.")
            return None

    def _rule(self, every: Text | None) -> str | None:
        seconds = span(every, self._findings)
        if every is None or seconds is None:
            return None
        if seconds % DAY or not DAY <= seconds <= LONGEST_EVERY:
            message = f"`{every.value}` must be whole days or weeks, such as 1d, 1w or 2w."
            self._findings.error(every.line, "every", message)
            return None
        if seconds % WEEK == 0:
            return f"FREQ=WEEKLY;INTERVAL={seconds // WEEK}"
        return f"FREQ=DAILY;INTERVAL={seconds // DAY}"

    def _members(self, fields: Fields) -> tuple[Person, ...]:
        texts = fields.texts("members")
        if not 1 <= len(texts) <= MOST_MEMBERS:
            line = fields.key_lines.get("members", fields.line)
            message = f"`members` must name 1 to {MOST_MEMBERS} people, such as [ana, ben]."
            self._findings.error(line, "members", message)
            return ()
        found = (self._person(text) for text in texts)
        return tuple(person for person in found if person is not None)

    def _person(self, text: Text) -> Person | None:
        known = self._people.get(text.value)
        if known is not None:
            return known
        if SLACK_ID.match(text.value) and not text.value.startswith("S"):
            return Person(text.value, text.value)
        near = nearest(text.value, self._people)
        meant = f"did you mean `{near}`?" if near else "give the Slack id under `people`."
        message = f"nobody is called `{text.value}` in this file; {meant}"
        self._findings.error(text.line, "unknown-person", message)
        return None

    def _overrides(self, fields: Fields, zone: str | None) -> tuple[Override, ...]:
        """Who stands in, in order; two at one time would leave open whom to call."""
        read = items(fields, "overrides", OVERRIDE_KEYS, self._findings)
        if len(read) > MOST_OVERRIDES:
            message = f"keep the newest {MOST_OVERRIDES} overrides; these are {len(read)}."
            self._findings.error(read[MOST_OVERRIDES].line, "size", message)
        found: list[tuple[Override, int]] = []
        for item in read[:MOST_OVERRIDES]:
            made = self._override(item, zone)
            found += [(made, item.line)] if made is not None else []
        found.sort(key=lambda one: one[0].start)
        for (one, _), (other, line) in pairwise(found):
            if other.start < one.end:
                message = (
                    f"`{other.person.name}` and `{one.person.name}` stand in at the same time, "
                    f"from {other.start.astimezone(UTC):%Y-%m-%d %H:%M} UTC on; keep one."
                )
                self._findings.error(line, "overlap", message)
        return tuple(sorted((one for one, _ in found), key=attrgetter("start")))

    def _override(self, item: Fields, zone: str | None) -> Override | None:
        who = item.text("person", example="ben")
        person = self._person(who) if who is not None else None
        start = moment(item.text("from", example="2026-12-24T09:00"), zone, self._findings)
        end = moment(item.text("to", example="2026-12-27T10:00"), zone, self._findings)
        reason = item.optional("reason")
        if reason is not None and len(reason.value) > LONGEST_TEXT:
            message = f"this is longer than {LONGEST_TEXT} characters."
            self._findings.error(reason.line, "length", message)
        if person is None or start is None or end is None:
            return None
        if end <= start:
            self._findings.error(item.line, "time", "`to` must be after `from`.")
            return None
        return Override(person, start, end, reason.value if reason is not None else "")
