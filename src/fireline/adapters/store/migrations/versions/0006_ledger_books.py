"""The past is filled apart from the evaluation, and ledgers are held against their source.

Revision: 0006, after 0017
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0017"

TEXT = sa.String()


def upgrade() -> None:
    """Ledgers filled by an earlier version are asked for nothing again: their span says so."""
    op.create_table(
        "ledger_stretch",
        sa.Column("slo", TEXT, nullable=False),
        sa.Column("revision", TEXT, nullable=False),
        sa.Column("end", sa.BigInteger(), nullable=False),
        sa.Column("start", sa.BigInteger(), nullable=False),
        sa.Column("hours_from", sa.BigInteger(), nullable=False),
        sa.Column("detail_from", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("slo", "revision", "end", name="pk_ledger_stretch"),
    )
    op.create_table(
        "ledger_change",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("slo", TEXT, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_ledger_change"),
    )
    op.create_index("ix_ledger_change_at", "ledger_change", ["at"])
    op.create_table(
        "ledger_check",
        sa.Column("slo", TEXT, nullable=False),
        sa.Column("revision", TEXT, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("slo", "revision", name="pk_ledger_check"),
    )
