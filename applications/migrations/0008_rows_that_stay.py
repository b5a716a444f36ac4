"""What was counted and what was opened again stays: R3 is proved by it."""

from django.db import migrations

TABLES = ("applications_typedfield", "applications_roundreopening")


class Migration(migrations.Migration):
    dependencies = [
        ("applications", "0007_sealed_names"),
    ]

    operations = [
        migrations.RunSQL(
            """
            CREATE FUNCTION applications_refuse_delete() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                RAISE EXCEPTION 'rows of % are never deleted', TG_TABLE_NAME USING ERRCODE = 'check_violation';
            END $$;
            """,
            "DROP FUNCTION applications_refuse_delete();",
        ),
        *[
            migrations.RunSQL(
                f"CREATE TRIGGER {table}_is_never_deleted BEFORE DELETE ON {table} "
                "FOR EACH ROW EXECUTE FUNCTION applications_refuse_delete()",
                f"DROP TRIGGER {table}_is_never_deleted ON {table}",
            )
            for table in TABLES
        ],
    ]
