"""Lineage as it was last told, and the last result of each run.

Revision: 0020, after 0006
"""

import sqlalchemy as sa
from alembic import op

from fireline.adapters.store.columns import UtcDateTime

revision = "0020"
down_revision = "0006"


def upgrade() -> None:
    """Both start empty."""
    op.create_table(
        "lineage",
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=True),
        sa.Column("received_at", UtcDateTime(), nullable=False),
        sa.Column("body", sa.JSON(none_as_null=True), nullable=False),
        sa.PrimaryKeyConstraint("source", name=op.f("pk_lineage")),
    )
    op.create_index(op.f("ix_lineage_received_at"), "lineage", ["received_at"])
    op.create_table(
        "lineage_run",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("dataset", sa.String(), nullable=True),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=True),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=True),
        sa.Column("loaded_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lineage_run")),
    )
    op.create_index(op.f("ix_lineage_run_dataset"), "lineage_run", ["dataset"])
