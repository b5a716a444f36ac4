"""Names of attached files lie sealed, too. No city has attached any yet: rows of a trial are not carried over."""

from django.db import migrations, models

CHANGED = "to_jsonb(OLD) - {columns} IS DISTINCT FROM to_jsonb(NEW) - {columns}"
# Evidence comes and goes with a draft only; it is written once, but for the keys.
WHAT_WAS_SENT = """
CREATE OR REPLACE FUNCTION applications_refuse_evidence_change() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    own uuid := CASE WHEN TG_OP = 'INSERT' THEN NEW.version_id ELSE OLD.version_id END;
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF {changed} THEN
            RAISE EXCEPTION 'evidence is written once' USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
    END IF;
    IF NOT EXISTS (SELECT 1 FROM applications_applicationversion WHERE id = own AND status = 'draft') THEN
        RAISE EXCEPTION 'evidence belongs to a draft' USING ERRCODE = 'check_violation';
    END IF;
    IF TG_OP = 'DELETE' THEN
        RETURN OLD;
    END IF;
    RETURN NEW;
END $$;
"""


def of_columns(columns: str) -> str:
    """The function while these columns hold what keys have sealed."""
    return WHAT_WAS_SENT.format(changed=CHANGED.format(columns=columns))


class Migration(migrations.Migration):
    dependencies = [
        ("applications", "0006_place_walls"),
    ]

    operations = [
        migrations.RunSQL("TRUNCATE applications_evidencefile", migrations.RunSQL.noop),
        migrations.RemoveField("evidencefile", "file_name"),
        migrations.AddField(
            "evidencefile",
            "name_sealed",
            models.BinaryField(verbose_name="ファイル名", default=b""),
            preserve_default=False,
        ),
        migrations.RunSQL(
            of_columns("ARRAY['content_sealed', 'name_sealed']"), of_columns("'content_sealed'::text")
        ),
    ]
