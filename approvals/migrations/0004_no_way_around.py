"""
No way around the decisions of an application: statuses follow each other as the operations let them, what was decided
on goes back to no draft, and a decision is that of its step.

Without it a version could be set back to a draft in SQL, changed, and sent again under the hash the first person
approved: the second one's ordinary approval would let something hold that nobody has seen.
"""

from django.db import migrations

# As applications.states says. Decisions are read by whoever reads the version: both tables have the same policy.
STATUSES_FOLLOW = """
CREATE FUNCTION approvals_hold_the_way() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF OLD.first_decided_at IS NOT NULL AND NEW.first_decided_at IS DISTINCT FROM OLD.first_decided_at THEN
        RAISE EXCEPTION 'the first decision on an application is not forgotten' USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.status = OLD.status THEN
        RETURN NEW;
    END IF;
    IF (OLD.status, NEW.status) NOT IN (
        ('draft', 'submitted'), ('draft', 'discarded'), ('submitted', 'draft'), ('submitted', 'returned'),
        ('submitted', 'approved'), ('returned', 'superseded'), ('approved', 'superseded')
    ) THEN
        RAISE EXCEPTION 'an application does not go from % to %', OLD.status, NEW.status
            USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.status = 'draft' AND (
        OLD.first_decided_at IS NOT NULL
        OR EXISTS (SELECT 1 FROM public.approvals_itemdecision WHERE version_id = NEW.id)
    ) THEN
        RAISE EXCEPTION 'what was decided on is not taken back' USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.status = 'returned' AND NOT EXISTS (
        SELECT 1 FROM public.approvals_itemdecision
        WHERE version_id = NEW.id AND verdict = 'returned' AND content_hash = NEW.content_hash
    ) THEN
        RAISE EXCEPTION 'an application is returned by a decision' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER application_goes_its_way BEFORE UPDATE ON applications_applicationversion
    FOR EACH ROW EXECUTE FUNCTION approvals_hold_the_way();
"""
# Which numbers a step may have, its own constraint says.
OF_ITS_STEP = """
CREATE FUNCTION approvals_require_step() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NEW.step BETWEEN 1 AND cardinality(NEW.route) AND NEW.route[NEW.step] <> NEW.role THEN
        RAISE EXCEPTION 'a step is decided in the role its route names' USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.step > 1 AND NOT EXISTS (
        SELECT 1 FROM public.approvals_itemdecision
        WHERE version_id = NEW.version_id AND step = NEW.step - 1 AND verdict = 'approved' AND route = NEW.route
    ) THEN
        RAISE EXCEPTION 'a step follows the one before it, along the same route' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER item_decision_is_of_its_step BEFORE INSERT ON approvals_itemdecision
    FOR EACH ROW EXECUTE FUNCTION approvals_require_step();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("approvals", "0003_item_walls"),
    ]

    operations = [
        migrations.RunSQL(
            STATUSES_FOLLOW,
            "DROP TRIGGER application_goes_its_way ON applications_applicationversion;"
            "DROP FUNCTION approvals_hold_the_way();",
        ),
        migrations.RunSQL(
            OF_ITS_STEP,
            "DROP TRIGGER item_decision_is_of_its_step ON approvals_itemdecision;"
            "DROP FUNCTION approvals_require_step();",
        ),
    ]
