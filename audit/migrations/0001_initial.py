"""
The append-only event table.

- Partitioned by month (JST), so that retention drops a partition instead of deleting rows.
- The application role may insert and select, nothing else; triggers refuse UPDATE and DELETE even to the owner.
- Row-level security: everybody may add; a city reads its own rows only (and only with the whole city in scope).
- Partitions are made by ``audit_make_partitions``, which runs as the owner with a pinned search path, because the
  application role owns nothing. Without a month's partition, rows fall into the default partition, never away.
"""

from typing import ClassVar

from django.db import migrations, models
from django.db.migrations.operations.base import Operation

TABLE = """
CREATE TABLE audit_event (
    id uuid NOT NULL,
    number bigint GENERATED ALWAYS AS IDENTITY,
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    request_id uuid NOT NULL,
    municipality_id uuid,
    facility_id uuid,
    actor_id text NOT NULL,
    actor_label text NOT NULL,
    actor_role text NOT NULL,
    address text NOT NULL,
    entrance text NOT NULL,
    event text NOT NULL CHECK (event ~ '^[a-z_]+\\.[a-z_]+$'),
    object_type text NOT NULL,
    object_id text NOT NULL,
    rows jsonb NOT NULL DEFAULT '{}',
    detail jsonb NOT NULL DEFAULT '{}',
    outcome text NOT NULL CHECK (outcome IN ('done', 'refused', 'failed')),
    PRIMARY KEY (id, at)
) PARTITION BY RANGE (at);

CREATE INDEX audit_event_city ON audit_event (municipality_id, at DESC);
CREATE INDEX audit_event_facility ON audit_event (facility_id, at DESC);
CREATE INDEX audit_event_actor ON audit_event (actor_id, at DESC);
CREATE INDEX audit_event_object ON audit_event (object_id, at DESC);

CREATE FUNCTION audit_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'audit_event is append-only' USING ERRCODE = 'insufficient_privilege';
END $$;

CREATE TRIGGER audit_event_append_only BEFORE UPDATE OR DELETE ON audit_event
    FOR EACH ROW EXECUTE FUNCTION audit_refuse_change();
CREATE TRIGGER audit_event_no_truncate BEFORE TRUNCATE ON audit_event
    FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse_change();

CREATE TABLE audit_event_default PARTITION OF audit_event DEFAULT;
CREATE TRIGGER audit_event_no_truncate BEFORE TRUNCATE ON audit_event_default
    FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse_change();

CREATE FUNCTION audit_make_partitions(first_month date, months integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
    month date;
    partition_name text;
    made integer := 0;
BEGIN
    FOR i IN 0 .. least(months, 36) - 1 LOOP
        month := (date_trunc('month', first_month) + make_interval(months => i))::date;
        partition_name := 'audit_event_' || to_char(month, 'YYYY_MM');
        IF to_regclass('public.' || partition_name) IS NULL THEN
            EXECUTE format(
                'CREATE TABLE public.%I PARTITION OF public.audit_event FOR VALUES FROM (%L) TO (%L)',
                partition_name,
                (month::timestamp AT TIME ZONE 'Asia/Tokyo'),
                ((month + interval '1 month')::timestamp AT TIME ZONE 'Asia/Tokyo'));
            EXECUTE format(
                'CREATE TRIGGER audit_event_no_truncate BEFORE TRUNCATE ON public.%I '
                'FOR EACH STATEMENT EXECUTE FUNCTION public.audit_refuse_change()', partition_name);
            EXECUTE format('REVOKE ALL ON public.%I FROM PUBLIC, portal_app', partition_name);
            made := made + 1;
        END IF;
    END LOOP;
    RETURN made;
END $$;

REVOKE ALL ON audit_event, audit_event_default FROM portal_app;
GRANT SELECT, INSERT ON audit_event TO portal_app;
REVOKE ALL ON FUNCTION audit_make_partitions(date, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION audit_make_partitions(date, integer) TO portal_app;

ALTER TABLE audit_event ENABLE ROW LEVEL SECURITY;
ALTER TABLE audit_event FORCE ROW LEVEL SECURITY;
CREATE POLICY anybody_adds ON audit_event FOR INSERT WITH CHECK (true);
CREATE POLICY city_reads ON audit_event FOR SELECT USING (
    municipality_id = nullif(current_setting('app.municipality', true), '')::uuid
    AND current_setting('app.facilities', true) = '*');

SELECT audit_make_partitions(date_trunc('month', now())::date, 14);
"""

DROP = """
DROP TABLE audit_event;
DROP FUNCTION audit_make_partitions(date, integer);
DROP FUNCTION audit_refuse_change();
"""


class Migration(migrations.Migration):
    initial = True

    dependencies: ClassVar[list[tuple[str, str]]] = []

    operations: ClassVar[list[Operation]] = [
        migrations.RunSQL(
            TABLE,
            DROP,
            state_operations=[
                migrations.CreateModel(
                    name="Event",
                    fields=[
                        ("id", models.UUIDField(primary_key=True, serialize=False)),
                        ("number", models.BigIntegerField(editable=False, verbose_name="通し番号")),
                        ("at", models.DateTimeField(verbose_name="日時")),
                        ("request_id", models.UUIDField(verbose_name="要求")),
                        ("municipality_id", models.UUIDField(null=True, verbose_name="市")),
                        ("facility_id", models.UUIDField(null=True, verbose_name="施設")),
                        ("actor_id", models.TextField(verbose_name="利用者ID")),
                        ("actor_label", models.TextField(verbose_name="利用者")),
                        ("actor_role", models.TextField(verbose_name="役割")),
                        ("address", models.TextField(verbose_name="接続元")),
                        ("entrance", models.TextField(verbose_name="入口")),
                        ("event", models.TextField(verbose_name="できごと")),
                        ("object_type", models.TextField(verbose_name="対象の種類")),
                        ("object_id", models.TextField(verbose_name="対象")),
                        ("rows", models.JSONField(verbose_name="表示・変更した行")),
                        ("detail", models.JSONField(verbose_name="内容")),
                        ("outcome", models.TextField(verbose_name="結果")),
                    ],
                    options={"db_table": "audit_event", "managed": False, "ordering": ("-at", "-number")},
                )
            ],
        )
    ]
