"""New buckets of many ledgers in one row; days are found by date.

Revision: 0017, after 0004
"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0004"


def upgrade() -> None:
    """Stored days stay as they are; every form of them is understood."""
    op.create_table(
        "ledger_slot",
        sa.Column("slo", sa.String(), nullable=False),
        sa.Column("revision", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("slo", "revision", name="pk_ledger_slot"),
        sa.UniqueConstraint("number", name="uq_ledger_slot_number"),
    )
    op.create_table(
        "ledger_tail",
        sa.Column("page", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("start", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("good", sa.LargeBinary(), nullable=False),
        sa.Column("total", sa.LargeBinary(), nullable=False),
        sa.Column("flags", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("page", "start", name="pk_ledger_tail"),
    )
    op.create_index("ix_ledger_tail_start", "ledger_tail", ["start"])
    op.create_index("ix_ledger_day_day", "ledger_day", ["day"])
