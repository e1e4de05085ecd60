"""whether somebody has no other way to get there

Revision ID: 0003
Revises: 0002
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

COLUMN = "no_other_way"


def upgrade() -> None:
    """Apply. Nobody known so far was asked: for them it is no."""
    with op.batch_alter_table("people") as batch_op:
        batch_op.add_column(
            sa.Column(COLUMN, sa.Boolean(), nullable=False, server_default=sa.false())
        )
    # The default was for the rows there; whoever is written from now on says it.
    with op.batch_alter_table("people") as batch_op:
        batch_op.alter_column(COLUMN, existing_type=sa.Boolean(), server_default=None)


def downgrade() -> None:
    """Take back."""
    with op.batch_alter_table("people") as batch_op:
        batch_op.drop_column(COLUMN)
