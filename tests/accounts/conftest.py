"""The door as the tests use it: さくら園's clerk, her mailbox, and a browser that waits for the code."""

import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher, make_password

from tests import cast
from tests.accounts.mailbox import mailed_code
from tests.accounts.mailbox import type_password as given_password
from tests.cast import make_city, make_facility


@pytest.fixture(autouse=True)
def quick_hashing(monkeypatch):
    """Argon2 with the smallest cost: these tests log in some hundred times."""
    for name, least in (("time_cost", 1), ("memory_cost", 64), ("parallelism", 1)):
        monkeypatch.setattr(Argon2PasswordHasher, name, least)
    monkeypatch.setattr(cast, "HASHED_PASSWORD", make_password(cast.PASSWORD))


@pytest.fixture
def sakura(db):
    return make_facility(make_city())


@pytest.fixture
def at_the_code(sakura, run_jobs, mail_folder):
    """A browser that has given the right password, and the code that was mailed."""
    browser = given_password(sakura)
    run_jobs()
    return browser, mailed_code(mail_folder)
