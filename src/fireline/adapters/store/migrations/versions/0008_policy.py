"""Exclusions and exceptions asked for in Slack, definitions in force, and the raw incident cost.

Revision: 0008, after 0003
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0003"

TIME = sa.DateTime(timezone=True)
TEXT = sa.String()


def upgrade() -> None:
    """All empty at first; of earlier incidents the raw cost is not known."""
    _waivers()
    op.create_table(
        "in_force",
        sa.Column("name", TEXT, nullable=False),
        sa.Column("hash", TEXT, nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("since", TIME, nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_in_force")),
    )
    op.add_column(
        "incident", sa.Column("raw_budget_cost", sa.JSON(), nullable=False, server_default="{}")
    )


def _waivers() -> None:
    op.create_table(
        "waiver",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("subject", TEXT, nullable=False),
        sa.Column("starts_at", TIME, nullable=False),
        sa.Column("ends_at", TIME, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("asked_by", TEXT, nullable=False),
        sa.Column("asked_by_name", TEXT, nullable=False),
        sa.Column("asked_at", TIME, nullable=False),
        sa.Column("approver", TEXT, nullable=False),
        sa.Column("approver_name", TEXT, nullable=False),
        sa.Column("effect", TEXT, nullable=False),
        sa.Column("state", TEXT, nullable=False),
        sa.Column("decided_at", TIME, nullable=True),
        sa.Column("ended_at", TIME, nullable=True),
        sa.Column("ended_by", TEXT, nullable=True),
        sa.Column("reminded_at", TIME, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_waiver")),
    )
    for column in ("subject", "ends_at", "state"):
        op.create_index(op.f(f"ix_waiver_{column}"), "waiver", [column])
