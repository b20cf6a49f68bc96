"""`fireline postmortem` and `fireline review`: the documents, outside Slack."""

from typing import Annotated

import typer

from fireline.cli.loading import offline
from fireline.cli.output import plain_errors, print_text

postmortem = typer.Typer(help="Postmortems.", no_args_is_help=True)
review = typer.Typer(help="Weekly reviews.", no_args_is_help=True)


@postmortem.callback()
def postmortem_group() -> None:
    """Postmortems."""


@review.callback()
def review_group() -> None:
    """Weekly reviews."""


@postmortem.command("render")
def render_postmortem(
    incident_id: Annotated[str, typer.Argument(help="Such as INC-3 or 3.")],
) -> None:
    """Print the newest draft as Markdown.

    For example:

        fireline postmortem render INC-3 > inc-3.md
    """
    with plain_errors(), offline.open_store() as store:
        print_text(offline.postmortem_markdown(store, incident_id))


@review.command("render")
def render_review(
    week: Annotated[str | None, typer.Option("--week", help="ISO week, such as 2026-W47.")] = None,
) -> None:
    """Print the weekly review as Markdown, from the record as it is now.

    For example:

        fireline review render --week 2026-W47
    """
    with plain_errors(), offline.open_services() as services:
        print_text(offline.review_markdown(services, week))
