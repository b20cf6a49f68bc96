"""Restricted incidents: the one sentence outside, wishes for access and what came of them."""

from fireline.adapters.slack import ids
from fireline.adapters.slack.blocks import kit
from fireline.adapters.slack.blocks.incident import restricted_words
from fireline.adapters.slack.blocks.markup import one_line, user, when
from fireline.domain.incident.kinds import AccessState
from fireline.usecases.exposure_views import AccessAnswer, AccessRequest
from fireline.usecases.impact_views import RestrictedNotice


def restricted(view: RestrictedNotice) -> kit.Rendered:
    """What is said of a restricted incident outside its channel, and the way in."""
    said = restricted_words(view.ref, view.severity, view.commander)
    ask = kit.button("Request access", ids.REQUEST_ACCESS, str(view.incident_id))
    text = f"Restricted incident {view.ref}, {view.severity.label}"
    return kit.rendered(text, [kit.section(said), kit.actions([ask])])


def request(view: AccessRequest) -> kit.Rendered:
    """Somebody asks to be let in; the buttons decide, and then it says what was decided."""
    access = view.access
    who, name = user(access.user), one_line(access.name, 100)
    if access.state is AccessState.ASKED:
        value = f"{view.incident_id}:{access.user}"
        buttons = [
            kit.button("Let them in", ids.GRANT_ACCESS, value, "primary"),
            kit.button("Do not", ids.DENY_ACCESS, value, "danger"),
        ]
        said = kit.section(f":key: {who} asks to read {view.ref}.")
        note = kit.context("The commander or security decides; the answer is recorded.")
        return kit.rendered(
            f"{access.name} asks to read {view.ref}", [said, kit.actions(buttons), note]
        )
    granted = access.state is AccessState.GRANTED
    sign, verb = (":unlock:", "may read") if granted else (":no_entry:", "was not let into")
    text = f"{sign} {who} {verb} {view.ref}"
    note = kit.context(f"decided by {one_line(access.by, 100)} \u00b7 {when(access.at)}")
    return kit.rendered(f"{name} {verb} {view.ref}", [kit.section(text), note])


def answer(view: AccessAnswer) -> kit.Rendered:
    """What the person who asked is told."""
    said = restricted_words(view.ref, view.severity, view.commander)
    by = one_line(view.access.by, 100)
    if view.access.state is AccessState.GRANTED:
        verdict = f":unlock: {by} let you in; you are invited to its channel."
        return kit.rendered(f"You may read {view.ref}", [kit.section(f"{said}\n{verdict}")])
    verdict = f":no_entry: {by} did not let you in."
    return kit.rendered(f"You may not read {view.ref}", [kit.section(f"{said}\n{verdict}")])
