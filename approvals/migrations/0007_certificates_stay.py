"""Certificates of 加算率 stay: claims are priced by them."""

from django.db import migrations

TABLES = ("approvals_ratecertificate",)


class Migration(migrations.Migration):
    dependencies = [
        ("approvals", "0006_kept_comparisons"),
    ]

    operations = [
        migrations.RunSQL(
            """
            CREATE FUNCTION approvals_refuse_delete() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                RAISE EXCEPTION 'rows of % are never deleted', TG_TABLE_NAME USING ERRCODE = 'check_violation';
            END $$;
            """,
            "DROP FUNCTION approvals_refuse_delete();",
        ),
        *[
            migrations.RunSQL(
                f"CREATE TRIGGER {table}_is_never_deleted BEFORE DELETE ON {table} "
                "FOR EACH ROW EXECUTE FUNCTION approvals_refuse_delete()",
                f"DROP TRIGGER {table}_is_never_deleted ON {table}",
            )
            for table in TABLES
        ],
    ]
