"""Timelines are judged entry by entry; messages know their edits and files; files are kept.

Revision: 0026, after 0027
"""

import json

import sqlalchemy as sa
from alembic import op

from fireline.adapters.store.columns import UtcDateTime

revision = "0026"
down_revision = "0027"

RAW = sa.table(
    "raw_message",
    sa.column("channel", sa.String()),
    sa.column("ts", sa.String()),
    sa.column("versions", sa.JSON(none_as_null=True)),
)


def upgrade() -> None:
    """Entries wait to be judged; old versions of messages keep their text without a time."""
    review: sa.Column[str] = sa.Column(
        "review", sa.String(), nullable=False, server_default="pending"
    )
    op.add_column("timeline_entry", review)
    reason: sa.Column[str] = sa.Column("review_reason", sa.Text(), nullable=True)
    op.add_column("timeline_entry", reason)
    source: sa.Column[str] = sa.Column("source", sa.Text(), nullable=False, server_default="")
    op.add_column("raw_message", source)
    files: sa.Column[str] = sa.Column(
        "files", sa.JSON(none_as_null=True), nullable=False, server_default="[]"
    )
    op.add_column("raw_message", files)
    for table in ("timeline_entry", "raw_message"):
        op.add_column(table, sa.Column("deleted_at", UtcDateTime(), nullable=True))
    _versions_with_times()
    op.create_table(
        "kept_file",
        sa.Column("incident_id", sa.Integer(), nullable=False),
        sa.Column("file_id", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("ts", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("mimetype", sa.String(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("permalink", sa.String(), nullable=False),
        sa.Column("kept_at", UtcDateTime(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=True),
        sa.Column("why_not", sa.Text(), nullable=True),
        sa.Column("data", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(
            ["incident_id"], ["incident.id"], name=op.f("fk_kept_file_incident_id_incident")
        ),
        sa.PrimaryKeyConstraint("incident_id", "file_id", name=op.f("pk_kept_file")),
    )


def _versions_with_times() -> None:
    connection = op.get_bind()
    for row in connection.execute(sa.select(RAW)).all():
        old = json.loads(row.versions) if isinstance(row.versions, str) else row.versions
        if not old:
            continue
        new = [{"text": text, "at": None, "by": ""} for text in old]
        named = (RAW.c.channel == row.channel) & (RAW.c.ts == row.ts)
        connection.execute(sa.update(RAW).where(named).values(versions=new))
