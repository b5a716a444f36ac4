"""Row-level security of what the city says of places; what was said is ended and never changed."""

from django.db import migrations

from facilities import row_security

WRITTEN_ONCE = """
CREATE FUNCTION applications_refuse_place_change() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    later text[] := ARRAY['ended_at', 'ended_by'];
BEGIN
    IF TG_OP = 'DELETE' OR OLD.ended_at IS NOT NULL
        OR to_jsonb(OLD) - later IS DISTINCT FROM to_jsonb(NEW) - later THEN
        RAISE EXCEPTION 'what was said of a place stays' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER place_fact_stays_as_it_was_said BEFORE UPDATE OR DELETE ON applications_placefact
    FOR EACH ROW EXECUTE FUNCTION applications_refuse_place_change();
CREATE TRIGGER place_exception_stays_as_it_was_said BEFORE UPDATE OR DELETE ON applications_placeexception
    FOR EACH ROW EXECUTE FUNCTION applications_refuse_place_change();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("applications", "0005_places"),
    ]

    operations = [
        row_security.composite_reference(
            "applications_placeexception",
            "facility_id",
            "facilities_facility",
            "applications_placeexception_same_city",
        ),
        row_security.city_rows_shown_when("applications_placefact", "true"),
        row_security.city_rows_for_facilities("applications_placeexception"),
        migrations.RunSQL(
            WRITTEN_ONCE,
            "DROP TRIGGER place_exception_stays_as_it_was_said ON applications_placeexception;"
            "DROP TRIGGER place_fact_stays_as_it_was_said ON applications_placefact;"
            "DROP FUNCTION applications_refuse_place_change();",
        ),
    ]
