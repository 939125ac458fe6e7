import django.db.models.deletion
from django.db import migrations, models

import bihuan.kernel.identity


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("parties", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Vehicle",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=bihuan.kernel.identity.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("created_at", models.DateTimeField(editable=False)),
                ("updated_at", models.DateTimeField(editable=False)),
                ("plate", models.CharField(db_index=True, max_length=10, verbose_name="号牌号码")),
                (
                    "type",
                    models.CharField(
                        choices=[
                            ("tank_truck", "罐式车"),
                            ("van", "厢式车"),
                            ("flatbed", "平板、栏板车"),
                            ("tractor", "牵引车"),
                            ("tank_trailer", "罐式挂车"),
                            ("trailer", "其他挂车"),
                        ],
                        max_length=14,
                    ),
                ),
                (
                    "licence_number",
                    models.CharField(blank=True, default="", max_length=40, verbose_name="道路运输证号"),
                ),
                ("licence_until", models.DateField(db_index=True, null=True)),
                (
                    "goods_class",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("1", "1 爆炸品"),
                            ("2.1", "2.1 易燃气体"),
                            ("2.2", "2.2 非易燃无毒气体"),
                            ("2.3", "2.3 毒性气体"),
                            ("3", "3 易燃液体"),
                            ("4.1", "4.1 易燃固体等"),
                            ("4.2", "4.2 易于自燃"),
                            ("4.3", "4.3 遇水放出易燃气体"),
                            ("5.1", "5.1 氧化性物质"),
                            ("5.2", "5.2 有机过氧化物"),
                            ("6.1", "6.1 毒性物质"),
                            ("8", "8 腐蚀性物质"),
                            ("9", "9 杂项"),
                        ],
                        default="",
                        max_length=4,
                    ),
                ),
                ("medium", models.CharField(blank=True, default="", max_length=80, verbose_name="常运介质")),
                ("approved_load", models.DecimalField(decimal_places=3, max_digits=8, null=True)),
                ("inspected_until", models.DateField(db_index=True, null=True)),
                ("has_positioning", models.BooleanField(default=False)),
                (
                    "thing",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="%(class)s", to="parties.thing"
                    ),
                ),
            ],
            options={
                "verbose_name": "车辆",
            },
        ),
    ]
