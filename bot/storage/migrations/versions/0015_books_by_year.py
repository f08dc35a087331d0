"""The books lie in one partition a year of Beijing on PostgreSQL; keys that hold over all years; sums of whole months; one reversal a line.

A unique constraint of a partitioned table covers no more than a year unless it names the time, so what must be unique over all years
(the id, the source key, the line that is reversed) moves to `entry_keys`, written by the database with each line. On SQLite, where the books
stay one table, `entry_keys` is a view of it. On PostgreSQL the roll-ups are spread over eight rows a key (`slot`): two writers who count the
same thing at the same time wait for each other no longer.

Revision ID: 0015_books_by_year
Revises: 0014_party_details
"""

import sqlalchemy as sa
from alembic import op

KINDS = "('bot_answer', 'handover', 'mediation_request', 'advice_request', 'legal_aid_request', 'enterprise_issue')"
SAME = (
    "id, source_key, kind, quantity, happened_at, recorded_at, recorded_by, case_number, community, tier, channel, topic, dispute_type, "
    "reverses_id, reason, is_demo"
)
LOCAL = "happened_at + interval '8 hours'"
DAY_KEY = "day, kind, community, tier, channel, topic, dispute_type, is_demo"
HOUR_KEY = "day, hour, kind, community, channel, is_demo"
MONTH_KEY = "kind, month, is_demo"
SLOT = "(pg_backend_pid() % 8)::smallint"

revision = "0015_books_by_year"
down_revision = "0014_party_details"
branch_labels = None
depends_on = None


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        _on_sqlite()
        return
    _keys()
    _partitions()
    _move()
    _roll_ups()
    _guards()


def downgrade() -> None:
    raise RuntimeError("Going back would lose the books; restore a backup instead.")


def _on_sqlite() -> None:
    op.create_index("each_line_reversed_once", "service_entries", ["reverses_id"], unique=True, sqlite_where=sa.text("reverses_id IS NOT NULL"))
    op.create_index("entries_of_case", "service_entries", ["case_number"], sqlite_where=sa.text("case_number IS NOT NULL"))
    op.create_index("entries_of_community", "service_entries", ["community", "kind", "happened_at"])
    op.create_index("days_of_community", "daily_counts", ["community", "kind", "day"])
    op.execute("CREATE VIEW entry_keys AS SELECT id AS entry_id, source_key, happened_at, reverses_id FROM service_entries")
    op.execute(
        "CREATE TABLE month_totals (month DATE NOT NULL, kind VARCHAR(40) NOT NULL, is_demo BOOLEAN NOT NULL, quantity BIGINT NOT NULL, lines BIGINT NOT NULL, "
        "PRIMARY KEY (kind, month, is_demo)) WITHOUT ROWID"
    )
    op.execute("ALTER TABLE daily_counts ADD COLUMN lines BIGINT NOT NULL DEFAULT 0")
    op.execute("DROP TRIGGER service_entries_rolled_up")
    day = "date({0}happened_at, '+8 hours'), {0}kind, coalesce({0}community, ''), {0}tier, {0}channel, coalesce({0}topic, ''), coalesce({0}dispute_type, ''), {0}is_demo"
    _both_ways("service_entries_rolled_up", "daily_counts", DAY_KEY, day)
    _both_ways("service_entries_by_the_month", "month_totals", MONTH_KEY, "{0}kind, date({0}happened_at, '+8 hours', 'start of month'), {0}is_demo")


def _both_ways(trigger: str, table: str, key: str, values: str) -> None:
    """What is there is added up anew, what comes is added by a trigger."""
    order = ", ".join(str(n) for n in range(1, len(key.split(",")) + 1))
    op.execute(f"DELETE FROM {table}")
    op.execute(f"INSERT INTO {table} ({key}, quantity, lines) SELECT {values.format('')}, sum(quantity), count(*) FROM service_entries GROUP BY {order}")
    op.execute(
        f"CREATE TRIGGER {trigger} AFTER INSERT ON service_entries BEGIN "
        f"INSERT INTO {table} ({key}, quantity, lines) VALUES ({values.format('NEW.')}, NEW.quantity, 1) "
        f"ON CONFLICT ({key}) DO UPDATE SET quantity = {table}.quantity + excluded.quantity, lines = {table}.lines + 1; END"
    )


def _keys() -> None:
    """The keys of what is there; their constraints come when the old table has given up the names."""
    op.execute("CREATE TABLE entry_keys (entry_id BIGINT NOT NULL, source_key VARCHAR(200) NOT NULL, happened_at TIMESTAMP NOT NULL, reverses_id BIGINT)")
    op.execute("INSERT INTO entry_keys SELECT id, source_key, happened_at, reverses_id FROM service_entries")


