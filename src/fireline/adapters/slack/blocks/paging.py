"""Pages as those who are called read them, rounds of calls, and who is on call."""

from fireline.adapters.slack import ids
from fireline.adapters.slack.blocks import kit
from fireline.adapters.slack.blocks.incident import restricted_words
from fireline.adapters.slack.blocks.incident_words import TITLE
from fireline.adapters.slack.blocks.markup import channel, clip, esc, mentions, one_line, some, when
from fireline.domain.incident.incident import Incident, Severity
from fireline.domain.incident.page import Way
from fireline.usecases.page_views import OnCallList, PageMessage, PagingLine, PagingMessage
from fireline.usecases.who_is_on_call import Path, Standing

LONGEST = 1200
MOST_LISTED = 40
WAYS = {
    Way.MESSAGE: "by direct message",
    Way.MENTION: "in this channel",
    Way.PAGERDUTY: "by PagerDuty",
    Way.HERE: "is here",
}


def page(view: PageMessage) -> kit.Rendered:
    """A call: what is wrong, where it is worked on, and the button that answers it."""
    drill = "DRILL \u00b7 " if view.drill else ""
    plain = f"{drill}{view.ref} {view.severity}"
    if view.restricted:
        said = restricted_words(view.ref, Severity[view.severity], view.commander)
        plain = f"Restricted incident {view.ref}, {view.severity}"
    else:
        head = f"{drill}{esc(view.ref)} {view.severity}"
        said = f":rotating_light: *{head}* {one_line(view.title, TITLE)}"
        said += f"\n{esc(clip(view.text, LONGEST))}" if view.text else ""
        plain = f"{plain} {view.title}: you are called as {view.alias}"
        where = channel(view.channel_id) if view.channel_id else "_Its channel is being opened._"
        said += f"\n{where}"
    small = f"Called as {one_line(view.alias, 100)} by {one_line(view.by, 100)} {when(view.at)}"
    return kit.rendered(plain, [kit.section(said), _answer(view), kit.context(small)])


def _answer(view: PageMessage) -> kit.Block | None:
    """The button; once somebody has it, who."""
    if view.acknowledged_at is not None:
        over = ". It is over" if view.over else ""
        by = one_line(view.acknowledged_by, 100)
        return kit.section(
            f":white_check_mark: {by} has it since {when(view.acknowledged_at)}{over}"
        )
    if view.over:
        return kit.section(":white_check_mark: It is over")
    label = "Acknowledge, I take operations" if view.operations else "Acknowledge"
    value = f"{view.incident_id}:{view.number}"
    return kit.actions([kit.button(label, ids.ACKNOWLEDGE_PAGE, value, "primary")])


def paging(view: PagingMessage) -> kit.Rendered:
    """Who was called, by which way, and who answered; edited as they do."""
    sign = ":arrow_double_up:" if view.climbing else ":bell:"
    head = f"{sign} *Calling*: {one_line(view.text, LONGEST)}" if view.text else f"{sign} *Calling*"
    rows = some([_line(line) for line in view.lines], 20, 2000)
    row = None
    if view.open_page is not None:
        value = f"{view.incident_id}:{view.open_page}"
        row = kit.actions([kit.button("Acknowledge", ids.ACKNOWLEDGE_PAGE, value, "primary")])
    names = ", ".join(line.alias for line in view.lines)
    small = kit.context(f"{one_line(view.by, 100)} \u00b7 {when(view.at)}")
    text = f"{view.ref}: calling {names}. {view.text}"
    return kit.rendered(text, [kit.section(f"{head}\n{rows}"), row, small])


def _line(line: PagingLine) -> str:
    """`@alias: who by which way, not answered yet`; whoever can be is mentioned."""
    known = mentions([line.slack]) if line.slack else one_line(line.name, 100)
    who = f"{one_line(line.alias, 100)}: {known}" if line.slack != line.alias else known
    if line.way is Way.PAGERDUTY and not line.slack:
        who = f"{one_line(line.alias, 100)}:"
    called = f"\u2022 {who} {WAYS[line.way]}"
    if line.way is Way.HERE:
        return called
    if line.acknowledged_at is not None:
        by = one_line(line.acknowledged_by, 100)
        return f"{called}, {by} has it since {when(line.acknowledged_at)}"
    if line.trouble:
        return f"{called} \u00b7 :warning: *not reached*: {one_line(line.trouble, 200)}"
    return f"{called}, *not answered yet*"


def confirm(incident: Incident, found: Standing, text: str, value: str) -> kit.Rendered:
    """Asked before somebody is woken."""
    who = mentions([found.slack]) if found.slack else one_line(found.name, 100)
    way = "PagerDuty" if found.path is Path.PAGERDUTY else "Slack"
    as_alias = "" if found.slack == found.alias else f" ({one_line(found.alias, 100)})"
    said = f"Call *{who}*{as_alias} for {esc(incident.ref)} by {way}?"
    quote = f"\n&gt; {one_line(text, LONGEST)}" if text else ""
    label = found.name if found.path is Path.ROTATION else found.alias
    if found.slack == found.alias:
        label = "them"
    press = kit.button(f"Page {label}", ids.PAGE_CONFIRMED, value, "danger")
    small = kit.context("Nobody is called before you press it.")
    plain = f"Call {found.alias} for {incident.ref}?"
    return kit.rendered(plain, [kit.section(said + quote), kit.actions([press]), small])


def on_call(view: OnCallList) -> kit.Rendered:
    """Who stands behind each alias, until when, and who is next."""
    rows = [_standing(one) for one in view.lines if one.reached]
    nobody = [one_line(one.alias, 100) for one in view.lines if not one.reached]
    blocks: list[kit.Block | None] = [
        kit.section("*On call now*\n" + some(rows, MOST_LISTED, 2600))
        if rows
        else kit.section("Nobody is set up to be called: write rotations (docs/oncall.md)."),
        kit.context(f":warning: Nobody behind {clip(', '.join(nobody), 1500)}")
        if nobody and rows
        else None,
        kit.context(*(f":warning: {one_line(p, 300)}" for p in view.problems[:5]))
        if view.problems
        else None,
    ]
    names = ", ".join(f"{one.alias}: {one.name}" for one in view.lines if one.reached)
    return kit.rendered(f"On call: {names or 'nobody is set up'}", blocks)


def _standing(one: Standing) -> str:
    who = mentions([one.slack]) if one.slack else one_line(one.name, 100)
    words = f"\u2022 {one_line(one.alias, 100)}: {who}"
    words += ", standing in" if one.stands_in else ""
    words += f", until {when(one.until)}" if one.until is not None else ""
    words += f", then {one_line(one.then, 100)}" if one.then else ""
    return f"{words} \u00b7 :warning: {one_line(one.trouble, 200)}" if one.trouble else words
