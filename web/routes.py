"""All addresses of the site, in the order in which they are tried."""

from __future__ import annotations

from web import (
    front,
    health,
    leaving,
    openapi,
    operator,
    readers,
    search,
    searches,
    sources,
    story,
    subjects,
    subscribe,
)
from web.route import Route

ROUTES: tuple[Route, ...] = (
    *front.ROUTES,
    *search.ROUTES,
    *story.ROUTES,
    *sources.ROUTES,
    *subjects.ROUTES,
    *subscribe.ROUTES,
    *readers.ROUTES,
    *searches.ROUTES,
    *leaving.ROUTES,
    *operator.ROUTES,
    *openapi.ROUTES,
    *health.ROUTES,
)
