"""The policy's chapter on what consumers are told, by their class."""

from collections.abc import Mapping

from yaml.nodes import MappingNode

from fireline.adapters.files.problems import Findings
from fireline.adapters.files.yaml_fields import Fields, Text
from fireline.domain.incident.kinds import NoticeKind
from fireline.domain.lineage.graph import ConsumerClass
from fireline.domain.policy.notice_rules import NOTICE_FACTS

KEY = "notices"
LONGEST = 600


def notice_texts(
    shipped: Mapping[str, Mapping[str, str]], fields: Fields, findings: Findings
) -> Mapping[str, Mapping[str, str]]:
    """Templates by class and kind; what is not said stays as shipped."""
    node: MappingNode | None = fields.mapping(KEY)
    if node is None:
        return shipped
    classes = Fields(node, findings, KEY, tuple(ConsumerClass))
    found = {name: dict(texts) for name, texts in shipped.items()}
    for name in ConsumerClass:
        inner = classes.mapping(name)
        if inner is None:
            continue
        kinds = Fields(inner, findings, name, tuple(NoticeKind))
        for kind in NoticeKind:
            text = kinds.optional(kind)
            new = text is not None and text.value != found[name].get(kind)
            if text is not None and new and _sound(text, findings):
                found[name][kind] = text.value
    return found


def _sound(text: Text, findings: Findings) -> bool:
    """Whether it is a template that speaks of known facts only."""
    if len(text.value) > LONGEST:
        message = f"a notice holds {LONGEST} characters; this has {len(text.value)}."
        findings.error(text.line, "length", message)
        return False
    from jinja2 import TemplateSyntaxError, meta  # noqa: PLC0415 - only who says notices needs it
    from jinja2.sandbox import ImmutableSandboxedEnvironment  # noqa: PLC0415 - same

    try:
        parsed = ImmutableSandboxedEnvironment(autoescape=False).parse(text.value)
    except TemplateSyntaxError as error:
        findings.error(text.line, "template", f"this is no template: {error.message}.")
        return False
    odd = sorted(meta.find_undeclared_variables(parsed).difference(NOTICE_FACTS))
    if odd:
        known = ", ".join(NOTICE_FACTS)
        findings.error(text.line, "fact", f"`{odd[0]}` is no fact of a notice; known are {known}.")
    return not odd
