"""Which of our SLOs an alert of Alertmanager's is about."""

from collections.abc import Collection, Mapping

from fireline.domain.alertmanager.alerts import ExternalGroup
from fireline.domain.alertmanager.silences import Matcher


def linked_slo(labels: Mapping[str, str], known: Collection[str]) -> str | None:
    """The SLO that the labels name, if it is one of ours.

    Looked at in this order: `slo`, Sloth's labels, then an alert called like the SLO, such as
    `OrdersApiAvailability` for `orders-api-availability`.
    """
    service, sloth = labels.get("sloth_service", ""), labels.get("sloth_slo", "")
    tried = (labels.get("slo"), labels.get("sloth_id"), f"{service}-{sloth}", sloth)
    for name in tried:
        if name and name in known:
            return name
    called = _bare(labels.get("alertname", ""))
    same = [name for name in known if called and _bare(name) == called]
    return same[0] if len(same) == 1 else None


def _bare(name: str) -> str:
    return "".join(c for c in name.lower() if c.isalnum())


def matchers_of_slo(slo: str, groups: Collection[ExternalGroup] = ()) -> tuple[Matcher, ...]:
    """What silences an SLO's alerts: the labels by which its open alerts are known, else `slo`."""
    for group in groups:
        if group.slo != slo:
            continue
        common = group.common_labels
        for name in ("slo", "sloth_id"):
            if common.get(name) == slo:
                return (Matcher(name, slo),)
        if common.get("sloth_slo"):
            names = [name for name in ("sloth_service", "sloth_slo") if common.get(name)]
            return tuple(Matcher(name, common[name]) for name in names)
        if linked_slo({"alertname": common.get("alertname", "")}, (slo,)):
            return (Matcher("alertname", common["alertname"]),)
    return (Matcher("slo", slo),)


def matchers_of_group(group: ExternalGroup) -> tuple[Matcher, ...]:
    """What silences exactly the alerts of this group, as far as its own labels tell it apart."""
    labels = {**group.labels} or {**group.common_labels}
    return tuple(Matcher(name, value) for name, value in sorted(labels.items()) if value)
