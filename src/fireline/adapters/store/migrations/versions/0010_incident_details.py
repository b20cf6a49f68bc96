"""Incidents know more: restriction, drills, kinship, and a document of details.

Revision: 0010, after 0008
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0008"


def upgrade() -> None:
    """What is there already is neither restricted nor a drill, and has no details."""
    for name in ("restricted", "drill"):
        flag: sa.Column[bool] = sa.Column(
            name, sa.Boolean(), nullable=False, server_default=sa.false()
        )
        op.add_column("incident", flag)
    for name in ("parent_id", "merged_into", "recurrence_of"):
        kin: sa.Column[int] = sa.Column(name, sa.Integer(), nullable=True)
        op.add_column("incident", kin)
    details: sa.Column[str] = sa.Column("details", sa.JSON(), nullable=False, server_default="{}")
    op.add_column("incident", details)
