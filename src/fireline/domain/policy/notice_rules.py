"""What each class of consumers has to hear besides the facts; templates of one sentence or two."""

from collections.abc import Mapping

# What a template may speak of; each is text, empty where nothing is known.
NOTICE_FACTS = ("data", "harms", "window", "since", "last_good", "next_update", "incident", "rows")

DEFAULT_NOTICES: Mapping[str, Mapping[str, str]] = {
    "finance_bi": {
        "do_not_use": (
            "Keep these figures out of reports, board packs and the close."
            "{% if last_good %} Figures up to {{ last_good }} are good.{% endif %}"
        ),
        "correction": "Send again what was reported with figures of {{ window or 'this time' }}.",
        "all_clear": "Reports may be refreshed; figures of {{ window or 'this time' }} are final.",
    },
    "experimentation": {
        "do_not_use": "Do not read out, start or stop experiments on it.",
        "correction": "Read out again what was decided on data of {{ window or 'this time' }}.",
        "all_clear": "Experiments may be read out; compute {{ window or 'that time' }} anew.",
    },
    "ml": {
        "do_not_use": (
            "Pause training and feature refresh on it; serve the last good model and features."
        ),
        "correction": "Retrain or roll back models trained on {{ window or 'this time' }}.",
        "all_clear": (
            "Training and feature refresh may go on; compute features of "
            "{{ window or 'that time' }} anew."
        ),
    },
    "data_api": {
        "do_not_use": "Pause syncs; serve the last good answers, or mark them as not reliable.",
        "correction": "Send the right rows of {{ window or 'this time' }} to whoever got others.",
        "all_clear": "Syncs may go on; run one in full for {{ window or 'that time' }}.",
    },
    "compliance": {
        "do_not_use": "File and attest nothing from it; {{ incident }} is the record of it.",
        "correction": (
            "Check whether a filing of {{ window or 'this time' }} has to be amended; "
            "{{ incident }} is the record."
        ),
        "all_clear": "Filing may go on; {{ incident }} says what was wrong and for how long.",
    },
}
