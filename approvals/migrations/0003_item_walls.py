"""Row-level security of decisions on applications, and four eyes which no program can go around."""

from django.db import migrations

from facilities import row_security

# Read by whoever reads the version: both tables have the same policy, so no right is lent to anybody.
FOUR_EYES = """
CREATE FUNCTION approvals_require_four_eyes() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    people integer;
    steps integer;
BEGIN
    SELECT count(DISTINCT decided_by), max(cardinality(route)) INTO people, steps
        FROM public.approvals_itemdecision
        WHERE version_id = NEW.id AND verdict = 'approved' AND content_hash = NEW.content_hash
            AND decided_by <> NEW.submitted_by;
    IF people < greatest(2, steps) THEN
        RAISE EXCEPTION 'four eyes: an application is approved by two people at least, in every step of its route'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER application_is_approved_by_four_eyes
    BEFORE INSERT OR UPDATE OF status ON applications_applicationversion
    FOR EACH ROW WHEN (NEW.status = 'approved') EXECUTE FUNCTION approvals_require_four_eyes();
"""
WRITTEN_ONCE = """
CREATE FUNCTION approvals_keep_item_decision() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    sent record;
BEGIN
    IF TG_OP <> 'INSERT' THEN
        RAISE EXCEPTION 'a decision on an application is written once' USING ERRCODE = 'check_violation';
    END IF;
    SELECT status, content_hash, submitted_by INTO sent
        FROM public.applications_applicationversion WHERE id = NEW.version_id;
    IF sent.status IS DISTINCT FROM 'submitted' OR sent.content_hash <> NEW.content_hash THEN
        RAISE EXCEPTION 'what is decided is what was sent, as it was sent' USING ERRCODE = 'check_violation';
    END IF;
    IF sent.submitted_by IN (NEW.decided_by, NEW.on_behalf_of) THEN
        RAISE EXCEPTION 'nobody decides what they have sent' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER item_decision_is_written_once BEFORE INSERT OR UPDATE OR DELETE ON approvals_itemdecision
    FOR EACH ROW EXECUTE FUNCTION approvals_keep_item_decision();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("approvals", "0002_items"),
        ("applications", "0002_walls"),
    ]

    operations = [
        *[
            operation
            for table in ("itemdecision", "ratecertificate")
            for operation in (
                row_security.composite_reference(
                    f"approvals_{table}", "facility_id", "facilities_facility", f"approvals_{table}_same_city"
                ),
                row_security.facility_reference(
                    f"approvals_{table}", "version_id", "applications_applicationversion"
                ),
                row_security.city_rows_for_facilities(f"approvals_{table}"),
            )
        ],
        row_security.city_rows_shown_when("approvals_reviewroute", "true"),
        row_security.city_rows("approvals_delegation"),
        migrations.RunSQL(
            FOUR_EYES,
            "DROP TRIGGER application_is_approved_by_four_eyes ON applications_applicationversion;"
            "DROP FUNCTION approvals_require_four_eyes();",
        ),
        migrations.RunSQL(
            WRITTEN_ONCE,
            "DROP TRIGGER item_decision_is_written_once ON approvals_itemdecision;"
            "DROP FUNCTION approvals_keep_item_decision();",
        ),
    ]
