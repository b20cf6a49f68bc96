"""How each view looks in Slack."""

from collections.abc import Callable, Mapping
from typing import Any

from fireline.adapters.slack.blocks import (
    action,
    alert,
    alert_group,
    alert_history,
    announcement,
    answers,
    blast,
    card,
    drill,
    exposure,
    external_alert,
    handover,
    home,
    incident,
    paging,
    proposal,
    repair,
    review,
    role_guide,
    runbook,
    runbook_run,
    silence,
    slo,
    subscription,
    triage,
    updates,
    waiver,
)
from fireline.adapters.slack.blocks.kit import Rendered
from fireline.usecases.external_alert_views import ExternalAlertMessage, SilenceList
from fireline.usecases.policy_views import FreezeList, MaintenanceList, WaiverAnswer, WaiverMessage
from fireline.usecases.repair_views import RepairMessage
from fireline.usecases.runbook_views import RunMessage
from fireline.usecases.views import (
    AccessAnswer,
    AccessRequest,
    ActionReminder,
    AlertHistory,
    AlertMembers,
    AlertMessage,
    AlertReply,
    Announcement,
    BlastMessage,
    ChangesMessage,
    ConsumerNotice,
    DrillCard,
    DrillInject,
    DrillMessage,
    EarlierMessage,
    FileMessage,
    HandoverMessage,
    Home,
    IncidentCard,
    IncidentNotice,
    IncidentOverview,
    Message,
    Notice,
    OnCallList,
    PageMessage,
    PagingMessage,
    ProposalMessage,
    RestrictedNotice,
    ReviewDigest,
    RoleGuide,
    RunbookPage,
    RunbookSuggestion,
    SloDetail,
    SloList,
    Subscription,
    TriageMessage,
    UpdateMessage,
)

__all__ = ["Rendered", "render"]


def _home(view: Home) -> Rendered:
    return Rendered("App Home", home.home(view)["blocks"])


_DRAWN: Mapping[type, Callable[[Any], Rendered]] = {
    ActionReminder: action.reminder,
    AlertHistory: alert_history.history,
    AlertMembers: alert_group.every_member,
    AlertReply: alert.reply,
    Announcement: announcement.announcement,
    RestrictedNotice: exposure.restricted,
    AccessRequest: exposure.request,
    AccessAnswer: exposure.answer,
    BlastMessage: blast.blast,
    RepairMessage: repair.repair,
    UpdateMessage: updates.update,
    IncidentNotice: updates.notice,
    TriageMessage: triage.triage,
    DrillCard: drill.card,
    DrillInject: drill.inject,
    HandoverMessage: handover.handover,
    PageMessage: paging.page,
    PagingMessage: paging.paging,
    OnCallList: paging.on_call,
    ProposalMessage: proposal.proposal,
    ChangesMessage: proposal.changes,
    EarlierMessage: proposal.earlier,
    Home: _home,
    ConsumerNotice: updates.consumer_notice,
    ExternalAlertMessage: external_alert.external_alert,
    FileMessage: answers.file_comment,
    IncidentCard: card.card,
    IncidentOverview: incident.overview,
    Notice: answers.notice,
    RoleGuide: role_guide.role_guide,
    RunbookPage: runbook.page,
    RunbookSuggestion: runbook.suggestion,
    RunMessage: runbook_run.run,
    SilenceList: silence.silence_list,
    SloList: slo.slo_list,
    Subscription: subscription.subscription,
    FreezeList: waiver.freeze_list,
    MaintenanceList: waiver.maintenance_list,
    WaiverAnswer: waiver.answer,
    WaiverMessage: waiver.message,
}


def render(message: Message, chart_file: str | None = None) -> Rendered:
    """Any view as text and blocks, within Slack's limits."""
    if isinstance(message, DrillMessage):
        return drill.marked(render(message.message, chart_file))
    if isinstance(message, AlertMessage):
        return alert.alert(message, chart_file)
    if isinstance(message, ReviewDigest):
        return review.review(message, chart_file)
    if isinstance(message, SloDetail):
        return slo.slo_detail(message, chart_file)
    return _DRAWN[type(message)](message)
