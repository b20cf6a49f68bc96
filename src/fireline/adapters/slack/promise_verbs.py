"""`/postmortem` and `/review`: what was learnt, and who promised what."""

from collections.abc import Callable, Mapping

from fireline.adapters.slack.blocks import Rendered, action, answers, kit, modals
from fireline.adapters.slack.blocks.markup import clip, esc, link, when
from fireline.adapters.slack.blocks.modals import Prefill
from fireline.adapters.slack.desk import Asked, Desk, Modal, Reply
from fireline.adapters.slack.grammar import Typed, action_number, incident_number, readable
from fireline.domain.errors import EffectError, InvalidInputError, NotFoundError
from fireline.domain.incident.incident import Incident
from fireline.domain.postmortem.action import ActionItem, Postmortem
from fireline.usecases import chase_actions, draft_postmortem, post_review, release_postmortem
from fireline.usecases.manage_incident import incident_in

Verb = Callable[[Desk, Asked, Typed], Reply]

OPTIONS = ("due",)
PREVIEW = 2400
DONE_WORDS = 3
POSTMORTEM_HELP: Mapping[str, str] = {
    "": "the newest draft of this incident",
    "show INC-7": "the newest draft of another incident",
    "draft": "a new version, when the record or the ledger knows more than the last one",
    "action TEXT @owner due:friday": "a promise; `due:2026-12-01`, `due:+7d` work too",
    "publish": "the newest draft is the published one, which closing may need",
    "waive WHY": "does without one; you answer for it",
}
REVIEW_HELP: Mapping[str, str] = {
    "": "this week so far",
    "show 2026-W47": "one week; without a week, this one",
    "post": "posts last week's review, or brings the posted one up to date",
    "action ACT-1 done LINK": "closes an action item with the link that shows it",
}


def postmortem_bare(desk: Desk, asked: Asked) -> Reply:
    """The newest draft of this channel's incident."""
    return _draft(desk, desk.incident_here(asked.channel))


def postmortem_show(desk: Desk, asked: Asked, typed: Typed) -> Reply:
    """The newest draft of the named incident."""
    if not typed.words:
        return postmortem_bare(desk, asked)
    return _draft(desk, desk.incident(incident_number(typed.words[0]), asked))


def postmortem_draft(desk: Desk, asked: Asked, typed: Typed) -> Reply:
    """A new version from the record as it is now; the last one when no fact has changed."""
    named = incident_number(typed.words[0]) if typed.words else None
    incident = desk.incident(named, asked) if named else desk.incident_here(asked.channel)
    draft_postmortem.draft(desk.s, incident.id)
    return _draft(desk, incident)


def postmortem_publish(desk: Desk, asked: Asked, _typed: Typed) -> Reply:
    """The newest draft becomes the published one."""
    after = release_postmortem.publish(desk.s, desk.incident_here(asked.channel).id, asked.user)
    return answers.told(f"The postmortem of {after.ref} is published.")


def postmortem_waive(desk: Desk, asked: Asked, typed: Typed) -> Reply:
    """Do without one, with a reason."""
    incident = desk.incident_here(asked.channel)
    after = release_postmortem.waive(desk.s, incident.id, typed.text, asked.user)
    return answers.told(f"{after.ref} needs no postmortem: {typed.text}")


def _draft(desk: Desk, incident: Incident) -> Rendered:
    with desk.s.store() as uow:
        latest = uow.postmortems.latest(incident.id)
    if latest is None:
        raise NotFoundError(
            f"{incident.ref} has no postmortem yet: it is drafted when the incident is resolved."
        )
    head = f"Postmortem of {incident.ref}, draft {latest.version}"
    where = _file_link(desk, latest)
    opening = f"*{esc(head)}* \u00b7 {when(latest.created_at)}" + (
        f" \u00b7 {where}" if where else ""
    )
    body = clip(esc(clip(latest.markdown, PREVIEW)), PREVIEW).replace("```", "'''")
    cut = len(latest.markdown) > PREVIEW
    rest = kit.context("The beginning; the whole text is in the file") if cut else None
    return kit.rendered(head, [kit.section(opening), kit.section(f"```{body}```"), rest])


def _file_link(desk: Desk, latest: Postmortem) -> str:
    """A link to the shared file, when it is there."""
    with desk.s.store() as uow:
        posted = uow.messages.get(f"postmortem:{latest.incident_id}:{latest.version}")
    if posted is None or posted.ts is None or posted.channel_id is None:
        return ""
    try:
        url = desk.s.chat.permalink(posted.channel_id, posted.ts)
    except EffectError:
        return ""
    return link(url, "open the file") if url else ""


def postmortem_action(desk: Desk, asked: Asked, typed: Typed) -> Reply:
    """A promise with an owner; a form while text or owner is missing."""
    incident = incident_in(desk.s, asked.channel)
    due = desk.due(typed.option("due"), asked.user.id)
    if not typed.bare or not typed.people:
        proposed = typed.people[0].id if typed.people else asked.user.id
        given = Prefill(text=typed.bare, channel=asked.channel, person=proposed, due=due)
        return Modal(modals.action(given, incident))
    owner = typed.people[0]
    item = chase_actions.add_action(
        desk.s,
        typed.bare,
        owner.id,
        desk.member(owner.id, "owner", owner.name),
        due,
        asked.user,
        incident.id if incident else None,
    )
    return item_added(desk, asked, item)


def item_added(desk: Desk, asked: Asked, item: ActionItem) -> Rendered:
    """What is answered when an item was added or done."""
    with desk.s.store() as uow:
        shown = chase_actions.told(uow, [item], asked.user.id)[0]
    return action.added(chase_actions.line(shown, desk.today(asked.user.id)))


def review_bare(desk: Desk, _asked: Asked) -> Reply:
    """This week so far."""
    return post_review.digest(desk.s)


def review_show(desk: Desk, _asked: Asked, typed: Typed) -> Reply:
    """One week."""
    return post_review.digest(desk.s, typed.words[0] if typed.words else None)


def review_post(desk: Desk, _asked: Asked, _typed: Typed) -> Reply:
    """Post last week's review now."""
    week = post_review.post_week(desk.s, desk.s.clock.now())
    return answers.told(f"The review of {week} goes to {desk.s.channels.reviews}.")


def review_action(desk: Desk, asked: Asked, typed: Typed) -> Reply:
    """Close an action item with its evidence."""
    if len(typed.words) < DONE_WORDS or typed.words[1].lower() != "done":
        raise InvalidInputError("Write `/review action ACT-1 done LINK`.")
    number = action_number(typed.words[0])
    item = chase_actions.complete(desk.s, number, readable(typed.after(2)), asked.user)
    return item_added(desk, asked, item)


POSTMORTEM_VERBS: Mapping[str, Verb] = {
    "show": postmortem_show,
    "draft": postmortem_draft,
    "action": postmortem_action,
    "publish": postmortem_publish,
    "waive": postmortem_waive,
}
REVIEW_VERBS: Mapping[str, Verb] = {
    "show": review_show,
    "post": review_post,
    "action": review_action,
}
