"""Keep decisions of pre-screening, and reads by more than one reader."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables forward."""
    op.create_table(
        "prescreen_decisions",
        sa.Column("study_instance_uid", sa.String(length=64), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("advice", sa.String(length=16), nullable=False),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.Column("decision", sa.String(length=16), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("overridden_to", sa.String(length=16), nullable=True),
        sa.Column("overridden_by", sa.Text(), nullable=True),
        sa.Column("missed", sa.Boolean(), nullable=True),
        sa.ForeignKeyConstraint(
            ["study_instance_uid"],
            ["studies.study_instance_uid"],
            name=op.f("fk_prescreen_decisions_study_instance_uid"),
        ),
        sa.PrimaryKeyConstraint(
            "study_instance_uid", "revision", name=op.f("pk_prescreen_decisions")
        ),
    )
    op.create_index("ix_prescreen_decisions_site", "prescreen_decisions", ["site", "decided_at"])
    op.create_table(
        "double_reads",
        sa.Column("study_instance_uid", sa.String(length=64), nullable=False),
        sa.Column("wanted", sa.Integer(), nullable=False),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.Column("stage", sa.String(length=16), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["study_instance_uid"],
            ["studies.study_instance_uid"],
            name=op.f("fk_double_reads_study_instance_uid"),
        ),
        sa.PrimaryKeyConstraint("study_instance_uid", name=op.f("pk_double_reads")),
    )
    op.create_index(op.f("ix_double_reads_stage"), "double_reads", ["stage"])
    op.create_table(
        "structured_reports",
        sa.Column("study_instance_uid", sa.String(length=64), nullable=False),
        sa.Column("reader", sa.String(length=64), nullable=False),
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("conclusion", sa.String(length=16), nullable=False),
        sa.Column("findings", sa.JSON(), nullable=False),
        sa.Column("is_arbiter", sa.Boolean(), nullable=False),
        sa.Column("reported_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["study_instance_uid"],
            ["studies.study_instance_uid"],
            name=op.f("fk_structured_reports_study_instance_uid"),
        ),
        sa.PrimaryKeyConstraint("study_instance_uid", "reader", name=op.f("pk_structured_reports")),
    )


def downgrade() -> None:
    """Take the tables back."""
    op.drop_table("structured_reports")
    op.drop_index(op.f("ix_double_reads_stage"), table_name="double_reads")
    op.drop_table("double_reads")
    op.drop_index("ix_prescreen_decisions_site", table_name="prescreen_decisions")
    op.drop_table("prescreen_decisions")
