"""The files of a sent notice may be sealed with another key; their content, told by its hash, stays."""

from django.db import migrations

FUNCTION = """
CREATE OR REPLACE FUNCTION portal_keep_parts_of_sent_notice() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    notice_status text;
BEGIN
    -- Only the day on which a facility was told by mail is filled in afterwards.
    IF TG_OP = 'UPDATE' AND TG_TABLE_NAME = 'portal_noticetarget'
       AND to_jsonb(OLD) - 'told_on' = to_jsonb(NEW) - 'told_on' THEN
        RETURN NEW;
    END IF;
    {exception}
    SELECT status INTO notice_status FROM portal_notice WHERE id = coalesce(NEW.notice_id, OLD.notice_id);
    IF notice_status IS DISTINCT FROM 'draft' THEN
        RAISE EXCEPTION 'the files and targets of a sent notice are immutable' USING ERRCODE = 'check_violation';
    END IF;
    RETURN coalesce(NEW, OLD);
END $$;
"""
# Whoever reads the file compares it with content_hash, which stays: another content under another key is no way around.
RESEALED = """
    IF TG_OP = 'UPDATE' AND TG_TABLE_NAME = 'portal_noticeattachment' THEN
        IF to_jsonb(OLD) - 'content_sealed' = to_jsonb(NEW) - 'content_sealed'
           AND length(OLD.content_sealed) - get_byte(OLD.content_sealed, 1)
               = length(NEW.content_sealed) - get_byte(NEW.content_sealed, 1)
           AND substring(OLD.content_sealed FROM 2 FOR get_byte(OLD.content_sealed, 1) + 1)
               <> substring(NEW.content_sealed FROM 2 FOR get_byte(NEW.content_sealed, 1) + 1) THEN
            RETURN NEW;
        END IF;
    END IF;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("portal", "0001_initial"),
    ]

    operations = [
        migrations.RunSQL(FUNCTION.replace("{exception}", RESEALED), FUNCTION.replace("{exception}", "")),
    ]
