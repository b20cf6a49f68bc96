"""OpenSLO documents that others refer to by name, wherever they stand."""

from dataclasses import dataclass, field

from yaml.nodes import MappingNode

from fireline.adapters.files.imports.branches import NOT_CARRIED, Branch
from fireline.adapters.files.problems import Findings
from fireline.adapters.files.yaml_fields import Text, nearest

POLICY = "AlertPolicy"
CONDITION = "AlertCondition"
TARGET = "AlertNotificationTarget"
SOURCE = "DataSource"
INDICATOR = "SLI"
ONLY_NAMED = {
    "Service": "its SLOs keep its name; display name and description are left out",
    SOURCE: "Fireline asks the Prometheus of its own settings",
    POLICY: "burn alerts come from Fireline's policy",
    CONDITION: "burn alerts come from Fireline's policy",
    TARGET: "alerts go to the Slack channel of the SLO",
}


@dataclass(slots=True)
class Objects:
    """All referable documents of all files, by kind and name."""

    nodes: dict[tuple[str, str], MappingNode] = field(default_factory=dict)

    def add(self, node: MappingNode) -> None:
        """Make a document known."""
        document = Branch(node, Findings(""))
        metadata = document.branch("metadata")
        name = metadata.value("name") if metadata else ""
        self.nodes.setdefault((document.value("kind"), name), node)

    def find(self, branch: Branch, kind: str, name: Text) -> Branch | None:
        """The `spec` of a named document; an unknown name is an error that gives the nearest."""
        found = self.whole(branch, kind, name)
        return found.branch("spec") if found else None

    def whole(self, branch: Branch, kind: str, name: Text) -> Branch | None:
        """A named document that has a `spec`.

        It is spoken of by the line of the reference, as it may stand in another file.
        """
        node = self.nodes.get((kind, name.value))
        if node is None:
            near = nearest(name.value, [n for k, n in self.nodes if k == kind])
            meant = f"did you mean `{near}`?" if near else f"give the file with that {kind} too."
            branch.error(name.line, "ref", f"there is no {kind} `{name.value}`; {meant}")
            return None
        found = Branch(node, branch.findings, f"{kind} {name.value}", at=name.line)
        found.skip("apiVersion", "kind", "metadata")
        if "spec" not in found:
            branch.error(name.line, "ref", f"the {kind} `{name.value}` has no `spec`.")
            return None
        return found


def say_of_object(document: Branch) -> None:
    """What is to be said of a document that is no SLO."""
    kind = document.value("kind")
    document.skip("apiVersion", "metadata", "spec")
    if kind == INDICATOR:
        return
    if kind not in ONLY_NAMED:
        known = ", ".join(("SLO", INDICATOR, *ONLY_NAMED))
        message = f"the kind `{kind}` of OpenSLO is not known; known are {known}."
        document.error(document.line, "kind", message)
        return
    message = f"the {kind} is not carried over: {ONLY_NAMED[kind]}."
    document.warning(document.line, NOT_CARRIED, message)


def alert_policies(spec: Branch, objects: Objects) -> None:
    """Resolve the alert policies of an SLO, and say that ours are used instead."""
    names = spec.items("alertPolicies") if spec.holds_scalars("alertPolicies") else []
    for name in names:
        _policy(objects.find(spec, POLICY, name), objects)
    if names:
        spec.warning(
            spec.line_at("alertPolicies"), NOT_CARRIED, f"`alertPolicies`: {ONLY_NAMED[POLICY]}."
        )
        return
    for item in spec.branches("alertPolicies"):
        ref = item.text("alertPolicyRef")
        item.skip("kind", "apiVersion", "metadata")
        _policy(objects.find(item, POLICY, ref) if ref else item.branch("spec"), objects)
        item.warning(item.line, NOT_CARRIED, f"`{item.path}`: {ONLY_NAMED[POLICY]}.")


def _policy(policy: Branch | None, objects: Objects) -> None:
    if policy is None:
        return
    for key, ref, kind in (
        ("conditions", "conditionRef", CONDITION),
        ("notificationTargets", "targetRef", TARGET),
    ):
        for item in policy.branches(key):
            name = item.text(ref)
            if name is not None:
                objects.find(item, kind, name)
    # Missing data, breach and recovery are all told of anyway.
    policy.skip("description", "alertWhenNoData", "alertWhenBreaching", "alertWhenResolved")
