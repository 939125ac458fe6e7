import django.db.models.deletion
from django.db import migrations, models

import bihuan.kernel.identity
import bihuan.registers.duplicates.terms


class Migration(migrations.Migration):
    dependencies = [
        ("duplicates", "0001_initial"),
    ]

    operations = [
        migrations.AlterField(
            model_name="pair",
            name="verdict",
            field=models.CharField(
                choices=[
                    ("found", "待判断"),
                    ("proposed", "待确认合并"),
                    ("merged", "已合并"),
                    ("apart", "不是重复"),
                    ("undoing", "待确认撤销合并"),
                    ("undone", "合并已撤销"),
                ],
                default=bihuan.registers.duplicates.terms.Verdict["FOUND"],
                max_length=10,
                verbose_name="结论",
            ),
        ),
        migrations.AddField(
            model_name="pair",
            name="undo_reason",
            field=models.CharField(blank=True, default="", max_length=500, verbose_name="撤销理由"),
        ),
        migrations.AddField(
            model_name="pair",
            name="undo_proposed_by",
            field=models.CharField(blank=True, default="", max_length=120),
        ),
        migrations.AddField(
            model_name="pair",
            name="undo_proposed_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="pair",
            name="undone_by",
            field=models.CharField(blank=True, default="", max_length=120),
        ),
        migrations.AddField(
            model_name="pair",
            name="undone_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="pair",
            name="undo_outcome",
            field=models.JSONField(default=dict),
        ),
        migrations.AddField(
            model_name="forwarding",
            name="is_ended",
            field=models.BooleanField(default=False),
        ),
        migrations.RemoveConstraint(
            model_name="forwarding",
            name="forwarding_once_a_code",
        ),
        migrations.AddConstraint(
            model_name="forwarding",
            constraint=models.UniqueConstraint(
                condition=models.Q(("is_ended", False)), fields=("kind", "code"), name="forwarding_once_a_living_code"
            ),
        ),
        migrations.CreateModel(
            name="Moved",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=bihuan.kernel.identity.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("number", models.PositiveIntegerField()),
                ("table", models.CharField(max_length=80)),
                ("row_key", models.CharField(max_length=40)),
                ("row_version", models.PositiveIntegerField(null=True)),
                ("was", models.JSONField()),
                ("became", models.JSONField()),
                (
                    "fate",
                    models.CharField(
                        choices=[
                            ("moved", "已转到保留的单位"),
                            ("back", "已退回"),
                            ("changed", "合并后又改过归属，留在现处"),
                            ("repeats", "原单位已有相同记录，留在现处"),
                            ("gone", "已不存在"),
                        ],
                        default=bihuan.registers.duplicates.terms.Fate["MOVED"],
                        max_length=10,
                        verbose_name="去向",
                    ),
                ),
                (
                    "pair",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="moved", to="duplicates.pair"
                    ),
                ),
            ],
            options={
                "verbose_name": "合并转移明细",
                "ordering": ["pair", "number"],
            },
        ),
        migrations.AddIndex(
            model_name="moved",
            index=models.Index(fields=["pair", "fate", "number"], name="moved_by_fate"),
        ),
    ]
