"""Keep the place of each study in the reading list, who reads it, and what came too late."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables forward; items that wait stand where they were requested."""
    with op.batch_alter_table("reading_items", schema=None) as batch_op:
        batch_op.add_column(sa.Column("reported_by", sa.Text(), nullable=True))
        batch_op.add_column(
            sa.Column("urgency", sa.String(length=16), server_default="routine", nullable=False)
        )
        batch_op.add_column(sa.Column("due_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("place_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("claimed_by", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("claimed_until", sa.DateTime(timezone=True), nullable=True))
    op.execute("UPDATE reading_items SET place_at = requested_at")
    with op.batch_alter_table("reading_items", schema=None) as batch_op:
        batch_op.alter_column("place_at", nullable=False)
        batch_op.create_index("ix_reading_items_place", ["reported_at", "place_at"])
    op.create_table(
        "reading_events",
        sa.Column("event_id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("study_instance_uid", sa.String(length=64), nullable=False),
        sa.Column("reader", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_reading_events")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "reading_discrepancies",
        sa.Column("study_instance_uid", sa.String(length=64), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.Column("raised_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_by", sa.Text(), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["study_instance_uid"],
            ["studies.study_instance_uid"],
            name=op.f("fk_reading_discrepancies_study_instance_uid"),
        ),
        sa.PrimaryKeyConstraint(
            "study_instance_uid", "revision", name=op.f("pk_reading_discrepancies")
        ),
    )
    op.create_index(
        op.f("ix_reading_discrepancies_settled_at"), "reading_discrepancies", ["settled_at"]
    )


def downgrade() -> None:
    """Take the tables back."""
    op.drop_index(op.f("ix_reading_discrepancies_settled_at"), table_name="reading_discrepancies")
    op.drop_table("reading_discrepancies")
    op.drop_table("reading_events")
    with op.batch_alter_table("reading_items", schema=None) as batch_op:
        batch_op.drop_index("ix_reading_items_place")
        for column in (
            "claimed_until",
            "claimed_by",
            "place_at",
            "due_at",
            "urgency",
            "reported_by",
        ):
            batch_op.drop_column(column)
