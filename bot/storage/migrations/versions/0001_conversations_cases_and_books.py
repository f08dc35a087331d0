"""conversations, cases and books"""

import sqlalchemy as sa
from alembic import op

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


revision = '0001'
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('case_numbers',
    sa.Column('series', sa.String(length=8), nullable=False),
    sa.Column('year', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('last', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('series', 'year')
    )
    op.create_table('cases',
    sa.Column('number', sa.String(length=16), nullable=False),
    sa.Column('source_key', sa.String(length=200), nullable=False),
    sa.Column('conversation_id', sa.String(length=80), nullable=True),
    sa.Column('kind', sa.String(length=16), nullable=False),
    sa.Column('status', sa.String(length=24), nullable=False),
    sa.Column('topic', sa.String(length=32), nullable=False),
    sa.Column('dispute_type', sa.String(length=32), nullable=False),
    sa.Column('community', sa.String(length=64), nullable=True),
    sa.Column('channel', sa.String(length=16), nullable=False),
    sa.Column('requested_at', sa.DateTime(), nullable=False),
    sa.Column('withdrawn_at', sa.DateTime(), nullable=True),
    sa.Column('is_demo', sa.Boolean(), nullable=False),
    sa.PrimaryKeyConstraint('number'),
    sa.UniqueConstraint('source_key', name='each_request_one_case')
    )
    with op.batch_alter_table('cases', schema=None) as batch_op:
        batch_op.create_index('cases_of_conversation', ['conversation_id'], unique=False)

    op.create_table('consents',
    sa.Column('id', BIG_ID, autoincrement=True, nullable=False),
    sa.Column('source_key', sa.String(length=200), nullable=False),
    sa.Column('conversation_id', sa.String(length=80), nullable=False),
    sa.Column('version', sa.String(length=32), nullable=False),
    sa.Column('notice', sa.Text(), nullable=False),
    sa.Column('channel', sa.String(length=16), nullable=False),
    sa.Column('given_at', sa.DateTime(), nullable=False),
    sa.Column('withdrawn_at', sa.DateTime(), nullable=True),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('source_key', name='each_consent_once')
    )
    op.create_table('conversations',
    sa.Column('id', sa.String(length=80), nullable=False),
    sa.Column('channel', sa.String(length=16), nullable=False),
    sa.Column('mode', sa.String(length=8), server_default='bot', nullable=False),
    sa.Column('started_at', sa.DateTime(), nullable=False),
    sa.CheckConstraint("mode IN ('bot', 'waiting', 'person')", name='mode_known'),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_table('review_questions',
    sa.Column('id', BIG_ID, autoincrement=True, nullable=False),
    sa.Column('source_key', sa.String(length=200), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('band', sa.String(length=16), nullable=False),
    sa.Column('guesses', sa.Text(), nullable=False),
    sa.Column('asked_at', sa.DateTime(), nullable=False),
    sa.Column('label_intent', sa.String(length=32), nullable=True),
    sa.Column('label_topic', sa.String(length=32), nullable=True),
    sa.Column('label_card', sa.String(length=64), nullable=True),
    sa.Column('labelled_by', sa.String(length=64), nullable=True),
    sa.Column('exported_at', sa.DateTime(), nullable=True),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('source_key', name='each_question_once')
    )
    op.create_table('risk_events',
    sa.Column('id', BIG_ID, autoincrement=True, nullable=False),
    sa.Column('source_key', sa.String(length=200), nullable=False),
    sa.Column('conversation_id', sa.String(length=80), nullable=False),
    sa.Column('code', sa.String(length=40), nullable=False),
    sa.Column('seen_at', sa.DateTime(), nullable=False),
    sa.Column('handled_at', sa.DateTime(), nullable=True),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('source_key', name='each_risk_once')
    )
    op.create_table('service_entries',
    sa.Column('id', BIG_ID, autoincrement=True, nullable=False),
    sa.Column('source_key', sa.String(length=200), nullable=False),
    sa.Column('kind', sa.String(length=40), nullable=False),
    sa.Column('quantity', sa.Integer(), nullable=False),
    sa.Column('happened_at', sa.DateTime(), nullable=False),
    sa.Column('recorded_at', sa.DateTime(), nullable=False),
    sa.Column('recorded_by', sa.String(length=64), nullable=False),
    sa.Column('case_number', sa.String(length=16), nullable=True),
    sa.Column('community', sa.String(length=64), nullable=True),
    sa.Column('tier', sa.String(length=16), nullable=False),
    sa.Column('channel', sa.String(length=16), nullable=False),
    sa.Column('topic', sa.String(length=32), nullable=True),
    sa.Column('dispute_type', sa.String(length=32), nullable=True),
    sa.Column('reverses_id', BIG_ID, nullable=True),
    sa.Column('reason', sa.String(length=200), nullable=True),
    sa.Column('is_demo', sa.Boolean(), nullable=False),
    sa.CheckConstraint('(reverses_id IS NULL) = (reason IS NULL)', name='reversal_has_reason'),
    sa.CheckConstraint('quantity <> 0', name='counts_something'),
    sa.ForeignKeyConstraint(['reverses_id'], ['service_entries.id'], ),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('source_key', name='each_source_once')
    )
    with op.batch_alter_table('service_entries', schema=None) as batch_op:
        batch_op.create_index('entries_by_kind_and_time', ['kind', 'happened_at'], unique=False)

    op.create_table('trackers',
    sa.Column('conversation_id', sa.String(length=80), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('body', sa.Text(), nullable=False),
    sa.Column('saved_at', sa.DateTime(), nullable=False),
    sa.PrimaryKeyConstraint('conversation_id')
    )
    op.create_table('case_events',
    sa.Column('id', BIG_ID, autoincrement=True, nullable=False),
    sa.Column('case_number', sa.String(length=16), nullable=False),
    sa.Column('happened_at', sa.DateTime(), nullable=False),
    sa.Column('actor', sa.String(length=64), nullable=False),
    sa.Column('event', sa.String(length=32), nullable=False),
    sa.Column('status_before', sa.String(length=24), nullable=True),
    sa.Column('status_after', sa.String(length=24), nullable=False),
    sa.ForeignKeyConstraint(['case_number'], ['cases.number'], ),
    sa.PrimaryKeyConstraint('id')
    )
    with op.batch_alter_table('case_events', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_case_events_case_number'), ['case_number'], unique=False)

    op.create_table('case_people',
    sa.Column('id', BIG_ID, autoincrement=True, nullable=False),
    sa.Column('case_number', sa.String(length=16), nullable=False),
    sa.Column('side', sa.String(length=16), nullable=False),
    sa.Column('name', sa.Text(), nullable=True),
    sa.Column('phone', sa.Text(), nullable=True),
    sa.ForeignKeyConstraint(['case_number'], ['cases.number'], ),
    sa.PrimaryKeyConstraint('id')
    )
    with op.batch_alter_table('case_people', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_case_people_case_number'), ['case_number'], unique=False)

    op.create_table('case_statements',
    sa.Column('id', BIG_ID, autoincrement=True, nullable=False),
    sa.Column('case_number', sa.String(length=16), nullable=False),
    sa.Column('source_key', sa.String(length=200), nullable=False),
    sa.Column('about', sa.String(length=16), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('said_at', sa.DateTime(), nullable=False),
    sa.ForeignKeyConstraint(['case_number'], ['cases.number'], ),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('source_key')
    )
    with op.batch_alter_table('case_statements', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_case_statements_case_number'), ['case_number'], unique=False)

    op.create_table('messages',
    sa.Column('id', BIG_ID, autoincrement=True, nullable=False),
    sa.Column('conversation_id', sa.String(length=80), nullable=False),
    sa.Column('external_id', sa.String(length=128), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('received_at', sa.DateTime(), nullable=False),
    sa.Column('state', sa.String(length=8), nullable=False),
    sa.Column('attempts', sa.Integer(), server_default='0', nullable=False),
    sa.Column('answered_at', sa.DateTime(), nullable=True),
    sa.CheckConstraint("(state = 'answered') = (answered_at IS NOT NULL)", name='answered_has_time'),
    sa.CheckConstraint("state IN ('waiting', 'answered')", name='state_known'),
    sa.ForeignKeyConstraint(['conversation_id'], ['conversations.id'], ),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('conversation_id', 'external_id', name='each_message_once')
    )
    with op.batch_alter_table('messages', schema=None) as batch_op:
        batch_op.create_index('waiting_messages', ['state', 'conversation_id', 'id'], unique=False)

    op.create_table('replies',
    sa.Column('id', BIG_ID, autoincrement=True, nullable=False),
    sa.Column('conversation_id', sa.String(length=80), nullable=False),
    sa.Column('message_id', BIG_ID, nullable=True),
    sa.Column('part', sa.Integer(), nullable=False),
    sa.Column('body', sa.Text(), nullable=False),
    sa.Column('said_by', sa.String(length=16), nullable=False),
    sa.Column('created_at', sa.DateTime(), nullable=False),
    sa.ForeignKeyConstraint(['conversation_id'], ['conversations.id'], ),
    sa.ForeignKeyConstraint(['message_id'], ['messages.id'], ),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('message_id', 'part', name='each_part_once')
    )
    with op.batch_alter_table('replies', schema=None) as batch_op:
        batch_op.create_index('replies_of_conversation', ['conversation_id', 'id'], unique=False)

    _refuse_changes("service_entries")


def _refuse_changes(table: str) -> None:
    """The database itself keeps the books append-only: an update or delete fails, whoever tries."""
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} is append-only: write a reversing entry'); END"
            )
        return
    op.execute(
        f"CREATE FUNCTION {table}_append_only() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{table} is append-only: write a reversing entry'; END $$"
    )
    op.execute(
        f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
        f"FOR EACH STATEMENT EXECUTE FUNCTION {table}_append_only()"
    )


def downgrade() -> None:
    raise RuntimeError("There is nothing before the first revision; restore a backup instead.")
