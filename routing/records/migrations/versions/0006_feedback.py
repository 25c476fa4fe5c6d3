"""What readers say of the marks, reports read for it, and what quality figures need of a scan."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables forward, and sum up the scans analysed so far."""
    scans = op.create_table(
        "analysed_scans",
        sa.Column("study_instance_uid", sa.String(length=64), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("model_name", sa.Text(), nullable=False),
        sa.Column("model_version", sa.Text(), nullable=False),
        sa.Column("marks", sa.JSON(), nullable=False),
        sa.Column("concluded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["study_instance_uid"],
            ["studies.study_instance_uid"],
            name=op.f("fk_analysed_scans_study_instance_uid"),
        ),
        sa.PrimaryKeyConstraint("study_instance_uid", "revision", name=op.f("pk_analysed_scans")),
    )
    with op.batch_alter_table("analysed_scans", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_analysed_scans_concluded_at"), ["concluded_at"], unique=False
        )
    op.create_table(
        "feedback",
        sa.Column("feedback_id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("study_instance_uid", sa.String(length=64), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("tracking_uid", sa.String(length=64), nullable=False),
        sa.Column("act", sa.String(length=16), nullable=False),
        sa.Column("corrected", sa.JSON(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("source", sa.String(length=16), nullable=False),
        sa.Column("document_uid", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(
            ["study_instance_uid"],
            ["studies.study_instance_uid"],
            name=op.f("fk_feedback_study_instance_uid"),
        ),
        sa.PrimaryKeyConstraint("feedback_id", name=op.f("pk_feedback")),
    )
    with op.batch_alter_table("feedback", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_feedback_study_instance_uid"), ["study_instance_uid"], unique=False
        )
    op.create_table(
        "read_reports",
        sa.Column("content_sha256", sa.String(length=64), nullable=False),
        sa.Column("study_instance_uid", sa.String(length=64), nullable=False),
        sa.Column("document_uid", sa.String(length=64), nullable=False),
        sa.Column("words", sa.Integer(), nullable=False),
        sa.Column("doubts", sa.JSON(), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["content_sha256"],
            ["instances.content_sha256"],
            name=op.f("fk_read_reports_content_sha256"),
        ),
        sa.ForeignKeyConstraint(
            ["study_instance_uid"],
            ["studies.study_instance_uid"],
            name=op.f("fk_read_reports_study_instance_uid"),
        ),
        sa.PrimaryKeyConstraint("content_sha256", name=op.f("pk_read_reports")),
    )
    with op.batch_alter_table("read_reports", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_read_reports_study_instance_uid"), ["study_instance_uid"], unique=False
        )
    _sum_up_earlier_scans(scans)


def _sum_up_earlier_scans(scans: sa.Table) -> None:
    findings = sa.table(
        "findings",
        sa.column("study_instance_uid", sa.String()),
        sa.column("revision", sa.Integer()),
        sa.column("outcome", sa.String()),
        sa.column("document", sa.JSON()),
        sa.column("concluded_at", sa.DateTime(timezone=True)),
    )
    connection = op.get_bind()
    analysed = sa.select(findings).where(findings.c.outcome == "analysed")
    for row in connection.execute(analysed).mappings().all():
        document = row["document"]
        connection.execute(
            scans.insert().values(
                study_instance_uid=row["study_instance_uid"],
                revision=row["revision"],
                model_name=document["model"]["name"],
                model_version=document["model"]["version"],
                marks=[
                    {"tracking_uid": nodule["tracking_uid"], "score": nodule["score"]}
                    for nodule in document["nodules"]
                ],
                concluded_at=row["concluded_at"],
            )
        )
