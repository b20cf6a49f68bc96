"""`fireline oncall`: who is called under which alias."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from fireline.cli import loading
from fireline.cli.output import plain_errors, print_json, print_text
from fireline.domain.errors import InvalidInputError

if TYPE_CHECKING:
    from fireline.usecases.who_is_on_call import Standing


def oncall(
    *,
    at: Annotated[
        str | None,
        typer.Option("--at", metavar="TIME", help="RFC 3339, such as 2026-12-24T12:00:00Z."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON array.")] = False,
) -> None:
    """Say who stands behind each alias of policy and rotations.

    Without --at PagerDuty is asked too, where it knows who is on call.

    For example:

        fireline oncall

        fireline oncall --at 2026-12-24T12:00:00Z --json
    """
    with plain_errors():
        found = loading.oncall.standing_at(_instant(at) if at is not None else None)
    if as_json:
        print_json(loading.oncall.as_json(found))
        return
    width = max((len(one.alias) for one in found), default=0)
    for one in found:
        print_text(f"{one.alias:{width}}  {_words(one)}")


def _words(one: "Standing") -> str:
    if not one.reached:
        return f"nobody{f' ({one.trouble})' if one.trouble else ''}"
    words = one.name
    if one.slack and one.slack != one.name:
        words += f" ({one.slack})"
    words += ", standing in" if one.stands_in else ""
    words += f", until {one.until.astimezone(UTC):%Y-%m-%d %H:%M} UTC" if one.until else ""
    words += f", then {one.then}" if one.then else ""
    return f"{words}; {one.trouble}" if one.trouble else words


def _instant(text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        message = f"--at {text}: write a time with its zone, such as 2026-12-24T12:00:00Z"
        raise InvalidInputError(message)
    return found.astimezone(UTC)
