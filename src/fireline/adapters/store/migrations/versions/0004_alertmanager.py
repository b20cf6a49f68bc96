"""Alertmanager's groups and alerts, how asking it goes, and what was asked about silences.

Revision: 0004, after 0007
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0007"

TIME = sa.DateTime(timezone=True)
JSON = sa.JSON()


def upgrade() -> None:
    """All empty at first."""
    _groups()
    _alerts()
    _polls()
    _silences()


def _groups() -> None:
    op.create_table(
        "external_group",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("key_digest", sa.String(), nullable=False),
        sa.Column("open_key", sa.String(), nullable=True),
        sa.Column("receiver", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("told_at", TIME, nullable=False),
        sa.Column("labels", JSON, nullable=False),
        sa.Column("common_labels", JSON, nullable=False),
        sa.Column("common_annotations", JSON, nullable=False),
        sa.Column("source_url", sa.Text(), nullable=False),
        sa.Column("left_out", sa.Integer(), nullable=False),
        sa.Column("slo", sa.String(), nullable=True),
        sa.Column("alert_id", sa.String(), nullable=True),
        sa.Column("incident_id", sa.Integer(), nullable=True),
        sa.Column("acknowledged_by", sa.String(), nullable=True),
        sa.Column("acknowledged_at", TIME, nullable=True),
        sa.Column("closed_at", TIME, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_external_group")),
        sa.UniqueConstraint("open_key", name=op.f("uq_external_group_open_key")),
    )
    for column in ("key_digest", "told_at", "slo", "alert_id", "closed_at"):
        op.create_index(op.f(f"ix_external_group_{column}"), "external_group", [column])


def _alerts() -> None:
    op.create_table(
        "external_alert",
        sa.Column("group_id", sa.String(), nullable=False),
        sa.Column("fingerprint", sa.String(), nullable=False),
        sa.Column("starts_at", TIME, nullable=False),
        sa.Column("labels", JSON, nullable=False),
        sa.Column("annotations", JSON, nullable=False),
        sa.Column("source_url", sa.Text(), nullable=False),
        sa.Column("ended_at", TIME, nullable=True),
        sa.Column("ended_by", sa.String(), nullable=True),
        sa.Column("silenced_by", JSON, nullable=False),
        sa.Column("inhibited", sa.Boolean(), nullable=False),
        sa.Column("absent", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["group_id"],
            ["external_group.id"],
            name=op.f("fk_external_external_group_id_external_group"),
        ),
        sa.PrimaryKeyConstraint(
            "group_id", "fingerprint", "starts_at", name=op.f("pk_external_alert")
        ),
    )


def _polls() -> None:
    op.create_table(
        "alert_poll",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("answered_at", TIME, nullable=True),
        sa.Column("failing_since", TIME, nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_alert_poll")),
    )


def _silences() -> None:
    op.create_table(
        "silence_request",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("matchers", JSON, nullable=False),
        sa.Column("ends_at", TIME, nullable=False),
        sa.Column("asked_at", TIME, nullable=False),
        sa.Column("asked_by", sa.String(), nullable=False),
        sa.Column("asked_by_name", sa.String(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("incident_id", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("tried", sa.Boolean(), nullable=False),
        sa.Column("silence_id", sa.String(), nullable=True),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("ended_at", TIME, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_silence_request")),
    )
    for column in ("incident_id", "silence_id"):
        op.create_index(op.f(f"ix_silence_request_{column}"), "silence_request", [column])
    op.create_table(
        "silence_ending",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("silence_id", sa.String(), nullable=False),
        sa.Column("asked_at", TIME, nullable=False),
        sa.Column("asked_by", sa.String(), nullable=False),
        sa.Column("asked_by_name", sa.String(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("tell", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_silence_ending")),
    )
