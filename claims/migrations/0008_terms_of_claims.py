"""Claims keep the facts they were computed with, and say when profile or granted items changed under them."""

from django.db import migrations, models

# Until now the month's saved facts were those of all its claims. Row security binds the owner, too: city by city.
FILL = """
DO $$
DECLARE city uuid;
BEGIN
    PERFORM set_config('app.facilities', '*', true);
    FOR city IN SELECT id FROM facilities_municipality LOOP
        PERFORM set_config('app.municipality', city::text, true);
        UPDATE claims_claim AS claim
        SET facts = jsonb_strip_nulls(jsonb_build_object(
            'meal_days_a_week', saved.meal_days_a_week,
            'side_dish_days', saved.side_dish_days,
            'saturday_closures', saved.saturday_closures,
            'strengthening_spent_yen', saved.strengthening_spent_yen))
        FROM claims_monthlyfacts AS saved
        WHERE saved.facility_id = claim.facility_id AND saved.month = claim.month;
    END LOOP;
    PERFORM set_config('app.municipality', '', true);
    PERFORM set_config('app.facilities', '', true);
END $$;
"""

# As in 0003, and: the facts a submitted claim was computed with do not change either.
GUARD = """
CREATE OR REPLACE FUNCTION claims_refuse_content_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.status <> 'draft' AND (OLD.snapshot, OLD.total_yen, OLD.content_hash, OLD.rate_book, OLD.sheet_id, OLD.month,
                                  OLD.payer_code, OLD.version, OLD.facility_id, OLD.child_total, OLD.corrects_id,
                                  OLD.correction_reason{column_old})
       IS DISTINCT FROM (NEW.snapshot, NEW.total_yen, NEW.content_hash, NEW.rate_book, NEW.sheet_id, NEW.month,
                         NEW.payer_code, NEW.version, NEW.facility_id, NEW.child_total, NEW.corrects_id,
                         NEW.correction_reason{column_new}) THEN
        RAISE EXCEPTION 'a submitted claim is immutable' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
"""
IMMUTABLE = GUARD.format(column_old=", OLD.facts", column_new=", NEW.facts")
AS_BEFORE = GUARD.format(column_old="", column_new="")


class Migration(migrations.Migration):
    dependencies = [
        ("claims", "0007_charge_doors"),
    ]

    operations = [
        migrations.AddField(
            model_name="claim",
            name="facts",
            field=models.JSONField(blank=True, default=dict, verbose_name="月の実績"),
        ),
        migrations.AddField(
            model_name="claim",
            name="terms_changed_at",
            field=models.DateTimeField(null=True, verbose_name="登録内容の変更日時"),
        ),
        migrations.AddConstraint(
            model_name="claim",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("terms_changed_at__isnull", True), ("submitted_at__isnull", False), _connector="OR"
                ),
                name="claim_terms_change_under_a_sent_claim",
            ),
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        migrations.RunSQL(IMMUTABLE, AS_BEFORE),
    ]
