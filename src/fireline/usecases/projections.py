"""Every kind of message there is, and what rebuilds it from the database."""

from fireline.usecases import incident_access, share_export, waive, waiver_views
from fireline.usecases.alert_projection import alert, reply
from fireline.usecases.chase_actions import reminder
from fireline.usecases.draft_postmortem import postmortem_file
from fireline.usecases.drill import CARD as DRILL
from fireline.usecases.drill import TOLD as DRILL_INJECT
from fireline.usecases.drill import drill_card, drill_inject
from fireline.usecases.earlier_incidents import earlier
from fireline.usecases.external_alert_projection import external_alert
from fireline.usecases.external_messages import KIND as EXTERNAL_ALERT
from fireline.usecases.home import KIND as HOME
from fireline.usecases.home import home_message
from fireline.usecases.incident_card import card
from fireline.usecases.incident_clock import incident_notice
from fireline.usecases.incident_handover import handover_card
from fireline.usecases.incident_impact import blast
from fireline.usecases.incident_notices import all_clear, consumer_notice
from fireline.usecases.incident_repair import CHECKS
from fireline.usecases.incident_repair_view import checks
from fireline.usecases.incident_roles import GUIDE, role_guide
from fireline.usecases.incident_updates import update_message
from fireline.usecases.incident_views import announcement, runbook_suggestion
from fireline.usecases.outside import ACCESS_ANSWER, LEFT, POINTER, pointer
from fireline.usecases.page_projections import page_message, paging_message
from fireline.usecases.page_telling import PAGE, PAGING
from fireline.usecases.post_review import review
from fireline.usecases.publish import Projections
from fireline.usecases.show_relations import changes, proposal
from fireline.usecases.silence_record import TROUBLE, trouble
from fireline.usecases.subscriptions import FOLLOWED, REPLY, subscription, subscription_reply
from fireline.usecases.triage import TRIAGE, triage
from fireline.usecases.walk_runbook import RUN, runbook_run

PROJECTIONS: Projections = {
    "alert": alert,
    "alert_step": reply,
    "card": card,
    "announcement": announcement,
    "runbook_suggestion": runbook_suggestion,
    "blast": blast,
    CHECKS: checks,
    "update": update_message,
    "incident_notice": incident_notice,
    TRIAGE: triage,
    PAGE: page_message,
    PAGING: paging_message,
    DRILL: drill_card,
    DRILL_INJECT: drill_inject,
    "handover": handover_card,
    GUIDE: role_guide,
    HOME: home_message,
    FOLLOWED: subscription,
    REPLY: subscription_reply,
    "proposal": proposal,
    "changes": changes,
    "earlier": earlier,
    "consumer_notice": consumer_notice,
    "all_clear": all_clear,
    POINTER: pointer,
    LEFT: pointer,
    incident_access.REQUEST: incident_access.access_request,
    ACCESS_ANSWER: incident_access.access_answer,
    "postmortem": postmortem_file,
    share_export.KIND: share_export.exported,
    "action_reminder": reminder,
    "review": review,
    waive.REQUEST: waiver_views.request,
    waive.ANSWER: waiver_views.answer,
    waive.EXPIRY: waiver_views.expiry,
    EXTERNAL_ALERT: external_alert,
    TROUBLE: trouble,
    RUN: runbook_run,
}
