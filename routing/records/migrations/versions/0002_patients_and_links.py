"""Patients, where they are looked for, and links between them."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables forward."""
    op.add_column(
        "studies", sa.Column("patient_details", sa.JSON(), nullable=False, server_default="{}")
    )
    op.create_table(
        "patients",
        sa.Column("issuer", sa.String(length=64), nullable=False),
        sa.Column("patient_id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("issuer", "patient_id", name=op.f("pk_patients")),
    )
    op.create_table(
        "patient_blocks",
        sa.Column("block", sa.String(length=255), nullable=False),
        sa.Column("issuer", sa.String(length=64), nullable=False),
        sa.Column("patient_id", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["issuer", "patient_id"],
            ["patients.issuer", "patients.patient_id"],
            name=op.f("fk_patient_blocks_patient"),
        ),
        sa.PrimaryKeyConstraint("block", "issuer", "patient_id", name=op.f("pk_patient_blocks")),
    )
    with op.batch_alter_table("patient_blocks", schema=None) as batch_op:
        batch_op.create_index("ix_patient_blocks_patient", ["issuer", "patient_id"], unique=False)

    op.create_table(
        "patient_links",
        sa.Column("link_id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("issuer", sa.String(length=64), nullable=False),
        sa.Column("patient_id", sa.String(length=64), nullable=False),
        sa.Column("other_issuer", sa.String(length=64), nullable=False),
        sa.Column("other_patient_id", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("bits", sa.Double(), nullable=False),
        sa.Column("false_link_rate", sa.Double(), nullable=False),
        sa.Column("twins_known", sa.Boolean(), nullable=False),
        sa.Column("evidence", sa.JSON(), nullable=False),
        sa.Column("match_table", sa.Text(), nullable=False),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.Text(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("link_id", name=op.f("pk_patient_links")),
        sa.UniqueConstraint(
            "issuer",
            "patient_id",
            "other_issuer",
            "other_patient_id",
            name=op.f("uq_patient_links_pair"),
        ),
    )
    with op.batch_alter_table("patient_links", schema=None) as batch_op:
        batch_op.create_index(
            "ix_patient_links_other", ["other_issuer", "other_patient_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_patient_links_state"), ["state"], unique=False)
