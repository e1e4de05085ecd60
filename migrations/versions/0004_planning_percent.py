"""how far the planning of a zone-day is

Revision ID: 0004
Revises: 0003
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply. Nobody can say how far a planning is that is on just now."""
    with op.batch_alter_table("zone_days") as batch_op:
        batch_op.add_column(sa.Column("planning_percent", sa.Integer(), nullable=True))


def downgrade() -> None:
    """Take back."""
    with op.batch_alter_table("zone_days") as batch_op:
        batch_op.drop_column("planning_percent")
