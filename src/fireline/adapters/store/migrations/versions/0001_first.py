"""Everything the first version keeps, with triggers that hold the chains append-only.

Revision: 0001, the first
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

TEXT = sa.String()
LONG_TEXT = sa.Text()
NUMBER = sa.Integer()
TIME = sa.DateTime(timezone=True)
JSON = sa.JSON()

TIMELINE_FIXED = (
    "incident_id, seq, kind, occurred_at, recorded_at, actor_id, actor_name, source, channel, ts, "
    "thread_ts, permalink, detail, supersedes, content_hash, prev_hash, hash"
)
APPEND_ONLY = {
    "timeline_fixed": f"UPDATE OF {TIMELINE_FIXED} ON timeline_entry",
    "timeline_kept": "DELETE ON timeline_entry",
    "audit_fixed": "UPDATE ON audit_entry",
    "audit_kept": "DELETE ON audit_entry",
}


def upgrade() -> None:
    """Only forward: a mistake is put right by the next migration."""
    _chains()
    _watching()
    _episode()
    _incident()
    _timeline()
    _timeline_text()
    _aftermath()
    _actions()
    _slack()
    if op.get_bind().dialect.name == "sqlite":
        _append_only_on_sqlite()
    else:
        _append_only_on_postgresql()


def _required(name: str, kind: sa.types.TypeEngine[Any]) -> sa.Column[Any]:
    """A column that is never empty."""
    return sa.Column(name, kind, nullable=False)


def _number(name: str) -> sa.Column[int]:
    """A key that the program gives out, not the database."""
    return sa.Column(name, NUMBER, autoincrement=False, nullable=False)


def _chains() -> None:
    """Numbers, hash chains and the audit trail."""
    op.create_table(
        "counter",
        _required("name", TEXT),
        _required("value", NUMBER),
        sa.Column("hash", TEXT),
        sa.PrimaryKeyConstraint("name", name="pk_counter"),
    )
    op.create_table(
        "audit_entry",
        _number("seq"),
        _required("at", TIME),
        _required("actor", TEXT),
        _required("action", TEXT),
        _required("subject", TEXT),
        _required("detail", LONG_TEXT),
        _required("prev_hash", TEXT),
        _required("hash", TEXT),
        sa.PrimaryKeyConstraint("seq", name="pk_audit_entry"),
    )
    op.create_index("ix_audit_entry_subject", "audit_entry", ["subject"])


def _watching() -> None:
    """The budget ledger and evaluations."""
    op.create_table(
        "ledger_head",
        _required("slo", TEXT),
        _required("revision", TEXT),
        _required("first", sa.BigInteger()),
        _required("last", sa.BigInteger()),
        sa.PrimaryKeyConstraint("slo", "revision", name="pk_ledger_head"),
    )
    op.create_table(
        "ledger_day",
        _required("slo", TEXT),
        _required("revision", TEXT),
        _required("day", NUMBER),
        _required("good", sa.LargeBinary()),
        _required("total", sa.LargeBinary()),
        _required("flags", sa.LargeBinary()),
        sa.PrimaryKeyConstraint("slo", "revision", "day", name="pk_ledger_day"),
    )
    op.create_table(
        "slo_status",
        _required("slo", TEXT),
        _required("at", TIME),
        _required("data_state", TEXT),
        _required("budget_state", TEXT),
        _required("body", JSON),
        sa.PrimaryKeyConstraint("slo", name="pk_slo_status"),
    )


def _episode() -> None:
    """Burn episodes."""
    op.create_table(
        "episode",
        _required("id", TEXT),
        _required("slo", TEXT),
        _required("severity", TEXT),
        sa.Column("open_key", TEXT),
        _required("opened_at", TIME),
        _required("channel", TEXT),
        _required("first_bad_at", TIME),
        _required("last_firing_at", TIME),
        _required("peak_burn", sa.Float()),
        sa.Column("closed_at", TIME),
        sa.Column("acknowledged_by", TEXT),
        sa.Column("acknowledged_at", TIME),
        sa.Column("snoozed_until", TIME),
        sa.Column("incident_id", NUMBER),
        sa.Column("spent", sa.Float()),
        sa.PrimaryKeyConstraint("id", name="pk_episode"),
        sa.UniqueConstraint("open_key", name="uq_episode_open_key"),
    )
    op.create_index("ix_episode_opened_at", "episode", ["opened_at"])
    op.create_index("ix_episode_slo", "episode", ["slo"])


def _incident() -> None:
    """Incidents."""
    op.create_table(
        "incident",
        _number("id"),
        _required("version", NUMBER),
        _required("title", TEXT),
        _required("state", TEXT),
        _required("open", sa.Boolean()),
        _required("severity", NUMBER),
        _required("severity_reason", TEXT),
        sa.Column("computed_severity", NUMBER),
        _required("tier", NUMBER),
        _required("declared_by", TEXT),
        sa.Column("declared_at", TIME),
        sa.Column("ended_at", TIME),
        sa.Column("service", TEXT),
        sa.Column("episode_id", TEXT),
        sa.Column("dedupe_key", TEXT),
        sa.Column("open_dedupe_key", TEXT),
        sa.Column("channel_id", TEXT),
        sa.Column("channel_name", TEXT),
        _required("stamps", JSON),
        _required("slos", JSON),
        _required("datasets", JSON),
        _required("roles", JSON),
        sa.Column("repair", JSON),
        _required("budget_cost", JSON),
        sa.PrimaryKeyConstraint("id", name="pk_incident"),
        sa.UniqueConstraint("channel_id", name="uq_incident_channel_id"),
        sa.UniqueConstraint("open_dedupe_key", name="uq_incident_open_dedupe_key"),
    )
    op.create_index("ix_incident_declared_at", "incident", ["declared_at"])
    op.create_index("ix_incident_episode_id", "incident", ["episode_id"])
    op.create_index("ix_incident_open", "incident", ["open"])


def _timeline() -> None:
    """Timelines, without their texts."""
    op.create_table(
        "timeline_entry",
        _required("incident_id", NUMBER),
        _required("seq", NUMBER),
        _required("kind", TEXT),
        _required("occurred_at", TIME),
        _required("recorded_at", TIME),
        _required("actor_id", TEXT),
        _required("actor_name", TEXT),
        _required("source", TEXT),
        sa.Column("channel", TEXT),
        sa.Column("ts", TEXT),
        sa.Column("thread_ts", TEXT),
        sa.Column("permalink", TEXT),
        sa.Column("detail", TEXT),
        sa.Column("supersedes", NUMBER),
        _required("content_hash", TEXT),
        _required("prev_hash", TEXT),
        _required("hash", TEXT),
        _required("supporters", JSON),
        _required("retracted", sa.Boolean()),
        _required("deleted", sa.Boolean()),
        sa.PrimaryKeyConstraint("incident_id", "seq", name="pk_timeline_entry"),
        sa.ForeignKeyConstraint(
            ["incident_id"], ["incident.id"], name="fk_timeline_entry_incident_id_incident"
        ),
    )
    op.create_index("ix_timeline_entry_ts", "timeline_entry", ["ts"])


def _timeline_text() -> None:
    """The texts of timelines, apart."""
    op.create_table(
        "timeline_text",
        _required("incident_id", NUMBER),
        _required("seq", NUMBER),
        _required("text", LONG_TEXT),
        sa.PrimaryKeyConstraint("incident_id", "seq", name="pk_timeline_text"),
    )


def _aftermath() -> None:
    """Postmortems."""
    op.create_table(
        "postmortem",
        _required("incident_id", NUMBER),
        _required("version", NUMBER),
        _required("markdown", LONG_TEXT),
        _required("facts", LONG_TEXT),
        _required("created_at", TIME),
        sa.PrimaryKeyConstraint("incident_id", "version", name="pk_postmortem"),
        sa.ForeignKeyConstraint(
            ["incident_id"], ["incident.id"], name="fk_postmortem_incident_id_incident"
        ),
    )


def _actions() -> None:
    """Action items and reviews."""
    op.create_table(
        "action_item",
        _number("id"),
        _required("text", LONG_TEXT),
        _required("state", TEXT),
        _required("owner", TEXT),
        _required("owner_name", TEXT),
        _required("due", sa.Date()),
        _required("created_at", TIME),
        _required("created_by", TEXT),
        sa.Column("incident_id", NUMBER),
        sa.Column("evidence", TEXT),
        sa.Column("done_at", TIME),
        sa.Column("done_by", TEXT),
        _required("reminded", JSON),
        sa.PrimaryKeyConstraint("id", name="pk_action_item"),
        sa.ForeignKeyConstraint(
            ["incident_id"], ["incident.id"], name="fk_action_item_incident_id_incident"
        ),
    )
    op.create_index("ix_action_item_state", "action_item", ["state"])
    op.create_table(
        "review",
        _required("week", TEXT),
        _required("markdown", LONG_TEXT),
        _required("created_at", TIME),
        sa.PrimaryKeyConstraint("week", name="pk_review"),
    )


def _slack() -> None:
    """What is known of Slack."""
    op.create_table(
        "posted_message",
        _required("key", TEXT),
        _required("channel", TEXT),
        _required("kind", TEXT),
        _required("ref", TEXT),
        sa.Column("ts", TEXT),
        sa.Column("channel_id", TEXT),
        sa.Column("content_hash", TEXT),
        sa.Column("chart_version", TEXT),
        sa.Column("chart_file", TEXT),
        sa.PrimaryKeyConstraint("key", name="pk_posted_message"),
    )
    op.create_index("ix_posted_message_ts", "posted_message", ["ts"])
    op.create_table(
        "raw_message",
        _required("channel", TEXT),
        _required("ts", TEXT),
        _required("user", TEXT),
        _required("user_name", TEXT),
        _required("text", LONG_TEXT),
        sa.Column("thread_ts", TEXT),
        sa.Column("permalink", TEXT),
        _required("deleted", sa.Boolean()),
        _required("versions", JSON),
        sa.PrimaryKeyConstraint("channel", "ts", name="pk_raw_message"),
    )
    op.create_table(
        "inbox",
        _required("event_id", TEXT),
        _required("kind", TEXT),
        _required("at", TIME),
        sa.PrimaryKeyConstraint("event_id", name="pk_inbox"),
    )
    op.create_index("ix_inbox_at", "inbox", ["at"])


def _append_only_on_sqlite() -> None:
    """The database itself refuses to change what is hashed."""
    for name, event in APPEND_ONLY.items():
        op.execute(
            f"CREATE TRIGGER {name} BEFORE {event} "
            "BEGIN SELECT RAISE(ABORT, 'append-only: nothing here is changed or deleted'); END"
        )


def _append_only_on_postgresql() -> None:
    """The database itself refuses to change what is hashed."""
    op.execute(
        "CREATE FUNCTION fireline_append_only() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'append-only: nothing here is changed or deleted'; END $$"
    )
    for name, event in APPEND_ONLY.items():
        op.execute(
            f"CREATE TRIGGER {name} BEFORE {event} "
            "FOR EACH ROW EXECUTE FUNCTION fireline_append_only()"
        )
