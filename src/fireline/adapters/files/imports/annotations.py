"""Annotations that say what foreign formats have no key for: `fireline.dev/tier` and the like."""

from fireline.adapters.files.imports.branches import NOT_CARRIED, Branch
from fireline.adapters.files.yaml_fields import Text, nearest

PREFIX = "fireline.dev/"
KEYS = {
    "tier": "tier",
    "owner": "owner",
    "channel": "channel",
    "runbook": "runbook",
    "datasets": "datasets",
    "min-events": "min_events",
    "data-source": "data_source",
}


def annotated(metadata: Branch, why: str) -> dict[str, Text]:
    """Our keys with what the annotations give them; of all others `why` they are left out."""
    found = {}
    for key, text in metadata.pairs("annotations").items():
        name = key.removeprefix(PREFIX)
        if name == key:
            message = f"annotation `{key}` is not carried over: {why}"
            metadata.warning(text.line, NOT_CARRIED, message)
        elif name in KEYS:
            found[KEYS[name]] = text
        else:
            near = nearest(name, KEYS)
            known = ", ".join(PREFIX + one for one in KEYS)
            meant = f"did you mean `{PREFIX}{near}`?" if near else f"known are {known}."
            metadata.warning(text.line, NOT_CARRIED, f"annotation `{key}` is not known; {meant}")
    return found
