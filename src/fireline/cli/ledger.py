"""`fireline audit` and `fireline db`: the record itself."""

import typer

from fireline.bootstrap import offline
from fireline.cli.output import FOUND_PROBLEMS, notes, plain_errors, print_json, print_text

audit = typer.Typer(help="The audit trail.", no_args_is_help=True)
db = typer.Typer(help="The database.", no_args_is_help=True)


@audit.command()
def verify() -> None:
    """Check every hash of the audit trail and of all timelines; exit code 1 where one is broken."""
    with plain_errors(), offline.open_store() as store:
        found = offline.verify(store)
    for problem in found.problems:
        print_text(problem)
    notes.print(f"{found.checked} entries checked, {len(found.problems)} chains broken")
    if found.problems:
        raise typer.Exit(FOUND_PROBLEMS)


@audit.command()
def export() -> None:
    """Print the whole audit trail as JSON."""
    with plain_errors(), offline.open_store() as store, store() as uow:
        print_json(
            [{**e.content(), "prev_hash": e.prev_hash, "hash": e.hash} for e in uow.audit.all()]
        )


@db.callback()
def db_group() -> None:
    """The database."""


@db.command()
def upgrade() -> None:
    """Bring the database to this version's schema; safe to run again."""
    with plain_errors():
        offline.upgrade_database()
    notes.print("database is up to date")
