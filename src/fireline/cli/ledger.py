"""`fireline audit` and `fireline db`: the record itself."""

import typer

from fireline.cli.loading import offline
from fireline.cli.output import FOUND_PROBLEMS, notes, plain_errors, print_json, print_text

audit = typer.Typer(help="The audit trail.", no_args_is_help=True)
db = typer.Typer(help="The database.", no_args_is_help=True)


@audit.command()
def verify() -> None:
    """Check every hash of the audit trail and of all timelines; exit code 1 where one is broken.

    For example:

        fireline audit verify
    """
    with plain_errors(), offline.open_store() as store:
        found = offline.verify(store)
    for problem in found.problems:
        print_text(problem)
    broken = len(found.problems)
    chains = "1 chain" if broken == 1 else f"{broken} chains"
    notes.print(f"{found.checked} entries checked, {chains} broken")
    if found.problems:
        raise typer.Exit(FOUND_PROBLEMS)


@audit.command()
def export() -> None:
    """Print the whole audit trail as JSON.

    For example:

        fireline audit export > audit.json
    """
    with plain_errors(), offline.open_store() as store:
        print_json(offline.audit_entries(store))


@db.callback()
def db_group() -> None:
    """The database."""


@db.command()
def upgrade() -> None:
    """Bring the database to this version's schema; safe to run again.

    For example:

        fireline db upgrade
    """
    with plain_errors():
        offline.upgrade_database()
    notes.print("database is up to date")
