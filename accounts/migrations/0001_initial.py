"""Accounts and one-time codes."""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="User",
            fields=[
                ("password", models.CharField(max_length=128, verbose_name="password")),
                ("last_login", models.DateTimeField(blank=True, null=True, verbose_name="last login")),
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("login_id", models.CharField(max_length=32, unique=True, verbose_name="ID")),
                ("name_sealed", models.BinaryField(verbose_name="氏名")),
                ("address_sealed", models.BinaryField(verbose_name="メールアドレス")),
                ("is_active", models.BooleanField(default=True, verbose_name="有効")),
                ("realm_id", models.UUIDField(null=True, verbose_name="記録の所属")),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="登録日時")),
                ("session_epoch", models.PositiveIntegerField(default=0, verbose_name="ログインの世代")),
                ("password_changed_at", models.DateTimeField(null=True, verbose_name="パスワード変更日時")),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("login_id__regex", "^[a-z0-9][a-z0-9._-]{2,31}$")),
                        name="login_id_is_plain_ascii",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="EmailCodeDevice",
            fields=[
                (
                    "name",
                    models.CharField(help_text="The human-readable name of this device.", max_length=64),
                ),
                ("confirmed", models.BooleanField(default=True, help_text="Is this device ready for use?")),
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                (
                    "user",
                    models.ForeignKey(
                        help_text="The user that this device belongs to.",
                        on_delete=django.db.models.deletion.CASCADE,
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("user",), name="one_code_device_per_user"),
                ],
            },
        ),
        migrations.CreateModel(
            name="LoginCode",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("attempt_hash", models.BinaryField(verbose_name="ログイン操作")),
                ("code_hash", models.BinaryField(verbose_name="コード")),
                ("created_at", models.DateTimeField(verbose_name="発行日時")),
                ("expires_at", models.DateTimeField(verbose_name="期限")),
                ("tries", models.PositiveSmallIntegerField(default=0, verbose_name="試行")),
                ("used_at", models.DateTimeField(null=True, verbose_name="使用日時")),
                ("replaced_at", models.DateTimeField(null=True, verbose_name="再発行により無効")),
                (
                    "device",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="codes",
                        to="accounts.emailcodedevice",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("tries__lte", 5)), name="login_code_tries_are_limited"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("used_at__isnull", True), ("replaced_at__isnull", True), _connector="OR"
                        ),
                        name="login_code_ends_once",
                    ),
                ],
                "indexes": [
                    models.Index(fields=["device", "created_at"], name="login_code_recent"),
                ],
            },
        ),
    ]
