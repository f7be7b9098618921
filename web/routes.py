"""All addresses of the site, in the order in which they are tried."""

from __future__ import annotations

from web import health, leaving, readers, searches
from web.route import Route

ROUTES: tuple[Route, ...] = (*leaving.ROUTES, *readers.ROUTES, *searches.ROUTES, *health.ROUTES)
