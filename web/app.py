"""The site: Datasette over the one file, with our pages as a plugin, as an ASGI application."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from datasette.app import Datasette
from datasette.plugins import pm
from sqlite_utils import Database

from storage.articles import ensure_index
from storage.secrets import get_key
from web import plugin
from web.cards import Chains
from web.connections import Connections
from web.fence import PUBLIC, PublicDatabase
from web.guard import App
from web.operator import Attempts
from wirewatch.config import Config

DATA = "data"
"""Name of the file in Datasette's addresses: ``/data/articles``."""
_KEY = "web-key"
_FOLDER = Path(__file__).parent
_SETTINGS = {
    "default_allow_sql": False,
    "allow_download": False,
    "default_page_size": 50,
    "max_returned_rows": 1000,
    "num_sql_threads": 2,
    "sql_time_limit_ms": 1000,
    "suggest_facets": False,
    "truncate_cells_html": 300,
}
_METADATA = {
    "title": "Wirewatch: the tables",
    "databases": {
        DATA: {
            "tables": {
                "articles": {"label_column": "title", "sort_desc": "sort_time"},
                "stories": {"label_column": "title"},
                "matches": {"description": "Why an article is here: a row for each topic or search that fired"},
            }
        }
    },
}


class ReadingRoom(Datasette):
    """The pages over ``config.database``. ``operator`` is told from a stranger by the token of the configuration."""

    def __init__(self, config: Config, secret: str, prefix: str) -> None:
        self.config = config
        self.connections = Connections(config.database)
        self.chains = Chains(config.sources)
        self.attempts = Attempts()
        self.operator_token = config.operator_token()
        super().__init__(
            settings={**_SETTINGS, "base_url": prefix},
            metadata=_METADATA,
            template_dir=str(_FOLDER / "datasette"),
            static_mounts=[("static", str(_FOLDER / "static"))],
            secret=secret,
        )
        self.databases.clear()  # its in-memory databases serve no page of ours
        self.add_database(PublicDatabase(self, str(config.database)), DATA)

    async def refresh_schemas(self) -> None:
        """Nothing: Datasette keeps a list of all tables in memory for plugins that we do not have."""

    async def permission_allowed(self, actor: Any, action: str, resource: Any = None, default: Any = False) -> bool:  # noqa: ARG002
        """What anyone may: see the public tables. SQL, held to the same tables, is the operator's."""
        if action == "view-instance":
            return True
        if action == "view-database":
            return bool(resource == DATA)
        if action == "view-table":
            return resource[0] == DATA and resource[1] in PUBLIC
        return action == "execute-sql" and resource == DATA and actor == plugin.OPERATOR

    def address(self, path: str) -> str:
        """``path`` (from ``/``) under the site's prefix."""
        return str(self.setting("base_url")) + path.lstrip("/")

    def public_address(self, path: str) -> str:
        """The whole address of ``path``, as ``mail.base_url`` has it: for feeds and mails."""
        return f"{self.config.settings.mail.base_url.rstrip('/')}/{path.lstrip('/')}"

    @property
    def is_secure(self) -> bool:
        """Whether readers reach the site over TLS, so that cookies may ask for it."""
        return self.config.settings.mail.base_url.startswith("https:")

    def close(self) -> None:
        """End the threads and connections."""
        self.connections.close()
        if self.executor:
            self.executor.shutdown()
        for database in self.databases.values():
            database.close()


def make_room(config: Config, db: Database) -> ReadingRoom:
    """The site over the file of ``config``; ``db`` is open for writing, and only used here.

    The prefix under which a reverse proxy shows the site is the path of ``mail.base_url``; requests may come
    with it or without.
    """
    ensure_index(db, config.sources)
    prefix = urlsplit(config.settings.mail.base_url).path.rstrip("/") + "/"
    return ReadingRoom(config, get_key(db, _KEY).hex(), prefix)


def make_app(room: ReadingRoom) -> App:
    """The ASGI application of ``room``."""
    app: App = room.app()
    return app


def _register() -> None:
    """Our plugin in, and those of Datasette's that we do without out: they print, or open doors of their own."""
    if pm.has_plugin(plugin.NAME):
        return
    for name in ("datasette.handle_exception", "datasette.actor_auth_cookie", "datasette.default_menu_links"):
        pm.unregister(name=name)
    pm.register(plugin, plugin.NAME)


_register()
