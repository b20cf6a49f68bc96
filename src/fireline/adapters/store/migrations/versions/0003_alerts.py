"""Alerts have kinds, are grouped to messages, marked, reminded of; SLOs can be muted.

Revision: 0003, after 0002
"""

import sqlalchemy as sa
from alembic import op

TIME = sa.DateTime(timezone=True)
JSON = sa.JSON()

revision = "0003"
down_revision = "0002"

MOVED = ("acknowledged_by", "acknowledged_at", "snoozed_until", "incident_id")


def upgrade() -> None:
    """Every episode there was becomes an alert of its own, so that its message lives on."""
    _create_alert_group()
    _create_others()
    op.add_column("episode", sa.Column("kind", sa.String(), nullable=False, server_default="burn"))
    op.add_column("episode", sa.Column("group_id", sa.String(), nullable=True))
    op.execute(
        "INSERT INTO alert_group (id, channel, kind, severity, tier, keys, opened_at, newest_at,"
        " paged_at, rounds, closed_at, acknowledged_by, acknowledged_at, snoozed_until,"
        " incident_id) SELECT id, channel, 'burn', severity, 2, '[]', opened_at, opened_at, NULL,"
        " 0, closed_at, acknowledged_by, acknowledged_at, snoozed_until, incident_id FROM episode"
    )
    op.execute("UPDATE episode SET group_id = id")
    # A page and a ticket of one SLO could be open at once; the page goes on for both.
    op.execute(
        "UPDATE episode SET open_key = NULL, closed_at = last_firing_at"
        " WHERE open_key IS NOT NULL AND severity = 'ticket' AND slo IN"
        " (SELECT slo FROM episode WHERE open_key IS NOT NULL AND severity = 'page')"
    )
    op.execute("UPDATE episode SET open_key = 'burn:' || slo WHERE open_key IS NOT NULL")
    op.create_index("ix_episode_group_id", "episode", ["group_id"])
    for name in MOVED:
        op.drop_column("episode", name)


def _create_alert_group() -> None:
    op.create_table(
        "alert_group",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("severity", sa.String(), nullable=False),
        sa.Column("tier", sa.Integer(), nullable=False),
        sa.Column("keys", JSON, nullable=False),
        sa.Column("opened_at", TIME, nullable=False),
        sa.Column("newest_at", TIME, nullable=False),
        sa.Column("paged_at", TIME, nullable=True),
        sa.Column("rounds", sa.Integer(), nullable=False),
        sa.Column("closed_at", TIME, nullable=True),
        sa.Column("acknowledged_by", sa.String(), nullable=True),
        sa.Column("acknowledged_at", TIME, nullable=True),
        sa.Column("snoozed_until", TIME, nullable=True),
        sa.Column("incident_id", sa.Integer(), nullable=True),
        sa.Column("mark", sa.String(), nullable=True),
        sa.Column("marked_by", sa.String(), nullable=True),
        sa.Column("marked_at", TIME, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_alert_group"),
    )
    op.create_index("ix_alert_group_opened_at", "alert_group", ["opened_at"])
    op.create_index("ix_alert_group_closed_at", "alert_group", ["closed_at"])


def _create_others() -> None:
    op.create_table(
        "alert_step",
        sa.Column("group_id", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("notified", JSON, nullable=False),
        sa.Column("reminder", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("group_id", "key", name="pk_alert_step"),
    )
    op.create_table(
        "alert_pending",
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("since", TIME, nullable=False),
        sa.Column("ticks", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("subject", name="pk_alert_pending"),
    )
    op.create_table(
        "slo_mute",
        sa.Column("slo", sa.String(), nullable=False),
        sa.Column("until", TIME, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("muted_by", sa.String(), nullable=False),
        sa.Column("muted_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("slo", name="pk_slo_mute"),
    )
