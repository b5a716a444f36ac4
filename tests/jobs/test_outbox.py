"""The outbox: work belongs to the transaction that asks for it, is done once, and is never lost."""

import threading
from datetime import timedelta
from itertools import pairwise

import psycopg
import pytest
from celery import Celery
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from jobs import handlers, mail, outbox, running
from jobs.models import Job, Lane
from jobs.outbox import OutsideTransaction
from jobs.running import MOST_ATTEMPTS, Result, payload_of
from tests.accounts.mailbox import mails

KIND = "tests.note"


@pytest.fixture(autouse=True)
def a_broker_that_was_there(monkeypatch):
    """No test begins in the pause after another test's absent broker."""
    monkeypatch.setattr(outbox, "_away_until", 0.0)


class Broker:
    """A broker that remembers what it was given, or is away."""

    def __init__(self) -> None:
        self.carried: list[str] = []

    def send_task(self, name, kwargs, **options) -> None:
        assert set(kwargs) == {"job_id"}
        self.carried.append(kwargs["job_id"])


@pytest.fixture
def broker(monkeypatch):
    there = Broker()
    monkeypatch.setattr(outbox, "current_app", there)
    return there


@pytest.fixture
def no_broker(monkeypatch):
    """A real client whose broker does not answer. Gives the number of tries it was asked for."""
    client, tries = Celery(), []
    client.config_from_object("django.conf:settings", namespace="CELERY")
    client.conf.broker_url = "redis://127.0.0.1:1/0"
    real = client.send_task
    monkeypatch.setattr(client, "send_task", lambda *a, **k: tries.append(1) or real(*a, **k))
    monkeypatch.setattr(outbox, "current_app", client)
    return tries


@pytest.fixture
def handled(monkeypatch):
    """What the handler of this test's kind has done."""
    done = []
    monkeypatch.setitem(handlers._handlers, KIND, lambda job: done.append((job.args, payload_of(job))))
    return done


@pytest.fixture
def failing(monkeypatch):
    def fail(job):
        raise ValueError("a sentence with 山田さん in it")

    monkeypatch.setitem(handlers._handlers, KIND, fail)


def make_due(**more):
    Job.objects.update(due_at=timezone.now() - timedelta(minutes=1), **more)


@pytest.mark.django_db(transaction=True)
def test_work_outside_a_transaction_is_refused():
    with pytest.raises(OutsideTransaction):
        outbox.add(KIND)


@pytest.mark.django_db(transaction=True)
def test_the_id_is_handed_over_after_the_commit_only(broker):
    with transaction.atomic():
        job = outbox.add(KIND)
        before = list(broker.carried)

    assert before == []
    assert broker.carried == [str(job.pk)]


@pytest.mark.django_db(transaction=True)
def test_work_of_an_act_that_failed_was_never_asked_for(broker):
    def act():
        with transaction.atomic():
            outbox.add(KIND)
            raise DatabaseError

    with pytest.raises(DatabaseError):
        act()

    assert broker.carried == []
    assert Job.objects.count() == 0


def test_the_same_key_asks_for_the_same_work_once(db):
    first = outbox.add(KIND, key="claim-7", payload={"n": 1})
    second = outbox.add(KIND, key="claim-7", payload={"n": 2})

    assert first.pk == second.pk
    assert Job.objects.count() == 1
    assert payload_of(second) == {"n": 1}


def test_what_is_personal_is_sealed(db):
    mail.send_later(to="hanako@example.jp", subject="件名", text="本文です")

    row = repr(Job.objects.values())

    assert "hanako" not in row
    assert "本文" not in row


def test_done_work_is_marked_emptied_and_not_done_again(db, handled):
    job = outbox.add(KIND, payload={"text": "秘密"}, claim="7")

    results = [running.run(job.pk), running.run(job.pk)]

    assert results == [Result.DONE, Result.NOT_WAITING]
    assert handled == [({"claim": "7"}, {"text": "秘密"})]
    job.refresh_from_db()
    assert job.done_at is not None
    assert job.payload_sealed is None


