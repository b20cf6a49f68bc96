"""Declaring by command and by form: words are enough, everything else may be said as well."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from fireline.adapters.slack import declaring, join_verbs
from fireline.adapters.slack.blocks.declare_form import DATA, HOW, SLO, DeclareForm
from fireline.adapters.slack.desk import Asked, Desk, Later, Reply, declared, refused
from fireline.adapters.slack.grammar import Typed, severity
from fireline.domain.errors import InvalidInputError
from fireline.domain.incident.incident import Severity
from fireline.usecases import manage_incident
from fireline.usecases.declaration import Past
from fireline.usecases.manage_incident import Declare
from fireline.usecases.similar_incidents import similar_incidents

QUIET, RESTRICTED, DRILL, PAST = "quiet", "restricted", "drill", "past"
FLAGS = (QUIET, RESTRICTED, DRILL, PAST)
# Said first it is meant as such; the other flags are words that a sentence may begin with.
FIRST = (DRILL,)

HELP: Mapping[str, str] = {
    "declare WORDS": "opens an incident; add `sev:2`, `slo:NAME`, `service:NAME`, `dataset:NAME`,"
    " `at:-2h` for when it began; at the end `quiet` (to be judged first), `restricted` or `drill`",
    "declare WORDS past from:01:40 restored:02:48": "records what is over: no channel, nobody is"
    " called; `detected:` and `verified:` when they are known",
}
TIMES = ("from", "restored", "detected", "verified")
OWN_OPTIONS: Mapping[str, tuple[str, ...]] = {
    "declare": (*join_verbs.OWN_OPTIONS["declare"], *TIMES)
}


@dataclass(frozen=True, slots=True)
class Said:
    """The words of a declaration without its flags."""

    text: str
    flags: frozenset[str]


def said(typed: Typed) -> Said:
    """Flags stand at the end, so that "the topic went quiet again" stays a sentence."""
    words = list(typed.words)
    flags = set()
    while words and words[-1].lower() in FLAGS:
        flags.add(words.pop().lower())
    while words and words[0].lower().rstrip(":") in FIRST:
        flags.add(words.pop(0).lower().rstrip(":"))
    return Said(" ".join(words), frozenset(flags))


def declare(desk: Desk, asked: Asked, typed: Typed) -> Reply:
    """Open an incident from the words; a form when there are none, or where one is not clear."""
    words = said(typed)
    try:
        wanted = typed.option("sev")
        level = severity(wanted) if wanted else None
        if not words.text and not typed.option("slo"):
            return declaring.open_form(desk, asked, _form(asked, typed, words, level))
        return _declared(desk, asked, typed, words, level)
    except InvalidInputError as error:
        form = declaring.open_form(desk, asked, _form(asked, typed, words, None))
        return refused(form.view, error)


def _form(asked: Asked, typed: Typed, words: Said, level: Severity | None) -> DeclareForm:
    """The form with what was typed."""
    slo = typed.option("slo")
    about = tuple(DATA + name for name in datasets(typed.option("dataset")))
    return DeclareForm(
        channel=asked.channel,
        text=words.text,
        about=(SLO + slo, *about) if slo else about,
        severity=str(int(level)) if level else "",
        at=typed.option("from") or typed.option("at") or "",
        restored=typed.option("restored") or "",
        how=tuple(flag for flag in HOW if flag in words.flags),
        service=typed.option("service") or "",
    )


def _declared(desk: Desk, asked: Asked, typed: Typed, words: Said, level: Severity | None) -> Reply:
    slo = typed.option("slo")
    data = datasets(typed.option("dataset"))
    past = _past(desk, asked, typed, words)
    if typed.option("anyway") is None and past is None and DRILL not in words.flags:
        similar = similar_incidents(desk.s, slo, typed.option("service"), data)
        if similar:
            return join_verbs.is_it_one_of_these(similar, typed.raw)
    command = Declare(
        text=words.text,
        actor=asked.user,
        severity=level,
        slo=slo,
        service=typed.option("service"),
        datasets=data,
        began_at=desk.moment(typed.option("from") or typed.option("at"), asked.user.id),
        quiet=QUIET in words.flags,
        restricted=RESTRICTED in words.flags,
        drill=DRILL in words.flags,
        past=past,
    )
    result = manage_incident.declare(desk.s, command)
    return Later(lambda: declared(desk.settled(result.incident), result))


def _past(desk: Desk, asked: Asked, typed: Typed, words: Said) -> Past | None:
    """The times of what is over; saying when it was restored says that it is."""

    def moment(name: str) -> datetime | None:
        return desk.moment(typed.option(name), asked.user.id)

    restored = moment("restored")
    if restored is not None:
        return Past(restored, moment("detected"), moment("verified"))
    if PAST in words.flags:
        message = "What is over needs both times: `past from:01:40 restored:02:48`."
        raise InvalidInputError(message, "restored")
    return None


def datasets(text: str | None) -> tuple[str, ...]:
    """Names separated by commas."""
    return tuple(name.strip() for name in (text or "").split(",") if name.strip())
