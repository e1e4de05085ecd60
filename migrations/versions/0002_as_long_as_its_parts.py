"""postal addresses and words of refusals may be as long as what they are made of

Revision ID: 0002
Revises: 0001
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

WIDER = (("messages", "recipient", 200), ("refusals", "words", 500))


def upgrade() -> None:
    """Apply."""
    for table, column, length in WIDER:
        with op.batch_alter_table(table) as batch_op:
            batch_op.alter_column(
                column,
                existing_type=sa.String(length=length),
                type_=sa.Text(),
                existing_nullable=False,
            )


def downgrade() -> None:
    """Take back; what has become too long is cut."""
    for table, column, length in WIDER:
        with op.batch_alter_table(table) as batch_op:
            batch_op.alter_column(
                column,
                existing_type=sa.Text(),
                type_=sa.String(length=length),
                existing_nullable=False,
                postgresql_using=f"left({column}, {length})",
            )
