"""Sums of whole months by community, type, topic, channel, tier and hour of the week take the place of the sums of months alone.

A year's dashboard then reads some thousand sums instead of a million days, and ten years of books make it no slower. The sum of everything is
the part `all`. Kept by a trigger like the roll-ups by day, once a statement on PostgreSQL.

Revision ID: 0016_month_parts
Revises: 0015_books_by_year
"""

from alembic import op

KINDS = "('bot_answer', 'handover', 'mediation_request', 'advice_request', 'legal_aid_request', 'enterprise_issue')"
KEY = "kind, part, month, code, is_demo"
COLUMNS = "kind VARCHAR(40) NOT NULL, part VARCHAR(16) NOT NULL, month DATE NOT NULL, code VARCHAR(64) NOT NULL, is_demo BOOLEAN NOT NULL"
LOCAL = "happened_at + interval '8 hours'"
SLOT = "(pg_backend_pid() % 8)::smallint"
# Of each part the code of a line; '' for none, NULL where the line does not belong to it. Hours of the week as 015: Sunday is 0.
PARTS = {
    "all": "''", "community": "coalesce({0}community, '')", "dispute_type": "coalesce({0}dispute_type, '')", "topic": "coalesce({0}topic, '')",
    "channel": "{0}channel", "tier": "{0}tier", "hour": f"CASE WHEN {{0}}kind IN {KINDS} THEN {{hour}} END",
}  # fmt: skip
ON_SQLITE = {"hour": "strftime('%w%H', {0}happened_at, '+8 hours')", "month": "date({0}happened_at, '+8 hours', 'start of month')"}
ON_POSTGRES = {"hour": f"extract(dow FROM {LOCAL})::integer || to_char({LOCAL}, 'HH24')", "month": f"date_trunc('month', {LOCAL})::date"}

revision = "0016_month_parts"
down_revision = "0015_books_by_year"
branch_labels = None
depends_on = None


def upgrade() -> None:
    on_sqlite = op.get_bind().dialect.name == "sqlite"
    op.execute("DROP TRIGGER service_entries_by_the_month" + ("" if on_sqlite else " ON service_entries"))
    op.execute("DROP TABLE month_totals")
    (_on_sqlite if on_sqlite else _on_postgresql)()


def downgrade() -> None:
    raise RuntimeError("Going back would lose the books; restore a backup instead.")


def _on_sqlite() -> None:
    op.execute(f"CREATE TABLE month_parts ({COLUMNS}, quantity BIGINT NOT NULL, lines BIGINT NOT NULL, PRIMARY KEY ({KEY})) WITHOUT ROWID")
    for part, code in _codes("", ON_SQLITE["hour"].format("")):
        month = ON_SQLITE["month"].format("")
        op.execute(
            f"INSERT INTO month_parts ({KEY}, quantity, lines) SELECT kind, '{part}', {month}, {code} AS code_of, is_demo, sum(quantity), count(*) "
            f"FROM service_entries WHERE code_of IS NOT NULL GROUP BY kind, {month}, code_of, is_demo"
        )
    rows = " UNION ALL ".join(f"SELECT '{part}' AS part, {code} AS code" for part, code in _codes("NEW.", ON_SQLITE["hour"].format("NEW.")))
    op.execute(
        f"CREATE TRIGGER service_entries_by_the_month AFTER INSERT ON service_entries BEGIN INSERT INTO month_parts ({KEY}, quantity, lines) "
        f"SELECT NEW.kind, p.part, {ON_SQLITE['month'].format('NEW.')}, p.code, NEW.is_demo, NEW.quantity, 1 FROM ({rows}) p WHERE p.code IS NOT NULL "
        f"ON CONFLICT ({KEY}) DO UPDATE SET quantity = month_parts.quantity + excluded.quantity, lines = month_parts.lines + 1; END"
    )


def _on_postgresql() -> None:
    codes, month = _codes("", ON_POSTGRES["hour"]), ON_POSTGRES["month"]
    op.execute(f"CREATE TABLE month_parts ({COLUMNS}, slot SMALLINT NOT NULL DEFAULT 0, quantity BIGINT NOT NULL, lines BIGINT NOT NULL)")
    for part, code in codes:
        op.execute(
            f"INSERT INTO month_parts ({KEY}, quantity, lines) SELECT kind, '{part}', {month}, {code}, is_demo, sum(quantity), count(*) "
            f"FROM service_entries WHERE {code} IS NOT NULL GROUP BY 1, 3, 4, 5 ORDER BY 1, 3, 4, 5"
        )
    op.execute(f"ALTER TABLE month_parts ADD PRIMARY KEY ({KEY}, slot)")
    rows = ", ".join(f"('{part}', {code})" for part, code in codes)
    op.execute(
        "CREATE OR REPLACE FUNCTION service_entries_by_the_month() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"INSERT INTO month_parts ({KEY}, slot, quantity, lines) SELECT kind, part, {month}, code, is_demo, {SLOT}, sum(quantity), count(*) "
        f"FROM added CROSS JOIN LATERAL (VALUES {rows}) AS p(part, code) WHERE code IS NOT NULL GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 2, 3, 4, 5 "
        f"ON CONFLICT ({KEY}, slot) DO UPDATE SET quantity = month_parts.quantity + excluded.quantity, lines = month_parts.lines + excluded.lines; RETURN NULL; END $$"
    )
    op.execute(
        "CREATE TRIGGER service_entries_by_the_month AFTER INSERT ON service_entries REFERENCING NEW TABLE AS added "
        "FOR EACH STATEMENT EXECUTE FUNCTION service_entries_by_the_month()"
    )
    op.execute("ANALYZE month_parts")


def _codes(line: str, hour: str) -> list[tuple[str, str]]:
    return [(part, code.format(line, hour=hour)) for part, code in PARTS.items()]
