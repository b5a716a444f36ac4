"""
Two administrators for an address, and the yearly question whether somebody is still there.

Addresses registered before this were registered by one person at once: they are confirmed, and say so (``is_sole``).
"""

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("facilities", "0002_say_what_is_given"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="addressregistration",
            name="address_sealed",
            field=models.BinaryField(null=True, verbose_name="メールアドレス"),
        ),
        migrations.AddField(
            model_name="addressregistration",
            name="decided_at",
            field=models.DateTimeField(null=True, verbose_name="確認日時"),
        ),
        migrations.AddField(
            model_name="addressregistration",
            name="decided_by",
            field=models.UUIDField(null=True, verbose_name="確認者"),
        ),
        migrations.AddField(
            model_name="addressregistration",
            name="is_sole",
            field=models.BooleanField(default=True, verbose_name="1人の管理者による"),
        ),
        migrations.AlterField(
            model_name="addressregistration",
            name="is_sole",
            field=models.BooleanField(default=False, verbose_name="1人の管理者による"),
        ),
        migrations.AddField(
            model_name="addressregistration",
            name="status",
            field=models.CharField(
                choices=[("waiting", "確認待ち"), ("confirmed", "確認済み"), ("withdrawn", "取り下げ")],
                default="confirmed",
                max_length=10,
                verbose_name="状態",
            ),
        ),
        migrations.AlterField(
            model_name="addressregistration",
            name="status",
            field=models.CharField(
                choices=[("waiting", "確認待ち"), ("confirmed", "確認済み"), ("withdrawn", "取り下げ")],
                default="waiting",
                max_length=10,
                verbose_name="状態",
            ),
        ),
        migrations.AddField(
            model_name="membership",
            name="reconfirmed_on",
            field=models.DateField(blank=True, null=True, verbose_name="在籍確認日"),
        ),
        migrations.AlterField(
            model_name="addressregistration",
            name="notification_number",
            field=models.CharField(blank=True, max_length=40, verbose_name="届出番号"),
        ),
        migrations.AlterField(
            model_name="addressregistration",
            name="notified_on",
            field=models.DateField(blank=True, null=True, verbose_name="届出日"),
        ),
        migrations.AddConstraint(
            model_name="addressregistration",
            constraint=models.UniqueConstraint(
                condition=models.Q(("status", "waiting")), fields=("user",), name="one_waiting_address"
            ),
        ),
        migrations.AddConstraint(
            model_name="addressregistration",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status", "confirmed"), _negated=True),
                    ("is_sole", True),
                    models.Q(
                        ("decided_by__isnull", False),
                        models.Q(("decided_by", models.F("registered_by")), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="address_is_confirmed_by_another_person",
            ),
        ),
        migrations.AddConstraint(
            model_name="addressregistration",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("address_sealed__isnull", False), ("status", "waiting")),
                    models.Q(
                        models.Q(("status", "waiting"), _negated=True), ("address_sealed__isnull", True)
                    ),
                    _connector="OR",
                ),
                name="address_is_kept_only_while_it_waits",
            ),
        ),
    ]
