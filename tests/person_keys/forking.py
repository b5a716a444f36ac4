"""
``python -m tests.person_keys.forking``: ``rotate_keys`` in a process of its own for every line of arguments read.

Loading the product takes a hundred times longer than the instant at which such a process is to be killed: it is
loaded once, and every process is a fork of that. After each one's own words a line says its id or how it ended.
"""

import os
import sys

import django
from django.core.management import call_command, get_commands, load_command_class


def main() -> None:
    """Until there are no more lines."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    command = load_command_class(get_commands()["rotate_keys"], "rotate_keys")
    for line in sys.stdin:
        pid = os.fork()
        if not pid:
            sys.stderr = open(os.devnull, "w")  # noqa: SIM115  for as long as the process lives
            try:
                call_command(command, *line.split())
            except SystemExit as end:
                os._exit(int(end.code or 0))
            except BaseException:
                os._exit(70)
            os._exit(0)
        sys.stdout.write(f"\nbegun {pid}\n")
        _, status = os.waitpid(pid, 0)
        sys.stdout.write(f"\nended {os.waitstatus_to_exitcode(status)}\n")


if __name__ == "__main__":
    main()
