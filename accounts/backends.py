"""Checking a password, with the same work for accounts that do not exist."""

from threading import BoundedSemaphore
from typing import Any
from uuid import UUID

from django.contrib.auth.backends import BaseBackend
from django.contrib.auth.hashers import make_password
from django.http import HttpRequest

from accounts.lockout import normalise
from accounts.models import EmailCodeDevice, User
from asking import together

# Argon2 takes 100 MiB and a tenth of a second a check: a flood of logins must wait, not exhaust the machine.
_hashing = BoundedSemaphore(4)


class AccountBackend(BaseBackend):
    """Accounts by login id; a stopped account is nobody, at once and everywhere."""

    def authenticate(
        self, request: HttpRequest | None, login_id: str = "", password: str = "", **credentials: Any
    ) -> User | None:
        """The account, when id and password fit and it is not stopped."""
        user = User.objects.filter(login_id=normalise(login_id)).first()
        with _hashing:
            if user is None:
                make_password(password)  # as long as a real check, so that time does not tell who exists
                return None
            return user if user.check_password(password) and user.is_active else None

    def get_user(self, user_id: UUID) -> User | None:
        """Asked at every request of a session: the account together with its second factor, in one round trip."""
        users, devices = together(
            User.objects.filter(pk=user_id, is_active=True), EmailCodeDevice.objects.filter(user=user_id)
        )
        for user in users:
            user.devices = devices
        return next(iter(users), None)
