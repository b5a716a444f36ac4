"""What a page asks of both databases, and what every page asks."""

import re
from typing import Any

from django.db import connections
from django.test.utils import CaptureQueriesContext

from person_keys.router import KEY_STORE

# Beginnings and ends of transactions ask nothing. Inside a test they are savepoints.
TRANSACTIONS = re.compile(r"(SAVEPOINT|RELEASE SAVEPOINT|BEGIN|COMMIT)\b")
# The session, the account with its second factor, the memberships, the scope, and the page's event.
EVERY_PAGE = 5
# The target of the house for any page.
MOST = 12


def asked_by(browser: Any, path: str) -> int:
    """The messages to both databases in answer to a GET, all but beginnings and ends of transactions. It succeeds."""
    with (
        CaptureQueriesContext(connections["default"]) as rows,
        CaptureQueriesContext(connections[KEY_STORE]) as keys,
    ):
        answer = browser.get(path)
    assert answer.status_code == 200, path
    return sum(not TRANSACTIONS.match(one["sql"]) for one in [*rows.captured_queries, *keys.captured_queries])
