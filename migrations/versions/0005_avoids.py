"""the buses and drivers somebody cannot travel with

Revision ID: 0005
Revises: 0004
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

COLUMN = "avoids"


def upgrade() -> None:
    """Apply. Nobody known so far was asked: for them there are none."""
    with op.batch_alter_table("people") as batch_op:
        batch_op.add_column(sa.Column(COLUMN, sa.JSON(), nullable=False, server_default="[]"))
    # The default was for the rows there; whoever is written from now on says it.
    with op.batch_alter_table("people") as batch_op:
        batch_op.alter_column(COLUMN, existing_type=sa.JSON(), server_default=None)


def downgrade() -> None:
    """Take back."""
    with op.batch_alter_table("people") as batch_op:
        batch_op.drop_column(COLUMN)
