"""The keys of persons, each city's for itself."""

import uuid

from django.db import migrations, models

CITY = "municipality_id = nullif(current_setting('app.municipality', true), '')::uuid"


TOMBSTONES_STAY = """
CREATE FUNCTION person_keys_tombstones_stay() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.destroyed_at IS NOT NULL THEN
        RAISE EXCEPTION 'a destroyed key stays destroyed' USING ERRCODE = 'check_violation';
    END IF;
    RETURN COALESCE(NEW, OLD);
END $$;
CREATE TRIGGER tombstones_stay BEFORE UPDATE OR DELETE ON person_keys_personkey
    FOR EACH ROW EXECUTE FUNCTION person_keys_tombstones_stay();
"""


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="PersonKey",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("municipality_id", models.UUIDField(verbose_name="市区町村")),
                ("person_id", models.UUIDField(verbose_name="人")),
                ("generation", models.PositiveSmallIntegerField(default=1, verbose_name="世代")),
                ("wrapped", models.BinaryField(null=True, verbose_name="封をした鍵")),
                ("destroyed_at", models.DateTimeField(null=True, verbose_name="破棄日時")),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("person_id", "generation"), name="one_key_a_generation"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("destroyed_at__isnull", True), ("wrapped__isnull", False)),
                            models.Q(("destroyed_at__isnull", False), ("wrapped__isnull", True)),
                            _connector="OR",
                        ),
                        name="a_key_is_there_or_destroyed",
                    ),
                ],
            },
        ),
        migrations.RunSQL(
            [
                "ALTER TABLE person_keys_personkey ENABLE ROW LEVEL SECURITY",
                "ALTER TABLE person_keys_personkey FORCE ROW LEVEL SECURITY",
                f"CREATE POLICY in_city ON person_keys_personkey USING ({CITY}) WITH CHECK ({CITY})",
            ],
            [
                "DROP POLICY in_city ON person_keys_personkey",
                "ALTER TABLE person_keys_personkey NO FORCE ROW LEVEL SECURITY",
                "ALTER TABLE person_keys_personkey DISABLE ROW LEVEL SECURITY",
            ],
        ),
        migrations.RunSQL(TOMBSTONES_STAY, "DROP FUNCTION person_keys_tombstones_stay() CASCADE"),
    ]
