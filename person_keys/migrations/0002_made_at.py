"""When a key was made; and nobody who was erased is ever given another key."""

from django.db import migrations, models
from django.db.models.functions import Now

NO_KEY_FOR_THE_ERASED = """
CREATE FUNCTION person_keys_none_for_the_erased() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM person_keys_personkey WHERE person_id = NEW.person_id AND destroyed_at IS NOT NULL) THEN
        RAISE EXCEPTION 'the key of this person was destroyed' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER none_for_the_erased BEFORE INSERT ON person_keys_personkey
    FOR EACH ROW EXECUTE FUNCTION person_keys_none_for_the_erased();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("person_keys", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="personkey",
            name="made_at",
            field=models.DateTimeField(db_default=Now(), verbose_name="作成日時"),
        ),
        migrations.RunSQL(NO_KEY_FOR_THE_ERASED, "DROP FUNCTION person_keys_none_for_the_erased() CASCADE"),
    ]
