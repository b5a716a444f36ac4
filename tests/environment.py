"""
The environment of a test process, as a pytest plugin: settings are read before any conftest, so it must be set here.

The place for state is a folder of this process alone; whatever the shell says about real servers is forgotten.
"""

import gc
import os
import sys
import tempfile
from pathlib import Path

from portal.servers import ensure_secrets

# Python would look through every live object for garbage again and again: an eighth of a process's time.
gc.set_threshold(100_000, 20, 100)
# A shell may forbid it; then every process would look at eight thousand asserts anew, five seconds long.
sys.dont_write_bytecode = False
VAR = Path(tempfile.mkdtemp(prefix="hgk"))
os.environ["HAGUKUMI_ENV"] = "test"
os.environ["HAGUKUMI_VAR"] = str(VAR)
for name in (
    "DATABASE_URL",
    "DATABASE_OWNER_URL",
    "KEY_STORE_URL",
    "KEY_STORE_OWNER_URL",
    "REDIS_URL",
    "HAGUKUMI_DB_ROLE",
    "ENTRANCES",
    "PORT",
):
    os.environ.pop(name, None)
os.environ.update(ensure_secrets(VAR))
(VAR / "static").mkdir()  # WhiteNoise asks for the folder of collected files; tests serve none
