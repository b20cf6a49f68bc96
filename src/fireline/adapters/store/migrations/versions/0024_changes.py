"""Changes to production; how often an alert flapped, and how often in a row a run failed.

Revision: 0024, after 0018
"""

import sqlalchemy as sa
from alembic import op

from fireline.adapters.store.columns import UtcDateTime

revision = "0024"
down_revision = "0018"


def upgrade() -> None:
    """No change is known yet; nothing flapped."""
    op.create_table(
        "production_change",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("service", sa.String(), nullable=False),
        sa.Column("datasets", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("author", sa.String(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("received_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_production_change")),
    )
    for name in ("at", "received_at"):
        op.create_index(op.f(f"ix_production_change_{name}"), "production_change", [name])
    flaps: sa.Column[int] = sa.Column("flaps", sa.Integer(), nullable=False, server_default="0")
    op.add_column("alert_group", flaps)
    failed: sa.Column[int] = sa.Column("failed", sa.Integer(), nullable=False, server_default="0")
    op.add_column("lineage_run", failed)
