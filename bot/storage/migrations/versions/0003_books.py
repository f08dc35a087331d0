"""the office's books: facts, daily roll-ups kept by a trigger, closed months, signed reports"""

import sqlalchemy as sa
from alembic import op

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
APPEND_ONLY = ("book_facts", "fact_entries", "period_actions", "signed_reports")


revision = "0003_books"
down_revision = "0002_wechat"
branch_labels = None
depends_on = None


def upgrade() -> None:
    on_sqlite = op.get_bind().dialect.name == "sqlite"
    _make_tables()
    if not on_sqlite:
        # Sums of agreements are kept in 分 and outgrow 32 bits.
        op.execute("ALTER TABLE service_entries ALTER COLUMN quantity TYPE BIGINT")
    _roll_up(on_sqlite)
    for table in APPEND_ONLY:
        _refuse_changes(table, on_sqlite)


def _make_tables() -> None:
    op.create_table(
        "book_facts",
        sa.Column("id", BIG_ID, autoincrement=True, nullable=False),
        sa.Column("source_key", sa.String(200), nullable=False),
        sa.Column("book", sa.String(24), nullable=False),
        sa.Column("event", sa.String(32), nullable=False),
        sa.Column("subject", sa.String(120), nullable=False),
        sa.Column("happened_at", sa.DateTime(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(), nullable=False),
        sa.Column("recorded_by", sa.String(64), nullable=False),
        sa.Column("advisor", sa.String(32), nullable=True),
        sa.Column("community", sa.String(64), nullable=True),
        sa.Column("tier", sa.String(16), nullable=False),
        sa.Column("channel", sa.String(16), nullable=False),
        sa.Column("topic", sa.String(32), nullable=True),
        sa.Column("dispute_type", sa.String(32), nullable=True),
        sa.Column("evidence_ref", sa.String(200), nullable=True),
        sa.Column("details", sa.Text(), nullable=False),
        sa.Column("note", sa.String(200), nullable=True),
        sa.Column("reverses_id", BIG_ID, nullable=True),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.ForeignKeyConstraint(["reverses_id"], ["book_facts.id"]),
        sa.UniqueConstraint("source_key", name="each_fact_once"),
        sa.UniqueConstraint("reverses_id", name="each_fact_reversed_once"),
        sa.CheckConstraint("(event = 'reversed') = (reverses_id IS NOT NULL)", name="reversal_names_its_fact"),
        sa.CheckConstraint("reverses_id IS NULL OR note IS NOT NULL", name="reversed_with_reason"),
    )
    op.create_index("facts_of_subject", "book_facts", ["book", "subject", "id"])
    op.create_index("facts_by_time", "book_facts", ["book", "happened_at"])
    op.create_table(
        "fact_entries",
        sa.Column("entry_id", BIG_ID, autoincrement=False, nullable=False),
        sa.Column("fact_id", BIG_ID, nullable=False),
        sa.PrimaryKeyConstraint("entry_id"),
        sa.ForeignKeyConstraint(["entry_id"], ["service_entries.id"]),
        sa.ForeignKeyConstraint(["fact_id"], ["book_facts.id"]),
    )
    op.create_index("ix_fact_entries_fact_id", "fact_entries", ["fact_id"])
    op.create_table(
        "daily_counts",
        sa.Column("day", sa.Date(), nullable=False),
        *(sa.Column(name, sa.String(size), nullable=False) for name, size in (("kind", 40), ("community", 64), ("tier", 16), ("channel", 16), ("topic", 32), ("dispute_type", 32))),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("day", "kind", "community", "tier", "channel", "topic", "dispute_type", "is_demo"),
    )
    op.create_index("days_by_kind", "daily_counts", ["kind", "day"])
    op.create_table(
        "period_actions",
        sa.Column("id", BIG_ID, autoincrement=True, nullable=False),
        sa.Column("month", sa.String(7), nullable=False),
        sa.Column("action", sa.String(8), nullable=False),
        sa.Column("done_at", sa.DateTime(), nullable=False),
        sa.Column("done_by", sa.String(64), nullable=False),
        sa.Column("approved_by", sa.String(64), nullable=True),
        sa.Column("reason", sa.String(200), nullable=True),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("previous_digest", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("previous_digest", name="one_chain"),
        sa.CheckConstraint("action IN ('close', 'reopen')", name="period_action_known"),
        sa.CheckConstraint(
            "action = 'close' OR (approved_by IS NOT NULL AND approved_by <> done_by AND reason IS NOT NULL)", name="reopening_needs_two"
        ),
    )
    op.create_table(
        "signed_reports",
        sa.Column("id", BIG_ID, autoincrement=True, nullable=False),
        sa.Column("period", sa.String(24), nullable=False),
        sa.Column("signed_at", sa.DateTime(), nullable=False),
        sa.Column("signed_by", sa.String(64), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("proof", sa.Text(), nullable=False),
        sa.Column("supersedes_id", BIG_ID, nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.ForeignKeyConstraint(["supersedes_id"], ["signed_reports.id"]),
        sa.UniqueConstraint("digest", name="each_report_signed_once"),
    )


def _roll_up(on_sqlite: bool) -> None:
    """The database adds every line to its Beijing day, whoever writes it; what is there already is added once now."""
    day = "date({0}happened_at, '+8 hours')" if on_sqlite else "({0}happened_at + interval '8 hours')::date"
    values = f"{day}, {{0}}kind, coalesce({{0}}community, ''), {{0}}tier, {{0}}channel, coalesce({{0}}topic, ''), coalesce({{0}}dispute_type, ''), {{0}}is_demo"
    key = "day, kind, community, tier, channel, topic, dispute_type, is_demo"
    op.execute(
        f"INSERT INTO daily_counts ({key}, quantity) SELECT {values.format('')}, sum(quantity) FROM service_entries WHERE 1 = 1 GROUP BY 1, 2, 3, 4, 5, 6, 7, 8"
    )
    add = (
        f"INSERT INTO daily_counts ({key}, quantity) VALUES ({values.format('NEW.')}, NEW.quantity) "
        f"ON CONFLICT ({key}) DO UPDATE SET quantity = daily_counts.quantity + excluded.quantity;"
    )
    if on_sqlite:
        op.execute(f"CREATE TRIGGER service_entries_rolled_up AFTER INSERT ON service_entries BEGIN {add} END")
        return
    op.execute(f"CREATE FUNCTION service_entries_roll_up() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {add} RETURN NULL; END $$")
    op.execute("CREATE TRIGGER service_entries_rolled_up AFTER INSERT ON service_entries FOR EACH ROW EXECUTE FUNCTION service_entries_roll_up()")


def _refuse_changes(table: str, on_sqlite: bool) -> None:
    if on_sqlite:
        for verb in ("UPDATE", "DELETE"):
            op.execute(f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END")
        return
    op.execute(f"CREATE FUNCTION {table}_append_only() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION '{table} is append-only'; END $$")
    op.execute(f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION {table}_append_only()")


def downgrade() -> None:
    raise RuntimeError("Going back would lose the books; restore a backup instead.")
