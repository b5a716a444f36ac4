"""Fonts of 外字: row-level security, and that one never changes."""

from django.db import migrations

from facilities import row_security

WRITTEN_ONCE = """
CREATE FUNCTION documents_refuse_font_change() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    decision text[] := ARRAY['state', 'released_at', 'released_by', 'discarded_at', 'discarded_by'];
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'a font of a city is never deleted' USING ERRCODE = 'check_violation';
    END IF;
    IF to_jsonb(OLD) - decision IS DISTINCT FROM to_jsonb(NEW) - decision
        OR (OLD.state <> 'draft' AND to_jsonb(OLD) - 'state' IS DISTINCT FROM to_jsonb(NEW) - 'state') THEN
        RAISE EXCEPTION 'a font of a city is written once' USING ERRCODE = 'check_violation';
    END IF;
    IF OLD.state <> NEW.state AND (OLD.state, NEW.state) NOT IN
        (('draft', 'released'), ('draft', 'discarded'), ('released', 'replaced')) THEN
        RAISE EXCEPTION 'a font of a city goes no way back' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER city_font_is_written_once BEFORE UPDATE OR DELETE ON documents_cityfont
    FOR EACH ROW EXECUTE FUNCTION documents_refuse_font_change();
"""
WRITTEN_AGAIN = """
DROP TRIGGER city_font_is_written_once ON documents_cityfont;
DROP FUNCTION documents_refuse_font_change();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("documents", "0006_city_fonts"),
    ]

    operations = [
        # The worker prints a facility's papers within the facility's scope.
        row_security.city_rows_shown_when("documents_cityfont", "state IN ('released', 'replaced')"),
        migrations.RunSQL(WRITTEN_ONCE, WRITTEN_AGAIN),
    ]