def _partitions() -> None:
    """The partitioned table under the name of the old one, a default partition for years that nobody made, and what makes a year."""
    op.execute("ALTER TABLE service_entries RENAME TO service_entries_before")
    op.execute(
        "CREATE TABLE service_entries (LIKE service_entries_before INCLUDING DEFAULTS INCLUDING CONSTRAINTS) PARTITION BY RANGE (happened_at)"
    )
    op.execute("CREATE TABLE service_entries_other PARTITION OF service_entries DEFAULT")
    op.execute(
        "CREATE FUNCTION service_entries_by_the_parent() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION '% is append-only: write into service_entries', TG_TABLE_NAME; END $$"
    )
    op.execute(_guard_of("service_entries_other"))
    op.execute(MAKE_YEAR)


def _guard_of(partition: str) -> str:
    return (
        f"CREATE TRIGGER by_the_parent BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON {partition} "
        "FOR EACH STATEMENT EXECUTE FUNCTION service_entries_by_the_parent()"
    )


# A year of Beijing begins at 16:00 UTC of 31 December. What was written before its year had a partition waits in the default one and moves over.
MAKE_YEAR = f"""
CREATE FUNCTION service_entries_make_year(of_year integer) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    part text := 'service_entries_' || of_year;
    begins timestamp := make_timestamp(of_year - 1, 12, 31, 16, 0, 0);
    ends timestamp := make_timestamp(of_year, 12, 31, 16, 0, 0);
    moved bigint;
BEGIN
    LOCK TABLE service_entries IN ACCESS EXCLUSIVE MODE;
    IF to_regclass(part) IS NOT NULL THEN
        RETURN 0;
    END IF;
    EXECUTE format('CREATE TABLE %I (LIKE service_entries INCLUDING DEFAULTS INCLUDING CONSTRAINTS)', part);
    ALTER TABLE service_entries_other DISABLE TRIGGER USER;
    EXECUTE format('WITH gone AS (DELETE FROM service_entries_other WHERE happened_at >= %L AND happened_at < %L RETURNING *) '
                   'INSERT INTO %I SELECT * FROM gone', begins, ends, part);
    GET DIAGNOSTICS moved = ROW_COUNT;
    ALTER TABLE service_entries_other ENABLE TRIGGER USER;
    EXECUTE format('ALTER TABLE service_entries ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', part, begins, ends);
    EXECUTE format('{_guard_of("%I")}', part);
    RETURN moved;
END $$
"""


def _move() -> None:
    """Every line goes into its year; nothing is left behind, or nothing happens at all (one transaction)."""
    op.execute(
        f"DO $$ DECLARE y integer; BEGIN FOR y IN SELECT extract(year FROM {LOCAL})::integer FROM service_entries_before "
        "UNION SELECT extract(year FROM now())::integer LOOP PERFORM service_entries_make_year(y); END LOOP; END $$"
    )
    op.execute(f"INSERT INTO service_entries ({SAME}) SELECT {SAME} FROM service_entries_before")
    op.execute(
        "DO $$ BEGIN IF (SELECT count(*) FROM service_entries) <> (SELECT count(*) FROM service_entries_before) THEN "
        "RAISE EXCEPTION 'lines were lost on the way into their years; nothing was changed'; END IF; END $$"
    )
    op.execute("ALTER TABLE fact_entries DROP CONSTRAINT fact_entries_entry_id_fkey")
    op.execute("ALTER SEQUENCE service_entries_id_seq OWNED BY service_entries.id")
    op.execute("DROP TABLE service_entries_before")
    op.execute("ALTER TABLE service_entries ADD PRIMARY KEY (id, happened_at)")
    op.execute("CREATE INDEX entries_by_kind_and_time ON service_entries (kind, happened_at)")
    op.execute("CREATE INDEX entries_of_community ON service_entries (community, kind, happened_at)")
    op.execute("CREATE INDEX entries_of_case ON service_entries (case_number) WHERE case_number IS NOT NULL")
    op.execute("CREATE INDEX entries_by_time ON service_entries USING brin (happened_at)")
    op.execute("ALTER TABLE entry_keys ADD PRIMARY KEY (entry_id), ADD CONSTRAINT each_source_once UNIQUE (source_key)")
    op.execute("CREATE UNIQUE INDEX each_line_reversed_once ON entry_keys (reverses_id) WHERE reverses_id IS NOT NULL")
    op.execute("ALTER TABLE entry_keys ADD FOREIGN KEY (reverses_id) REFERENCES entry_keys (entry_id)")
    op.execute("ALTER TABLE fact_entries ADD FOREIGN KEY (entry_id) REFERENCES entry_keys (entry_id)")
    op.execute("ANALYZE service_entries, entry_keys")


