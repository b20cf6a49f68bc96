"""Names that tie what is drawn to what is handled: action, callback and block ids."""

from typing import Final

DECLARE_FROM_ALERT: Final = "alert_declare"
ACKNOWLEDGE: Final = "alert_acknowledge"
SNOOZE: Final = "alert_snooze"
ALERT_MENU: Final = "alert_menu"
SHOW_MEMBERS: Final = "alert_members"

CLAIM_COMMANDER: Final = "card_claim_commander"
MITIGATE: Final = "card_mitigate"
RESTORE: Final = "card_restore"
RESOLVE: Final = "card_resolve"
ADD_NOTE: Final = "card_note"
CHANGE_SEVERITY: Final = "card_severity"
ASSIGN_ROLE: Final = "card_role"
ADD_ACTION: Final = "card_action"
CARD_MENU: Final = "card_menu"

SHOW_RUNBOOK: Final = "runbook_show"
SEARCH_RUNBOOKS: Final = "runbook_search"
OPEN_DECLARE: Final = "declare_open"
ACTION_DONE: Final = "action_done"
RUN_INSTEAD: Final = "run_instead"

VIEW_DECLARE: Final = "declare"
VIEW_SEVERITY: Final = "severity"
VIEW_ROLE: Final = "role"
VIEW_NOTE: Final = "note"
VIEW_MITIGATE: Final = "mitigate"
VIEW_RESTORE: Final = "restore"
VIEW_RESOLVE: Final = "resolve"
VIEW_ACTION: Final = "action"
VIEW_EVIDENCE: Final = "evidence"
VIEW_TIMELINE: Final = "timeline"
VIEW_RUNBOOK: Final = "runbook"

SHORTCUT_DECLARE: Final = "declare_incident"
MESSAGE_DECLARE: Final = "declare_from_message"
MESSAGE_TIMELINE: Final = "add_to_timeline"
MESSAGE_ACTION: Final = "make_action_item"

INPUT: Final = "value"
