"""Identities of nodules over the studies, and those that a person has told apart."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables forward."""
    op.create_table(
        "nodule_sightings",
        sa.Column("study_instance_uid", sa.String(length=64), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("recorded_uid", sa.String(length=64), nullable=False),
        sa.Column("track_uid", sa.String(length=64), nullable=False),
        sa.Column("tracking_id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["study_instance_uid"],
            ["studies.study_instance_uid"],
            name=op.f("fk_nodule_sightings_study_instance_uid"),
        ),
        sa.PrimaryKeyConstraint(
            "study_instance_uid", "revision", "recorded_uid", name=op.f("pk_nodule_sightings")
        ),
    )
    with op.batch_alter_table("nodule_sightings", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_nodule_sightings_track_uid"), ["track_uid"], unique=False
        )
    op.create_table(
        "tracks_told_apart",
        sa.Column("one_uid", sa.String(length=64), nullable=False),
        sa.Column("other_uid", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("one_uid", "other_uid", name=op.f("pk_tracks_told_apart")),
    )
