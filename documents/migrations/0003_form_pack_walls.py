"""Form packs: row-level security, references that do not cross tenants, and that a released pack never changes."""

from django.db import migrations

from facilities import row_security

WRITTEN_ONCE = """
CREATE FUNCTION documents_refuse_pack_change() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    decision text[] := ARRAY['state', 'released_at', 'released_by', 'discarded_at', 'discarded_by'];
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'a form pack is never deleted' USING ERRCODE = 'check_violation';
    END IF;
    IF OLD.state <> 'draft' AND to_jsonb(OLD) - 'state' IS DISTINCT FROM to_jsonb(NEW) - 'state' THEN
        RAISE EXCEPTION 'a form pack that was released is written once' USING ERRCODE = 'check_violation';
    END IF;
    IF OLD.state <> NEW.state AND to_jsonb(OLD) - decision IS DISTINCT FROM to_jsonb(NEW) - decision THEN
        RAISE EXCEPTION 'a form pack is released as it was shown' USING ERRCODE = 'check_violation';
    END IF;
    IF OLD.state <> NEW.state AND (OLD.state, NEW.state) NOT IN
        (('draft', 'released'), ('draft', 'discarded'), ('released', 'replaced')) THEN
        RAISE EXCEPTION 'a form pack goes no way back' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER form_pack_is_written_once BEFORE UPDATE OR DELETE ON documents_formpack
    FOR EACH ROW EXECUTE FUNCTION documents_refuse_pack_change();
CREATE FUNCTION documents_refuse_workbook_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the workbook of a form is written once' USING ERRCODE = 'check_violation';
END $$;
CREATE TRIGGER form_workbook_is_written_once BEFORE UPDATE OR DELETE ON documents_formworkbook
    FOR EACH ROW EXECUTE FUNCTION documents_refuse_workbook_change();
"""
WRITTEN_AGAIN = """
DROP TRIGGER form_workbook_is_written_once ON documents_formworkbook;
DROP FUNCTION documents_refuse_workbook_change();
DROP TRIGGER form_pack_is_written_once ON documents_formpack;
DROP FUNCTION documents_refuse_pack_change();
"""
SHOWN = "state IN ('released', 'replaced')"
# The inner query sees what the asking role sees: of a facility, released packs only.
OF_A_SHOWN_PACK = (
    "EXISTS (SELECT 1 FROM documents_formpack AS pack WHERE pack.workbook_id = documents_formworkbook.id "
    "AND pack.state IN ('released', 'replaced'))"
)


class Migration(migrations.Migration):
    dependencies = [
        ("documents", "0002_form_packs"),
    ]

    operations = [
        row_security.composite_reference(
            "documents_formpack", "workbook_id", "documents_formworkbook", "form_pack_workbook_same_city"
        ),
        row_security.composite_reference(
            "documents_formpackstep", "pack_id", "documents_formpack", "form_pack_step_same_city"
        ),
        row_security.composite_reference(
            "documents_formpackstep",
            "workbook_id",
            "documents_formworkbook",
            "form_pack_step_workbook_same_city",
        ),
        row_security.city_rows_shown_when("documents_formpack", SHOWN),
        row_security.city_rows_shown_when("documents_formworkbook", OF_A_SHOWN_PACK),
        row_security.city_rows("documents_formpackstep"),
        migrations.RunSQL(WRITTEN_ONCE, WRITTEN_AGAIN),
    ]
