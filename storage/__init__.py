"""The one SQLite file: migrations and one module a noun."""

import sys

if "sqlite_utils" not in sys.modules and "numpy" not in sys.modules:
    sys.modules["numpy"] = None  # type: ignore[assignment] # sqlite-utils would load it for column types we do not use
    import sqlite_utils  # noqa: F401

    del sys.modules["numpy"]
