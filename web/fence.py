"""What Datasette may see of the file: an allow-list of tables, kept by SQLite itself on each of its connections.

Readers' addresses, searches and mails, keys and the ledger lie in the same file. Three things keep them in:
Datasette is told of the public tables only, its permissions deny every other one, and SQLite's authorizer
refuses the statement that touches one, whatever road it came by. Nothing here depends on the other two.
"""

from __future__ import annotations

from typing import Any

from datasette.database import Database
from datasette.utils.sqlite import sqlite3

PUBLIC = frozenset({"articles", "changes", "matches", "stories", "versions"})
"""Tables anyone may read. A new table is private until it is named here."""

_SCHEMA = frozenset({"sqlite_master", "sqlite_schema"})
_PRAGMAS = frozenset({"schema_version", "database_list"})
_TABLE_PRAGMAS = frozenset({"table_info", "table_xinfo", "foreign_key_list", "index_list", "index_info", "index_xinfo"})
_ALWAYS = frozenset({sqlite3.SQLITE_SELECT, sqlite3.SQLITE_RECURSIVE})


def fence(connection: Any) -> None:
    """Let ``connection`` read the public tables and the schema, and nothing else."""
    connection.set_authorizer(_authorize)


def _authorize(action: int, first: str | None, second: str | None, _database: str | None, _inner: str | None) -> int:
    return int(sqlite3.SQLITE_OK if _is_allowed(action, first, second) else sqlite3.SQLITE_DENY)


def _is_allowed(action: int, first: str | None, second: str | None) -> bool:
    name = (first or "").lower()
    if action == sqlite3.SQLITE_READ:
        return name in PUBLIC or name in _SCHEMA or name in ("", "json_each", "json_tree")
    if action == sqlite3.SQLITE_FUNCTION:
        return (second or "").lower() not in ("load_extension", "fts3_tokenizer")
    if action == sqlite3.SQLITE_PRAGMA:
        return name in _PRAGMAS or (name in _TABLE_PRAGMAS and (second or "").lower() in PUBLIC)
    return action in _ALWAYS


class PublicDatabase(Database):
    """The file as Datasette is shown it: read-only, fenced, without a word of the private tables."""

    def connect(self, write: bool = False) -> Any:
        """A fenced connection; there is none for writing.

        Raises:
            PermissionError: one for writing was asked for.
        """
        if write:
            raise PermissionError("Datasette only reads this file")
        connection = super().connect()
        connection.execute("PRAGMA query_only=1")
        fence(connection)
        return connection

    async def execute(self, sql: str, *args: Any, **options: Any) -> Any:
        """As Datasette's, without its line on standard error for each statement that is refused."""
        return await super().execute(sql, *args, **{**options, "log_sql_errors": False})

    async def table_names(self) -> list[str]:
        """The public tables that are there."""
        return [name for name in await super().table_names() if name in PUBLIC]

    async def table_exists(self, table: str) -> bool:
        """False for a private table."""
        return table in PUBLIC and await super().table_exists(table)

    async def hidden_table_names(self) -> list[str]:
        """None: what is not public is not there."""
        return []

    async def view_names(self) -> list[str]:
        """None: the file has no public view."""
        return []

    async def get_all_foreign_keys(self) -> dict[str, Any]:
        """The links between public tables, in both directions."""
        keys: dict[str, Any] = {}
        for name in await self.table_names():
            keys[name] = {"incoming": [], "outgoing": []}
        for name in keys:
            for key in await self.foreign_keys_for_table(name):
                keys[name]["outgoing"].append(key)
                keys[key["other_table"]]["incoming"].append(
                    {"other_table": name, "column": key["other_column"], "other_column": key["column"]}
                )
        return keys

    async def foreign_keys_for_table(self, table: str) -> list[dict[str, Any]]:
        """The links of a public table to other public tables."""
        if table not in PUBLIC:
            return []
        return [key for key in await super().foreign_keys_for_table(table) if key["other_table"] in PUBLIC]
