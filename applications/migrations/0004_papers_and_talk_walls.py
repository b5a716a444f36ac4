"""Row-level security and references of what is said and attached; what was said stays as it was said."""

from django.db import migrations

from facilities import row_security

TABLES = ("remark", "evidencefile")
# Only that it was read, and the keys, may change under a remark.
WHAT_WAS_SAID = """
CREATE FUNCTION applications_refuse_remark_change() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    later text[] := ARRAY['read_at', 'text_sealed'];
BEGIN
    IF TG_OP = 'DELETE' OR to_jsonb(OLD) - later IS DISTINCT FROM to_jsonb(NEW) - later THEN
        RAISE EXCEPTION 'what was said about an application stays' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER remark_stays_as_it_was_said BEFORE UPDATE OR DELETE ON applications_remark
    FOR EACH ROW EXECUTE FUNCTION applications_refuse_remark_change();
"""
# Evidence comes and goes with a draft only; its content is written once, but for the keys.
WHAT_WAS_SENT = """
CREATE FUNCTION applications_refuse_evidence_change() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    own uuid := CASE WHEN TG_OP = 'INSERT' THEN NEW.version_id ELSE OLD.version_id END;
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF to_jsonb(OLD) - 'content_sealed' IS DISTINCT FROM to_jsonb(NEW) - 'content_sealed' THEN
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
CREATE TRIGGER evidence_comes_with_a_draft BEFORE INSERT OR UPDATE OR DELETE ON applications_evidencefile
    FOR EACH ROW EXECUTE FUNCTION applications_refuse_evidence_change();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("applications", "0003_papers_and_talk"),
    ]

    operations = [
        *[
            row_security.composite_reference(
                f"applications_{table}",
                "facility_id",
                "facilities_facility",
                f"applications_{table}_same_city",
            )
            for table in TABLES
        ],
        row_security.facility_reference("applications_remark", "application_id", "applications_application"),
        row_security.facility_reference("applications_remark", "answers_id", "applications_remark"),
        row_security.facility_reference(
            "applications_evidencefile", "version_id", "applications_applicationversion"
        ),
        *[row_security.facility_rows(f"applications_{table}") for table in TABLES],
        migrations.RunSQL(
            WHAT_WAS_SAID,
            "DROP TRIGGER remark_stays_as_it_was_said ON applications_remark;"
            "DROP FUNCTION applications_refuse_remark_change();",
        ),
        migrations.RunSQL(
            WHAT_WAS_SENT,
            "DROP TRIGGER evidence_comes_with_a_draft ON applications_evidencefile;"
            "DROP FUNCTION applications_refuse_evidence_change();",
        ),
    ]
