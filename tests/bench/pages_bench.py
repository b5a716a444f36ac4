"""Requests a second of a facility's claim page, beside a bare view that reads one row: same server, same run."""

import http.client
import os
import socket
import statistics
import subprocess
import sys
import threading
import time
from importlib import import_module
from typing import Any

from django.conf import settings

from accounts.models import EmailCodeDevice, User
from claims.models import Claim
from portal.demo import cast
from tests.bench.city import open_city

SECONDS = 5.0
CLIENTS = 4
ROUNDS = 3
# Seconds for an answer: on a machine that does something else, too, figures get worse, but do not break off.
PATIENCE = 60.0


def measure() -> dict[str, Any]:
    """Three rounds of both, in turn; medians."""
    with open_city():
        claim = (
            Claim.objects.filter(facility__number=cast.KINDERGARTEN, outside=False).order_by("month").first()
        )
        assert claim is not None
        page = f"/f/{cast.KINDERGARTEN}/claims/{claim.pk}/"
    cookie = signed_in(cast.PEOPLE[0].login_id)
    real, bare = _serve("config.wsgi:application"), _serve("tests.bench.bare:application")
    try:
        rounds = [(_load(real.port, page, cookie), _load(bare.port, "/", "")) for _ in range(ROUNDS)]
        weight = _weight(real.port, page, cookie)
    finally:
        real.stop()
        bare.stop()
    ours = statistics.median(one for one, _ in rounds)
    theirs = statistics.median(other for _, other in rounds)
    return {
        "claim_page_per_second": round(ours, 1),
        "bare_view_per_second": round(theirs, 1),
        "ratio": round(ours / theirs, 3),
        "clients": CLIENTS,
        "claim_page_gzip_bytes": weight,
    }


class _Server:
    def __init__(self, application: str) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port: int = probe.getsockname()[1]
        command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--no-ws"]
        self.process = subprocess.Popen(
            [*command, "--port", str(self.port), "--workers", "2", "--blocking-threads", "2", application],
            env=os.environ,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        for _ in range(200):
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
                return
            except OSError:
                time.sleep(0.1)

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(20)


def _serve(application: str) -> _Server:
    return _Server(application)


def signed_in(login_id: str) -> str:
    from accounts import sessions

    user = User.objects.get(login_id=login_id)
    store = import_module(settings.SESSION_ENGINE).SessionStore()
    store["_auth_user_id"] = str(user.pk)
    store["_auth_user_backend"] = "accounts.backends.AccountBackend"
    store["_auth_user_hash"] = user.get_session_auth_hash()
    store["otp_device_id"] = EmailCodeDevice.objects.get(user=user).persistent_id
    sessions.begin(store, user)
    store.save()
    return f"{settings.SESSION_COOKIE_NAME}={store.session_key}"


def _load(port: int, path: str, cookie: str) -> float:
    answered = [0] * CLIENTS
    end = time.perf_counter() + SECONDS

    def client(place: int) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
        while time.perf_counter() < end:
            connection.request("GET", path, headers={"Cookie": cookie})
            answer = connection.getresponse()
            answer.read()
            if answer.status != 200:
                raise RuntimeError(f"{path} answered {answer.status}")
            answered[place] += 1

    threads = [threading.Thread(target=client, args=(place,)) for place in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(answered) / SECONDS


def _weight(port: int, path: str, cookie: str) -> int:
    import gzip

    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    connection.request("GET", path, headers={"Cookie": cookie})
    return len(gzip.compress(connection.getresponse().read()))