def _roll_ups() -> None:
    op.execute(
        "CREATE TABLE month_totals (month DATE NOT NULL, kind VARCHAR(40) NOT NULL, is_demo BOOLEAN NOT NULL, quantity BIGINT NOT NULL, lines BIGINT NOT NULL)"
    )
    op.execute("ALTER TABLE daily_counts ADD COLUMN lines BIGINT NOT NULL DEFAULT 0")
    day = f"({LOCAL})::date, kind, coalesce(community, ''), tier, channel, coalesce(topic, ''), coalesce(dispute_type, ''), is_demo"
    hour = f"({LOCAL})::date, extract(hour FROM {LOCAL})::smallint, kind, coalesce(community, ''), channel, is_demo"
    month = f"kind, date_trunc('month', {LOCAL})::date, is_demo"
    _by_statement("service_entries_rolled_up", "service_entries_roll_up", "daily_counts", DAY_KEY, day)
    _by_statement("service_entries_by_the_hour", "service_entries_by_the_hour", "hourly_counts", HOUR_KEY, hour, f"kind IN {KINDS}", counts=False)
    _by_statement("service_entries_by_the_month", "service_entries_by_the_month", "month_totals", MONTH_KEY, month)
    op.execute("CREATE INDEX days_of_community ON daily_counts (community, kind, day)")
    op.execute("ANALYZE daily_counts, hourly_counts, month_totals")


def _by_statement(trigger: str, function: str, table: str, key: str, values: str, which: str = "true", counts: bool = True) -> None:
    """What is there is added up anew, what comes is added once a statement, in the order of the keys, so that no two writers wait for each other in a ring."""
    order = ", ".join(str(n) for n in range(1, len(key.split(",")) + 1))
    names, sums = ("quantity, lines", "sum(quantity), count(*)") if counts else ("quantity", "sum(quantity)")
    added = ", ".join(f"{name} = {table}.{name} + excluded.{name}" for name in names.split(", "))
    op.execute(f"TRUNCATE {table}")
    op.execute(f"ALTER TABLE {table} ADD COLUMN slot SMALLINT NOT NULL DEFAULT 0, DROP CONSTRAINT IF EXISTS {table}_pkey")
    op.execute(f"INSERT INTO {table} ({key}, {names}) SELECT {values}, {sums} FROM service_entries WHERE {which} GROUP BY {order} ORDER BY {order}")
    op.execute(f"ALTER TABLE {table} ADD PRIMARY KEY ({key}, slot)")
    op.execute(
        f"CREATE OR REPLACE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"INSERT INTO {table} ({key}, slot, {names}) SELECT {values}, {SLOT}, {sums} FROM added WHERE {which} GROUP BY {order} ORDER BY {order} "
        f"ON CONFLICT ({key}, slot) DO UPDATE SET {added}; RETURN NULL; END $$"
    )
    _after(trigger, function)


def _guards() -> None:
    """Keys are written with their line and by nobody else; lines and keys are never changed."""
    op.execute(
        "CREATE FUNCTION service_entries_keys() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "INSERT INTO entry_keys SELECT id, source_key, happened_at, reverses_id FROM added ORDER BY id; RETURN NULL; END $$"
    )
    _after("service_entries_keys", "service_entries_keys")
    op.execute(
        "CREATE TRIGGER service_entries_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON service_entries "
        "FOR EACH STATEMENT EXECUTE FUNCTION service_entries_append_only()"
    )
    op.execute("CREATE FUNCTION entry_keys_append_only() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'entry_keys is append-only'; END $$")
    op.execute("CREATE TRIGGER entry_keys_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON entry_keys FOR EACH STATEMENT EXECUTE FUNCTION entry_keys_append_only()")
    op.execute(
        "CREATE TRIGGER entry_keys_with_their_line BEFORE INSERT ON entry_keys FOR EACH STATEMENT WHEN (pg_trigger_depth() = 0) "
        "EXECUTE FUNCTION entry_keys_append_only()"
    )


def _after(trigger: str, function: str) -> None:
    op.execute(f"CREATE TRIGGER {trigger} AFTER INSERT ON service_entries REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION {function}()")
