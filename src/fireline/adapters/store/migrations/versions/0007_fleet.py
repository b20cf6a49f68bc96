"""Evaluations of many SLOs in one row, and new buckets of many ledgers in one row.

Revision: 0007, after 0003
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0003"


def upgrade() -> None:
    """Nothing stored before changes."""
    op.create_table(
        "slo_status_sheet",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("members", sa.LargeBinary(), nullable=False),
        sa.Column("figures", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_slo_status_sheet"),
    )
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
