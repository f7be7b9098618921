"""All addresses of the site, in the order in which they are tried."""

from __future__ import annotations

from web import front, health, leaving, search, story
from web.route import Route

ROUTES: tuple[Route, ...] = (*front.ROUTES, *search.ROUTES, *story.ROUTES, *leaving.ROUTES, *health.ROUTES)
