"""What the parts of the service share."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from wirewatch.config import Config


@dataclass(slots=True)
class Service:
    """The configuration in force (a reload replaces it: ask for it anew each time), and the wish to stop."""

    config: Config
    stop: asyncio.Event = field(default_factory=asyncio.Event)
