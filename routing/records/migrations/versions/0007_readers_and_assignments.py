"""Readers, their scores and shifts; who has which study, who refused it, what studies are of."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables forward."""
    op.create_table(
        "readers",
        sa.Column("reader_id", sa.String(length=64), nullable=False),
        sa.Column("sites", sa.JSON(), nullable=True),
        sa.Column("conflict_sites", sa.JSON(), nullable=False),
        sa.Column("conflict_patients", sa.JSON(), nullable=False),
        sa.Column("experience_years", sa.Double(), nullable=True),
        sa.Column("reviewed", sa.Integer(), nullable=False),
        sa.Column("discrepancies", sa.Integer(), nullable=False),
        sa.Column("expected_discrepancies", sa.Double(), nullable=True),
        sa.Column("imported_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("reader_id", name=op.f("pk_readers")),
    )
    op.create_table(
        "assignments",
        sa.Column("assignment_id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("study_instance_uid", sa.String(length=64), nullable=False),
        sa.Column("reader_id", sa.String(length=64), nullable=False),
        sa.Column("origin", sa.String(length=16), nullable=False),
        sa.Column("column_name", sa.String(length=64), nullable=False),
        sa.Column("minutes", sa.Double(), nullable=False),
        sa.Column("difficulty", sa.Double(), nullable=False),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.Column("assigned_by", sa.Text(), nullable=False),
        sa.Column("assigned_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_why", sa.String(length=16), nullable=True),
        sa.ForeignKeyConstraint(
            ["reader_id"], ["readers.reader_id"], name=op.f("fk_assignments_reader_id")
        ),
        sa.ForeignKeyConstraint(
            ["study_instance_uid"],
            ["studies.study_instance_uid"],
            name=op.f("fk_assignments_study_instance_uid"),
        ),
        sa.PrimaryKeyConstraint("assignment_id", name=op.f("pk_assignments")),
    )
    with op.batch_alter_table("assignments", schema=None) as batch_op:
        batch_op.create_index("ix_assignments_reader", ["reader_id", "assigned_at"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_assignments_study_instance_uid"), ["study_instance_uid"], unique=False
        )
        batch_op.create_index(
            "uq_assignments_current",
            ["study_instance_uid"],
            unique=True,
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )

    op.create_table(
        "reader_scores",
        sa.Column("reader_id", sa.String(length=64), nullable=False),
        sa.Column("column_name", sa.String(length=64), nullable=False),
        sa.Column("score", sa.Integer(), nullable=False),
        sa.CheckConstraint("score BETWEEN 0 AND 100", name=op.f("ck_reader_scores_score")),
        sa.ForeignKeyConstraint(
            ["reader_id"], ["readers.reader_id"], name=op.f("fk_reader_scores_reader_id")
        ),
        sa.PrimaryKeyConstraint("reader_id", "column_name", name=op.f("pk_reader_scores")),
    )
    op.create_table(
        "reader_shifts",
        sa.Column("reader_id", sa.String(length=64), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("capacity_minutes", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(
            ["reader_id"], ["readers.reader_id"], name=op.f("fk_reader_shifts_reader_id")
        ),
        sa.PrimaryKeyConstraint("reader_id", "starts_at", name=op.f("pk_reader_shifts")),
    )
    op.create_table(
        "refusals",
        sa.Column("study_instance_uid", sa.String(length=64), nullable=False),
        sa.Column("reader_id", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("refused_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["reader_id"], ["readers.reader_id"], name=op.f("fk_refusals_reader_id")
        ),
        sa.ForeignKeyConstraint(
            ["study_instance_uid"],
            ["studies.study_instance_uid"],
            name=op.f("fk_refusals_study_instance_uid"),
        ),
        sa.PrimaryKeyConstraint("study_instance_uid", "reader_id", name=op.f("pk_refusals")),
    )
    op.create_table(
        "study_facts",
        sa.Column("study_instance_uid", sa.String(length=64), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["study_instance_uid"],
            ["studies.study_instance_uid"],
            name=op.f("fk_study_facts_study_instance_uid"),
        ),
        sa.PrimaryKeyConstraint("study_instance_uid", name=op.f("pk_study_facts")),
    )
