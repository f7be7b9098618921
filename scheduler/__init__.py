"""What starts work: the clock (daemon.py) and the hand (cli.py)."""

import storage  # noqa: F401 - before sqlite-utils: see there
