"""Say of a study from which archive it was fetched."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables forward."""
    with op.batch_alter_table("studies", schema=None) as batch_op:
        batch_op.add_column(sa.Column("fetched_from", sa.Text(), server_default="", nullable=False))


def downgrade() -> None:
    """Take the tables back."""
    with op.batch_alter_table("studies", schema=None) as batch_op:
        batch_op.drop_column("fetched_from")
