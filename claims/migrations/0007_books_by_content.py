"""A claim knows its rate book by the content, too; like the book's name, it never changes once submitted."""

from django.db import migrations, models

# As in 0003, with the book's hash.
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
IMMUTABLE = GUARD.format(column_old=", OLD.rate_book_hash", column_new=", NEW.rate_book_hash")
AS_BEFORE = GUARD.format(column_old="", column_new="")


class Migration(migrations.Migration):
    dependencies = [
        ("claims", "0006_drop_folder"),
    ]

    operations = [
        migrations.AddField(
            model_name="claim",
            name="rate_book_hash",
            field=models.CharField(blank=True, default="", max_length=64, verbose_name="単価表のハッシュ"),
        ),
        migrations.RunSQL(IMMUTABLE, AS_BEFORE),
    ]
