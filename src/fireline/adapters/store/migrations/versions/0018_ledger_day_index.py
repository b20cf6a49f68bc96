"""Days are found by their ledger, never by date alone: the index misled SQLite.

Revision: 0018, after 0020
"""

from alembic import op

revision = "0018"
down_revision = "0020"


def upgrade() -> None:
    """Nothing but the index goes."""
    op.drop_index("ix_ledger_day_day", "ledger_day")