def test_failing_work_waits_longer_each_time_and_is_given_up_after_eight(db, failing):
    job = outbox.add(KIND, payload={"text": "秘密"})
    pauses = []

    for _ in range(MOST_ATTEMPTS):
        make_due()
        assert running.run(job.pk) is Result.FAILED
        job.refresh_from_db()
        pauses.append(job.due_at - timezone.now())

    assert all(earlier < later for earlier, later in pairwise(pauses[:-1]))
    assert job.failed_at is not None
    assert job.payload_sealed is None
    assert running.run(job.pk) is Result.NOT_WAITING


def test_an_error_is_kept_without_its_words(db, failing, caplog):
    job = outbox.add(KIND)

    running.run(job.pk)

    job.refresh_from_db()
    assert job.last_error == "ValueError"
    assert "山田" not in caplog.text


def test_work_that_failed_is_not_done_before_its_pause_is_over(db, failing):
    job = outbox.add(KIND)
    running.run(job.pk)

    assert running.run(job.pk) is Result.NOT_WAITING
    assert running.run_due() == 0


def test_work_nobody_knows_is_put_back_not_lost(db):
    job = outbox.add("tests.unknown")

    assert running.run(job.pk) is Result.FAILED
    job.refresh_from_db()
    assert job.last_error == "UnknownKind"


def test_two_handlers_for_one_kind_are_refused():
    with pytest.raises(ValueError, match="already"):
        handlers.handles(mail.KIND)(lambda job: None)


@pytest.mark.django_db(transaction=True)
def test_what_a_failed_handler_stored_is_rolled_back(monkeypatch, broker):
    def half(job):
        Job.objects.create(kind="tests.trace", due_at=timezone.now())
        raise ValueError

    monkeypatch.setitem(handlers._handlers, KIND, half)
    with transaction.atomic():
        job = outbox.add(KIND)

    running.run(job.pk)

    assert not Job.objects.filter(kind="tests.trace").exists()


@pytest.mark.django_db(transaction=True)
def test_when_the_connection_dies_in_the_middle_the_work_is_done_later(monkeypatch, broker):
    deaths, done = [], []

    def work(job):
        if not deaths:
            deaths.append(1)
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")
        done.append(job.pk)

    monkeypatch.setitem(handlers._handlers, KIND, work)
    with transaction.atomic():
        job = outbox.add(KIND)

    first = running.run(job.pk)
    make_due()
    second = running.run(job.pk)

    assert (first, second) == (Result.FAILED, Result.DONE)
    assert done == [job.pk]


@pytest.mark.django_db(transaction=True)
def test_a_killed_workers_work_is_free_at_once(handled, broker):
    with transaction.atomic():
        job = outbox.add(KIND)
    values = connection.settings_dict
    worker = psycopg.connect(host=values["HOST"], user=values["USER"], dbname=values["NAME"])
    worker.execute("SELECT 1 FROM jobs_job WHERE id = %s FOR UPDATE", [job.pk])

    while_it_works = running.run(job.pk)
    worker.close()
    result = until_free(job)

    assert (while_it_works, result) == (Result.NOT_WAITING, Result.DONE)


