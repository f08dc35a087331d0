"""On PostgreSQL the roll-ups are kept once a statement instead of once a row, so that many lines written together cost little more than one.

Revision ID: 0011_roll_ups_by_statement
Revises: 0010_staff_notices
"""

from alembic import op

KINDS = "('bot_answer', 'handover', 'mediation_request', 'advice_request', 'legal_aid_request', 'enterprise_issue')"

revision = "0011_roll_ups_by_statement"
down_revision = "0010_staff_notices"
branch_labels = None
depends_on = None


def upgrade() -> None:
    if op.get_bind().dialect.name != "postgresql":
        return  # SQLite knows triggers by row only
    local = "happened_at + interval '8 hours'"
    day = f"({local})::date, kind, coalesce(community, ''), tier, channel, coalesce(topic, ''), coalesce(dispute_type, ''), is_demo"
    _by_statement("service_entries_rolled_up", "service_entries_roll_up", "daily_counts", "day, kind, community, tier, channel, topic, dispute_type, is_demo", day, "true")
    hour = f"({local})::date, extract(hour FROM {local})::smallint, kind, coalesce(community, ''), channel, is_demo"
    _by_statement("service_entries_by_the_hour", "service_entries_by_the_hour", "hourly_counts", "day, hour, kind, community, channel, is_demo", hour, f"kind IN {KINDS}")


def _by_statement(trigger: str, function: str, table: str, key: str, values: str, which: str) -> None:
    count = len(key.split(","))
    # Ordered, so that two transactions that write the same days wait for each other instead of blocking each other for good.
    order = ", ".join(str(n) for n in range(1, count + 1))
    op.execute(f"DROP TRIGGER {trigger} ON service_entries")
    op.execute(
        f"CREATE OR REPLACE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"INSERT INTO {table} ({key}, quantity) SELECT {values}, sum(quantity) FROM added WHERE {which} GROUP BY {order} ORDER BY {order} "
        f"ON CONFLICT ({key}) DO UPDATE SET quantity = {table}.quantity + excluded.quantity; RETURN NULL; END $$"
    )
    op.execute(
        f"CREATE TRIGGER {trigger} AFTER INSERT ON service_entries REFERENCING NEW TABLE AS added "
        f"FOR EACH STATEMENT EXECUTE FUNCTION {function}()"
    )


def downgrade() -> None:
    raise RuntimeError("Going back would lose the books; restore a backup instead.")
