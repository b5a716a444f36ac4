"""``manage.py up``: the whole system on one machine, until Ctrl-C."""

import hashlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import FrameType
from typing import Any

import psycopg
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser

from portal import running
from portal.servers import (
    APPLICATION_ROLE,
    DATABASE,
    KEY_STORE,
    OWNER_ROLE,
    Postgres,
    ServerDidNotStart,
    Valkey,
    ensure_secrets,
)
from portal.supervising import AlreadyRunning, House, Part, PartFailed, hold, require_free, wait_until_answers

NEXT_STEP = (
    "市区町村がまだありません。この画面はそのままにして、もう1つの端末で登録してください。"
    "管理者の氏名とメールアドレスを聞かれます:\n"
    "  make city CODE=市区町村コード6桁 NAME=市区町村の名前 LOGIN=管理者のID\n"
)


class Command(BaseCommand):
    help = "Start PostgreSQL, Valkey, web, worker and beat; load the demo city when the database is empty."
    requires_system_checks = []  # noqa: RUF012  Django declares it as an instance value

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", type=int, default=int(os.environ.get("PORT", "8000")))
        parser.add_argument("--empty", action="store_true", help="do not load the demo city")

    def handle(self, *args: Any, port: int, empty: bool, **options: Any) -> None:
        self.began = time.monotonic()
        self.stopped = False
        for wanted in (signal.SIGINT, signal.SIGTERM):
            signal.signal(wanted, self._stop)
        var: Path = settings.VAR_DIR
        house = House(self._say)
        try:
            with hold(var):
                running.forget(var)
                require_free(port)
                try:
                    self._run(house, var, port, empty=empty)
                finally:
                    running.forget(var)
                    house.stop()
                    self._say("stopped")
        except (AlreadyRunning, ServerDidNotStart, PartFailed) as problem:
            self.stderr.write(str(problem))
            sys.exit(1)
        except subprocess.CalledProcessError as problem:
            if not self.stopped:
                self.stderr.write(f"{' '.join(problem.cmd[1:4])} failed: see {var / 'log'}")
                sys.exit(1)

    def _run(self, house: House, var: Path, port: int, *, empty: bool) -> None:
        environment = self._environment(house, var, port)
        self._manage(environment, "migrate_all", HAGUKUMI_DB_ROLE="owner")
        self._say("database is up to date")
        self._collect_static(environment, var)
        if settings.DEMO and not empty and self._is_empty(environment["DATABASE_URL"]):
            self._manage(environment, "seed_demo", "--if-empty")
        self._start_parts(house, environment, var, port)
        wait_until_answers(
            f"http://127.0.0.1:{port}/healthz/ready", house.parts[0], stopped=lambda: self.stopped
        )
        if self.stopped:
            return
        running.tell(var, environment)
        self._say("ready")
        self.stdout.write(f"\nはぐくみ請求  {environment['SITE_URL']}/\n")
        if empty and self._is_empty(environment["DATABASE_URL"]):
            self.stdout.write(NEXT_STEP)
        if settings.DEMO:
            if not empty:
                call_command("seed_demo", "--print-accounts", stdout=self.stdout)
            self.stdout.write(f"メール (確認コードなど): {settings.MAIL_FOLDER}/\n")
        self.stdout.write("止めるには Ctrl-C を押してください。\n")
        self.stdout.flush()
        while not self.stopped:
            house.watch_once()
            time.sleep(0.3)

    def _environment(self, house: House, var: Path, port: int) -> dict[str, str]:
        environment = {**ensure_secrets(var), **os.environ, "PORT": str(port), "HAGUKUMI_VAR": str(var)}
        # The settings of this very process hold stand-ins when no secret was given; children get the kept ones.
        environment |= ensure_secrets(var)
        environment.setdefault("SITE_URL", f"http://127.0.0.1:{port}")
        databases = {"DATABASE": DATABASE, "KEY_STORE": KEY_STORE}
        own = {name: kept for name, kept in databases.items() if f"{name}_URL" not in os.environ}
        if own:
            house.postgres = Postgres(var)
            house.postgres.start()
            house.postgres.prepare()
            for name, database in own.items():
                environment[f"{name}_URL"] = house.postgres.url(APPLICATION_ROLE, database)
                environment[f"{name}_OWNER_URL"] = house.postgres.url(OWNER_ROLE, database)
            self._say("PostgreSQL is ready")
        if "REDIS_URL" not in os.environ:
            house.valkey = Valkey(var)
            house.valkey.start()
            environment["REDIS_URL"] = house.valkey.url
            self._say("Valkey is ready")
        return environment

    def _start_parts(self, house: House, environment: dict[str, str], var: Path, port: int) -> None:
        logs = var / "log"
        logs.mkdir(exist_ok=True, mode=0o700)
        (var / "beat").mkdir(exist_ok=True, mode=0o700)
        python = sys.executable
        celery = [python, "-m", "celery", "-A", "config"]
        web = [python, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port)]
        commands = {
            "web": [*web, "--workers", "2", "--blocking-threads", "2", "--no-ws", "config.wsgi:application"],
            "worker": [*celery, "worker", "-c", "2", "-l", "INFO", "--without-gossip", "--without-mingle"],
            "beat": [*celery, "beat", "-l", "WARNING", "--pidfile="],
        }
        for name, command in commands.items():
            part = Part(name, command, environment, settings.BASE_DIR, logs / f"{name}.log")
            part.start()
            house.parts.append(part)

    def _collect_static(self, environment: dict[str, str], var: Path) -> None:
        """Four seconds saved at every start: collected again only when something it collects has changed."""
        digest = hashlib.sha256((settings.BASE_DIR / "requirements.lock").read_bytes())
        for path in sorted((settings.BASE_DIR / "static").rglob("*")):
            if path.is_file():
                digest.update(f"{path}{path.stat().st_mtime_ns}{path.stat().st_size}".encode())
        mark = var / "static.collected"
        if mark.exists() and mark.read_text() == digest.hexdigest() and settings.STATIC_ROOT.exists():
            return
        self._manage(environment, "collectstatic", "--noinput", "-v0")
        mark.write_text(digest.hexdigest())
        self._say("static files are collected")

    def _is_empty(self, database_url: str) -> bool:
        """Asked here and not in a child: a second start should not wait for another Django to load."""
        with psycopg.connect(database_url) as database:
            found = database.execute("SELECT NOT EXISTS (SELECT FROM facilities_municipality)").fetchone()
        return bool(found and found[0])

    def _manage(self, environment: dict[str, str], *arguments: str, **extra: str) -> None:
        if not self.stopped:
            subprocess.run(
                [sys.executable, "manage.py", *arguments],
                env={**environment, **extra},
                cwd=settings.BASE_DIR,
                check=True,
            )

    def _say(self, words: str) -> None:
        self.stdout.write(f"[{time.monotonic() - self.began:5.1f}s] {words}")
        self.stdout.flush()

    def _stop(self, number: int, frame: FrameType | None) -> None:
        self.stopped = True
