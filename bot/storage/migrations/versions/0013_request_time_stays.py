"""the time of a request is never overwritten: the database itself refuses (时效规定 12)"""

from alembic import op

revision = "0013_request_time_stays"
down_revision = "0012_reopen_requests"
branch_labels = None
depends_on = None

WORDS = "the time of a request is never overwritten"


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            "CREATE TRIGGER request_time_stays BEFORE UPDATE OF requested_at ON cases WHEN NEW.requested_at IS NOT OLD.requested_at "
            f"BEGIN SELECT RAISE(ABORT, '{WORDS}'); END"
        )
        return
    op.execute(f"CREATE FUNCTION request_time_stays() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION '{WORDS}'; END $$")
    op.execute(
        "CREATE TRIGGER request_time_stays BEFORE UPDATE OF requested_at ON cases FOR EACH ROW "
        "WHEN (NEW.requested_at IS DISTINCT FROM OLD.requested_at) EXECUTE FUNCTION request_time_stays()"
    )


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TRIGGER request_time_stays")
        return
    op.execute("DROP TRIGGER request_time_stays ON cases")
    op.execute("DROP FUNCTION request_time_stays()")
