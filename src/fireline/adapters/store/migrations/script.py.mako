"""${message}

Revision: ${up_revision}, after ${down_revision}
"""

from alembic import op
import sqlalchemy as sa

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}


def upgrade() -> None:
    """Only forward: a mistake is put right by the next migration."""
    ${upgrades if upgrades else "pass"}
