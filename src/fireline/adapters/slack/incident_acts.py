"""All verbs of `/incident`, in the order in which help lists them."""

from collections.abc import Mapping

from fireline.adapters.slack import (
    answer_acts,
    data_acts,
    declare_verbs,
    drill_verbs,
    exposure_acts,
    follow_verbs,
    handover_acts,
    incident_verbs,
    join_verbs,
    kin_acts,
    log_acts,
    notice_acts,
    page_acts,
    relation_acts,
    repair_acts,
    role_acts,
    state_acts,
    time_acts,
    timeline_acts,
    update_acts,
)
from fireline.adapters.slack.acts import submissions_of, verbs_of
from fireline.adapters.slack.incident_verbs import Verb
from fireline.adapters.slack.interactions import Submission

ACTS = (
    *state_acts.ACTS,
    *update_acts.ACTS,
    *data_acts.ACTS,
    *repair_acts.ACTS,
    *notice_acts.ACTS,
    *handover_acts.ACTS,
    *role_acts.ACTS,
    *page_acts.ACTS,
    *log_acts.ACTS,
    *relation_acts.ACTS,
    *time_acts.ACTS,
    *kin_acts.ACTS,
    *timeline_acts.ACTS,
    *answer_acts.ACTS,
    *exposure_acts.ACTS,
)

VERBS: Mapping[str, Verb] = {
    **incident_verbs.VERBS,
    "join": join_verbs.join,
    "drill": drill_verbs.drill,
    **follow_verbs.VERBS,
    **timeline_acts.VERBS,
    "oncall": page_acts.on_call,
    **verbs_of(ACTS),
}
HELP: Mapping[str, str] = {
    **incident_verbs.HELP,
    **join_verbs.HELP,
    **drill_verbs.HELP,
    **follow_verbs.HELP,
    **state_acts.HELP,
    **update_acts.HELP,
    **data_acts.HELP,
    **repair_acts.HELP,
    **notice_acts.HELP,
    **handover_acts.HELP,
    **role_acts.HELP,
    **page_acts.HELP,
    **log_acts.HELP,
    **relation_acts.HELP,
    **time_acts.HELP,
    **kin_acts.HELP,
    **timeline_acts.HELP,
    **answer_acts.HELP,
    **exposure_acts.HELP,
}
OWN_OPTIONS: Mapping[str, tuple[str, ...]] = {
    **declare_verbs.OWN_OPTIONS,
    **kin_acts.OWN_OPTIONS,
    **log_acts.OWN_OPTIONS,
    **repair_acts.OWN_OPTIONS,
    **timeline_acts.OWN_OPTIONS,
}
SUBMISSIONS: Mapping[str, Submission] = submissions_of(ACTS)
