"""Messages that were read from the history, since their event never came, say so.

Revision: 0002, after 0001
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """What was kept before came as an event."""
    column: sa.Column[bool] = sa.Column(
        "recovered", sa.Boolean(), nullable=False, server_default=sa.false()
    )
    op.add_column("raw_message", column)
