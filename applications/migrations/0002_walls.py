"""Row-level security, references that cross neither tenants nor facilities, and what is written once."""

from django.db import migrations

from facilities import row_security

FACILITY_TABLES = ("application", "applicationversion", "typedfield", "paper", "roundreopening")
CONTENT_OF_PACKS = """
CREATE FUNCTION applications_refuse_pack_change() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    decision text[] := ARRAY['state', 'released_at', 'released_by', 'discarded_at', 'discarded_by'];
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'a pack of items is never deleted' USING ERRCODE = 'check_violation';
    END IF;
    IF to_jsonb(OLD) - decision IS DISTINCT FROM to_jsonb(NEW) - decision THEN
        RAISE EXCEPTION 'the content of a pack is written once' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER item_pack_is_written_once BEFORE UPDATE OR DELETE ON applications_itempack
    FOR EACH ROW EXECUTE FUNCTION applications_refuse_pack_change();
"""
# What was sent stays as it was sent. Only the keys may change under it (the sealed column, by rotation).
CONTENT_OF_VERSIONS = """
CREATE FUNCTION applications_refuse_version_change() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    decision text[] := ARRAY['status', 'first_decided_at', 'decided_at', 'decided_by', 'return_reason',
        'content_sealed'];
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'a version of an application is never deleted' USING ERRCODE = 'check_violation';
    END IF;
    IF OLD.status NOT IN ('draft', 'submitted')
        AND to_jsonb(OLD) - decision IS DISTINCT FROM to_jsonb(NEW) - decision THEN
        RAISE EXCEPTION 'a decided application is immutable' USING ERRCODE = 'check_violation';
    END IF;
    IF OLD.status = 'submitted' AND NEW.status <> 'draft'
        AND to_jsonb(OLD) - decision IS DISTINCT FROM to_jsonb(NEW) - decision THEN
        RAISE EXCEPTION 'a sent application is immutable' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER application_version_is_kept BEFORE UPDATE OR DELETE ON applications_applicationversion
    FOR EACH ROW EXECUTE FUNCTION applications_refuse_version_change();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("applications", "0001_initial"),
    ]

    operations = [
        *[
            row_security.composite_reference(
                f"applications_{table}",
                "facility_id",
                "facilities_facility",
                f"applications_{table}_same_city",
            )
            for table in FACILITY_TABLES
        ],
        row_security.facility_reference(
            "applications_applicationversion", "application_id", "applications_application"
        ),
        *[
            row_security.facility_reference(
                "applications_applicationversion", column, "applications_applicationversion"
            )
            for column in ("replaces_id", "answers_id")
        ],
        *[
            row_security.facility_reference(
                f"applications_{table}", "version_id", "applications_applicationversion"
            )
            for table in ("typedfield", "paper")
        ],
        row_security.composite_reference(
            "applications_applicationversion",
            "pack_id",
            "applications_itempack",
            "applications_version_pack_same_city",
        ),
        row_security.city_rows_shown_when("applications_itempack", "state IN ('released', 'replaced')"),
        row_security.city_rows_shown_when("applications_entryround", "true"),
        row_security.city_rows_for_facilities("applications_roundreopening"),
        *[
            row_security.facility_rows(f"applications_{table}")
            for table in ("application", "applicationversion", "typedfield", "paper")
        ],
        migrations.RunSQL(
            CONTENT_OF_PACKS,
            "DROP TRIGGER item_pack_is_written_once ON applications_itempack;"
            "DROP FUNCTION applications_refuse_pack_change();",
        ),
        migrations.RunSQL(
            CONTENT_OF_VERSIONS,
            "DROP TRIGGER application_version_is_kept ON applications_applicationversion;"
            "DROP FUNCTION applications_refuse_version_change();",
        ),
    ]
