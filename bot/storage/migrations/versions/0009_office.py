"""hours of residents' requests kept by a trigger, tokens of programs; a rating is a line of its own class"""

import sqlalchemy as sa
from alembic import op

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
KINDS = "('bot_answer', 'handover', 'mediation_request', 'advice_request', 'legal_aid_request', 'enterprise_issue')"
KEY = "day, hour, kind, community, channel, is_demo"

revision = "0009_office"
down_revision = "0008_casework"
branch_labels = None
depends_on = None


def upgrade() -> None:
    on_sqlite = op.get_bind().dialect.name == "sqlite"
    op.create_table(
        "hourly_counts",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("hour", sa.SmallInteger(), autoincrement=False, nullable=False),
        *(sa.Column(name, sa.String(size), nullable=False) for name, size in (("kind", 40), ("community", 64), ("channel", 16))),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("day", "hour", "kind", "community", "channel", "is_demo"),
    )
    op.create_table(
        "api_tokens",
        sa.Column("id", BIG_ID, autoincrement=True, nullable=False),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("scopes", sa.String(200), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("created_by", sa.String(64), nullable=False),
        sa.Column("expires_at", sa.DateTime(), nullable=False),
        sa.Column("revoked_at", sa.DateTime(), nullable=True),
        sa.Column("revoked_by", sa.String(64), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("token_hash"),
        sa.CheckConstraint("(revoked_at IS NULL) = (revoked_by IS NULL)", name="revoked_by_somebody"),
    )
    _by_the_hour(on_sqlite)
    _class_ratings()


def _by_the_hour(on_sqlite: bool) -> None:
    if on_sqlite:
        when = "date({0}happened_at, '+8 hours'), CAST(strftime('%H', {0}happened_at, '+8 hours') AS INTEGER)"
    else:
        when = "({0}happened_at + interval '8 hours')::date, extract(hour FROM {0}happened_at + interval '8 hours')::smallint"
    values = f"{when}, {{0}}kind, coalesce({{0}}community, ''), {{0}}channel, {{0}}is_demo"
    op.execute(f"INSERT INTO hourly_counts ({KEY}, quantity) SELECT {values.format('')}, sum(quantity) FROM service_entries WHERE kind IN {KINDS} GROUP BY 1, 2, 3, 4, 5, 6")
    add = (
        f"INSERT INTO hourly_counts ({KEY}, quantity) VALUES ({values.format('NEW.')}, NEW.quantity) "
        f"ON CONFLICT ({KEY}) DO UPDATE SET quantity = hourly_counts.quantity + excluded.quantity;"
    )
    name = "service_entries_by_the_hour"
    if on_sqlite:
        op.execute(f"CREATE TRIGGER {name} AFTER INSERT ON service_entries WHEN NEW.kind IN {KINDS} BEGIN {add} END")
        return
    op.execute(f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {add} RETURN NULL; END $$")
    op.execute(f"CREATE TRIGGER {name} AFTER INSERT ON service_entries FOR EACH ROW WHEN (NEW.kind IN {KINDS}) EXECUTE FUNCTION {name}()")


def _class_ratings() -> None:
    """What was written as one kind with the stars as quantity is taken back and written as one of its class (rating_1 … rating_5)."""
    same = "happened_at, case_number, community, tier, channel, topic, dispute_type, is_demo"
    base = f"INSERT INTO service_entries (source_key, kind, quantity, recorded_at, recorded_by, reverses_id, reason, {same}) SELECT"
    op.execute(
        f"{base} 'class:' || source_key, 'rating_' || quantity, 1, CURRENT_TIMESTAMP, 'migration', NULL, NULL, {same} "
        "FROM service_entries WHERE kind = 'rating' AND quantity > 0 ORDER BY id"
    )
    op.execute(
        f"{base} 'reversal:' || source_key, kind, -quantity, CURRENT_TIMESTAMP, 'migration', id, '评价改按档登记', {same} "
        "FROM service_entries WHERE kind = 'rating' AND quantity > 0 ORDER BY id"
    )


def downgrade() -> None:
    raise RuntimeError("Going back would lose the tokens; restore a backup instead.")
