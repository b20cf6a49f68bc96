"""Which runs repaired, so that their failures are known for what they are.

Revision: 0027, after 0024
"""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0024"


def upgrade() -> None:
    """Runs so far repaired nothing that is known of."""
    column: sa.Column[str] = sa.Column("repair", sa.String(), nullable=False, server_default="")
    op.add_column("lineage_run", column)
