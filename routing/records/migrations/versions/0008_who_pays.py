"""Who pays each ledger entry, and corrections by reversal."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

EXACT = sa.Numeric(18, 6).with_variant(sa.String(32), "sqlite")  # SQLite has no exact decimal
_OLD = "uq_ledger_entries_study_instance_uid_revision_kind"


def upgrade() -> None:
    """Bring the tables forward; what was booked before, the site that sent the study pays."""
    with op.batch_alter_table("ledger_entries", schema=None) as batch_op:
        batch_op.add_column(sa.Column("number", sa.Integer(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("energy_joule", EXACT, nullable=True))
        batch_op.add_column(
            sa.Column("added_images", sa.Integer(), server_default="0", nullable=False)
        )
        batch_op.add_column(
            sa.Column("mode", sa.String(length=16), server_default="on_premises", nullable=False)
        )
        batch_op.add_column(sa.Column("payer_table", sa.Text(), server_default="", nullable=False))
        batch_op.add_column(sa.Column("reverses", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("reason", sa.Text(), server_default="", nullable=False))
        batch_op.drop_constraint(_OLD, type_="unique")
        batch_op.create_unique_constraint(
            "uq_ledger_entries_study_instance_uid_revision_kind_number",
            ["study_instance_uid", "revision", "kind", "number"],
        )
        batch_op.create_unique_constraint("uq_ledger_entries_reverses", ["reverses"])
        batch_op.create_foreign_key(
            "fk_ledger_entries_reverses", "ledger_entries", ["reverses"], ["entry_id"]
        )
    op.create_table(
        "ledger_shares",
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("payer", sa.String(length=255), nullable=False),
        sa.Column("amount_jpy", EXACT, nullable=False),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["ledger_entries.entry_id"], name=op.f("fk_ledger_shares_entry_id")
        ),
        sa.PrimaryKeyConstraint("entry_id", "payer", name=op.f("pk_ledger_shares")),
    )
    op.execute(
        "INSERT INTO ledger_shares (entry_id, payer, amount_jpy) "
        "SELECT entry_id, COALESCE(NULLIF(site, ''), 'unknown site'), cost_jpy "
        "FROM ledger_entries JOIN studies USING (study_instance_uid)"
    )
