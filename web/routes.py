"""All addresses of the site, in the order in which they are tried."""

from __future__ import annotations

from web import front, health, leaving, search, sources, story, subjects
from web.route import Route

ROUTES: tuple[Route, ...] = (
    *front.ROUTES,
    *search.ROUTES,
    *story.ROUTES,
    *sources.ROUTES,
    *subjects.ROUTES,
    *leaving.ROUTES,
    *health.ROUTES,
)
