"""what papers want to know of parties; inquiries and evidence; what is disputed and who is liable in an agreement"""

import sqlalchemy as sa
from alembic import op

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
DETAILS = ("gender", "born", "ethnicity", "occupation", "workplace", "address", "id_number", "legal_rep", "uscc", "agent")

revision = "0014_party_details"
down_revision = "0013_request_time_stays"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table("party_details",
        sa.Column("person_id", BIG_ID, autoincrement=False, nullable=False),
        *(sa.Column(name, sa.Text(), nullable=True) for name in DETAILS),
        sa.Column("recorded_by", sa.String(length=64), nullable=False),
        sa.Column("recorded_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["case_people.id"]),
        sa.PrimaryKeyConstraint("person_id")
    )
    op.create_table("mediation_inquiries",
        sa.Column("id", BIG_ID, autoincrement=True, nullable=False),
        sa.Column("case_number", sa.String(length=16), nullable=False),
        sa.Column("inquiry_no", sa.Integer(), nullable=False),
        sa.Column("side", sa.String(length=16), nullable=False),
        sa.Column("asked_person", sa.Text(), nullable=False),
        sa.Column("relation", sa.Text(), nullable=True),
        sa.Column("asked_by", sa.String(length=200), nullable=False),
        sa.Column("asked_at", sa.DateTime(), nullable=False),
        sa.Column("place", sa.String(length=100), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("recorded_by", sa.String(length=64), nullable=False),
        sa.Column("recorded_at", sa.DateTime(), nullable=False),
        sa.CheckConstraint("side IN ('applicant', 'other', 'third')", name="inquiry_side_known"),
        sa.ForeignKeyConstraint(["case_number"], ["cases.number"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("case_number", "inquiry_no", name="each_inquiry_one_number")
    )
    op.create_table("mediation_evidence",
        sa.Column("id", BIG_ID, autoincrement=True, nullable=False),
        sa.Column("case_number", sa.String(length=16), nullable=False),
        sa.Column("evidence_no", sa.Integer(), nullable=False),
        sa.Column("item", sa.Text(), nullable=False),
        sa.Column("form", sa.String(length=8), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("returned_on", sa.Date(), nullable=True),
        sa.Column("recorded_by", sa.String(length=64), nullable=False),
        sa.Column("recorded_at", sa.DateTime(), nullable=False),
        sa.CheckConstraint("form IN ('original', 'copy')", name="evidence_form_known"),
        sa.CheckConstraint("returned_on IS NULL OR returned_on >= received_on", name="returned_after_it_came"),
        sa.ForeignKeyConstraint(["case_number"], ["cases.number"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("case_number", "evidence_no", name="each_evidence_one_number")
    )
    for name in ("disputed_items", "liabilities"):
        op.add_column("mediation_agreements", sa.Column(name, sa.Text(), nullable=True))


def downgrade() -> None:
    for name in ("disputed_items", "liabilities"):
        op.drop_column("mediation_agreements", name)
    op.drop_table("mediation_evidence")
    op.drop_table("mediation_inquiries")
    op.drop_table("party_details")
