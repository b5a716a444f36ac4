"""A claim knows its rate book by the content, too; like the book's name, it never changes once submitted."""

from django.db import migrations, models

# A trigger of its own: the guard of the other columns stays as it is, whatever they become.
IMMUTABLE = """
CREATE FUNCTION claims_refuse_book_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.status <> 'draft' AND OLD.rate_book_hash IS DISTINCT FROM NEW.rate_book_hash THEN
        RAISE EXCEPTION 'a submitted claim is immutable' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER claim_keeps_its_book_once_submitted BEFORE UPDATE ON claims_claim
    FOR EACH ROW EXECUTE FUNCTION claims_refuse_book_change();
"""
MUTABLE = """
DROP TRIGGER claim_keeps_its_book_once_submitted ON claims_claim;
DROP FUNCTION claims_refuse_book_change();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("claims", "0009_missing_classes"),
    ]

    operations = [
        migrations.AddField(
            model_name="claim",
            name="rate_book_hash",
            field=models.CharField(blank=True, default="", max_length=64, verbose_name="単価表のハッシュ"),
        ),
        migrations.RunSQL(IMMUTABLE, MUTABLE),
    ]
