"""Evaluations of many SLOs in one row.

Revision: 0007, after 0010
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0010"


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
