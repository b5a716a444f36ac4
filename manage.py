#!/usr/bin/env python
"""Django's command line. Beside a running ``manage.py up`` a command takes that house's environment."""

import gc
import os
import sys
from pathlib import Path

from portal import running

try:
    from django.core.management import execute_from_command_line
except ModuleNotFoundError:
    sys.exit(
        "このPythonにはDjangoが入っていません。.venv/bin/python manage.py … か make help の命令を使ってください。"
    )

if __name__ == "__main__":
    # Commands are short and make many objects that stay: looking for garbage at every turn took an eighth of the time.
    gc.set_threshold(100_000, 20, 100)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    for name, value in running.found(sys.argv, os.environ, Path(__file__).resolve().parent).items():
        os.environ.setdefault(name, value)
    execute_from_command_line(sys.argv)
