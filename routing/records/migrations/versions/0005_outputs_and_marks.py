"""What results add to a study, whose marks they show, and who prefers which marks."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables forward."""
    with op.batch_alter_table("result_objects", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("marks", sa.String(length=12), server_default="", nullable=False)
        )
        batch_op.add_column(sa.Column("images", sa.Integer(), server_default="0", nullable=False))
    op.create_table(
        "mark_preferences",
        sa.Column("scope", sa.String(length=8), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("show", sa.String(length=16), nullable=False),
        sa.Column("minimum_score", sa.Double(), nullable=False),
        sa.Column("minimum_mean_diameter_mm", sa.Double(), nullable=False),
        sa.Column("new_and_grown_only", sa.Boolean(), nullable=False),
        sa.Column("set_by", sa.Text(), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("scope", "name", name=op.f("pk_mark_preferences")),
    )
