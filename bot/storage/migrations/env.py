"""Alembic's entry: migrates the database whose URL the caller set."""

from alembic import context
from sqlalchemy import create_engine, pool

from bot.storage import book_tables, casework_tables, desk_tables, handover_tables, office_tables, staff_notice_tables, staff_tables, wechat_tables  # noqa: F401  their tables belong to the same metadata
from bot.storage.tables import Base

engine = create_engine(context.config.attributes["url"], poolclass=pool.NullPool, future=True)
with engine.begin() as connection:
    context.configure(connection=connection, target_metadata=Base.metadata, render_as_batch=True)
    with context.begin_transaction():
        context.run_migrations()
