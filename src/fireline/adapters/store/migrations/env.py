"""Alembic's entry point; `fireline.adapters.store.migrate` hands it the connection."""

from alembic import context

from fireline.adapters.store.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transactional_ddl=True,
    transaction_per_migration=False,
)
context.run_migrations()
