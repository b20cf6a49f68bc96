"""Which of our SLOs an alert of Alertmanager's is about."""

from collections.abc import Collection, Mapping

from fireline.domain.alertmanager.alerts import ExternalGroup
from fireline.domain.alertmanager.silences import Matcher

LINKING = ("slo", "sloth_id", "sloth_service", "sloth_slo", "alertname")


class SloNames:
    """Finds which of our SLOs labels name; made once for many alerts.

    Looked at in this order: `slo`, Sloth's labels, these in other letters, then an alert called
    like the SLO, such as `OrdersApiAvailability` for `orders-api-availability`.
    """

    def __init__(self, known: Collection[str]) -> None:
        self._known = known
        self._bare: dict[str, str | None] | None = None
        self._found: dict[tuple[str, ...], str | None] = {}

    def linked(self, labels: Mapping[str, str]) -> str | None:
        """The SLO, if it is one of ours."""
        key = tuple(labels.get(name, "") for name in LINKING)
        if key not in self._found:
            self._found[key] = self._look(*key)
        return self._found[key]

    def _look(
        self, slo: str, sloth_id: str, service: str, sloth: str, alertname: str
    ) -> str | None:
        for name in (slo, sloth_id, f"{service}-{sloth}", sloth):
            if name and name in self._known:
                return name
        if self._bare is None:
            self._bare = {}
            for name in self._known:
                # Two that are called alike link nothing.
                self._bare[_bare(name)] = None if _bare(name) in self._bare else name
        for text in (f"{service}-{sloth}" if sloth else "", sloth, alertname):
            found = self._bare.get(_bare(text))
            if found is not None:
                return found
        return None


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
        if SloNames((slo,)).linked({"alertname": common.get("alertname", "")}):
            return (Matcher("alertname", common["alertname"]),)
    return (Matcher("slo", slo),)


def matchers_of_group(group: ExternalGroup) -> tuple[Matcher, ...]:
    """What silences exactly the alerts of this group, as far as its own labels tell it apart."""
    labels = {**group.labels} or {**group.common_labels}
    return tuple(Matcher(name, value) for name, value in sorted(labels.items()) if value)


def matchers_of_slos(slos: Collection[str]) -> tuple[Matcher, ...]:
    """What silences the alerts of several SLOs, as far as the label `slo` names them."""
    return (Matcher("slo", "|".join(map(_literal, slos)), is_regex=True),)


def _literal(name: str) -> str:
    """The name as a regular expression for itself alone."""
    return "".join(c if c.isalnum() or c in "-_" else f"\\{c}" for c in name)