def until_free(job):
    """PostgreSQL notices the closed connection by itself; ask it to end the session before looking."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM jobs_job WHERE id = %s FOR UPDATE", [job.pk])
    return running.run(job.pk)


@pytest.mark.django_db(transaction=True)
def test_a_job_that_kills_its_worker_does_not_try_for_ever(handled, broker):
    with transaction.atomic():
        job = outbox.add(KIND)
    Job.objects.update(attempts=MOST_ATTEMPTS)

    assert running.run(job.pk) is Result.NOT_WAITING
    job.refresh_from_db()
    assert (job.failed_at is not None, job.last_error) == (True, "worker lost")


@pytest.mark.django_db(transaction=True)
def test_twelve_workers_do_it_once(handled, broker):
    with transaction.atomic():
        job = outbox.add(KIND)
    gate, results = threading.Barrier(12), []

    def work():
        gate.wait()
        results.append(running.run(job.pk))
        connection.close()

    threads = [threading.Thread(target=work) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert results.count(Result.DONE) == 1
    assert len(handled) == 1


@pytest.mark.django_db(transaction=True)
def test_with_the_broker_away_the_act_succeeds_and_the_job_waits(no_broker, handled):
    with transaction.atomic():
        job = outbox.add(KIND)
    make_due()

    assert running.sweep() == 0
    assert running.run_due() == 1
    job.refresh_from_db()
    assert job.done_at is not None


@pytest.mark.django_db(transaction=True)
def test_two_hundred_jobs_with_the_broker_away_wait_for_one_timeout(no_broker):
    with transaction.atomic():
        for _ in range(200):
            outbox.add(KIND)

    assert Job.objects.count() == 200
    assert len(no_broker) == 1


def test_the_sweeper_hands_over_what_waits_and_leaves_the_rest(db, broker, handled):
    waiting, done, later, fresh = (outbox.add(KIND) for _ in range(4))
    running.run(done.pk)
    make_due()
    Job.objects.filter(pk=later.pk).update(due_at=timezone.now() + timedelta(minutes=5))
    Job.objects.filter(pk=fresh.pk).update(due_at=timezone.now())

    carried = running.sweep()

    assert carried == 1
    assert broker.carried == [str(waiting.pk)]


def test_work_in_bulk_is_handed_over_once_a_minute_until_it_is_done(db, broker, handled):
    waiting = outbox.add(KIND, lane=Lane.BULK)
    Job.objects.update(due_at=timezone.now() - timedelta(seconds=30))
    assert running.sweep() == 0
    Job.objects.update(due_at=timezone.now() - timedelta(seconds=61))

    assert [running.sweep(), running.sweep()] == [1, 0]
    assert running.run(waiting.pk) is Result.DONE


def test_expired_work_is_emptied_and_never_done(db, handled):
    swept = outbox.add(KIND, payload={"code": "123456"}, expires_at=timezone.now() - timedelta(seconds=1))
    run = outbox.add(KIND, payload={"code": "123456"}, expires_at=timezone.now() - timedelta(seconds=1))
    lasting = outbox.add(KIND, payload={"code": "1"}, expires_at=timezone.now() + timedelta(minutes=1))

    result = running.run(run.pk)
    emptied = running.empty_expired()

    assert (result, emptied, handled) == (Result.EXPIRED, 1, [])
    for job in (swept, run):
        job.refresh_from_db()
        assert (job.payload_sealed, job.last_error) == (None, "expired")
    lasting.refresh_from_db()
    assert lasting.payload_sealed is not None


def test_a_mail_arrives_with_everything_and_only_once(db, run_jobs, mail_folder):
    mail.send_later(to="hanako@example.jp", subject="件名\n改行", text="本文です\n")

    assert run_jobs() == 1
    assert run_jobs() == 0
    (sent,) = mails(mail_folder)
    assert sent["To"] == "hanako@example.jp"
    assert sent["Auto-Submitted"] == "auto-generated"
    assert sent.get_payload(decode=True).decode().strip() == "本文です"
    assert not Job.objects.filter(payload_sealed__isnull=False).exists()


def test_a_mail_that_is_sent_twice_says_it_is_the_same(db, mail_folder):
    job = mail.send_later(to="hanako@example.jp", subject="件名", text="本文")

    mail.send(job)
    mail.send(job)

    assert len({sent["Message-ID"] for sent in mails(mail_folder)}) == 1


def test_the_mail_server_away_means_later_not_never(db, settings, run_jobs, mail_folder, monkeypatch):
    backend = settings.EMAIL_BACKEND
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    mail.send_later(to="hanako@example.jp", subject="件名", text="本文")
    assert run_jobs() == 0

    settings.EMAIL_BACKEND = backend
    make_due()

    assert run_jobs() == 1
    assert len(mails(mail_folder)) == 1
