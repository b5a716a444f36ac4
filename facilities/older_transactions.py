"""
Waiting until whoever began earlier has come to an end.

Who began a transaction earlier may still hold what it read then, and may still write it back. After the wait nobody
does. Asked of ``pg_stat_activity``, where a role sees its own sessions: those of every process of the house.
"""

import time

from django.db import connection

PAUSE_SECONDS = 0.05
RUNNING = """
SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()
  AND xact_start <= %s
"""


def wait_for_older_transactions(patience: float) -> bool:
    """
    Wait until every transaction that runs now has ended; False when one goes on after ``patience`` seconds.

    Call it outside a transaction, after the commit that others must have seen.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        now = cursor.fetchone()[0]
        end = time.monotonic() + patience
        while True:
            cursor.execute(RUNNING, [now])
            if not cursor.fetchone()[0]:
                return True
            if time.monotonic() > end:
                return False
            time.sleep(PAUSE_SECONDS)  # PostgreSQL offers nothing to wait on
