"""Documents from facts, by jinja2: sandboxed, and a missing fact is an error.

Markdown for people who edit, HTML where pictures belong to the text.
"""

import re
from collections.abc import Mapping

from jinja2 import PackageLoader, StrictUndefined, TemplateError
from jinja2.exceptions import SecurityError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from fireline.domain.errors import InvalidInputError

ACTIVE = re.compile(r"[\\`*\[\]<>|]|(?<!\w)_|_(?!\w)")


def plain(value: object) -> str:
    """Foreign text as it was typed, on one line: nothing in it acts as Markdown.

    An underscore within a word is no markup, so `raw_orders` stays readable.
    """
    return ACTIVE.sub(r"\\\g<0>", " ".join(str(value).splitlines()))


class JinjaDocuments:
    """Renders the shipped templates."""

    def __init__(self) -> None:
        self._templates = ImmutableSandboxedEnvironment(
            loader=PackageLoader("fireline.adapters.render"),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
            autoescape=False,
        )
        self._templates.filters["plain"] = plain
        self._pages = self._templates.overlay(autoescape=True)

    def postmortem(self, facts: Mapping[str, object]) -> str:
        """The postmortem of one incident."""
        return self._templates.get_template("postmortem.md.jinja").render(**facts)

    def incident(self, facts: Mapping[str, object]) -> str:
        """The record of one incident, as people read it."""
        return self._templates.get_template("incident.md.jinja").render(**facts)

    def review(self, facts: Mapping[str, object]) -> str:
        """The review of one week."""
        return self._templates.get_template("review.md.jinja").render(**facts)

    def sentence(self, template: str, facts: Mapping[str, object]) -> str:
        """A template of the team's policy, filled in, on one line.

        Raises:
            InvalidInputError: it cannot be filled in; says why.
        """
        try:
            return " ".join(self._templates.from_string(template).render(**facts).split())
        except (TemplateError, SecurityError, TypeError, ValueError, ArithmeticError) as error:
            raise InvalidInputError(f"the template {template[:80]!r}: {error}.", "text") from error

    def budgets(self, facts: Mapping[str, object]) -> str:
        """All budgets as one HTML page without anything from outside."""
        return self._pages.get_template("budgets.html.jinja").render(**facts)
