import django.db.models.deletion
from django.db import migrations, models

import bihuan.core.access.rows
import bihuan.kernel.identity

ROW = [
    (
        "id",
        models.UUIDField(default=bihuan.kernel.identity.new_id, editable=False, primary_key=True, serialize=False),
    ),
    ("version", models.PositiveIntegerField(default=1, editable=False)),
    ("created_at", models.DateTimeField(editable=False)),
    ("updated_at", models.DateTimeField(editable=False)),
]


class Migration(migrations.Migration):
    dependencies = [
        ("parties", "0001_initial"),
        ("project_screening", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="project",
            name="site",
            field=models.JSONField(null=True, verbose_name="用地范围"),
        ),
        migrations.CreateModel(
            name="PlanLayer",
            fields=[
                *ROW,
                ("name", models.CharField(max_length=160, verbose_name="图层名称")),
                (
                    "plan",
                    models.CharField(
                        choices=[("town", "城乡（国土空间）规划"), ("industry", "产业规划")],
                        max_length=10,
                        verbose_name="规划",
                    ),
                ),
                (
                    "use",
                    models.CharField(
                        choices=[("allows", "可布局化工项目"), ("refuses", "不得布局化工项目")],
                        max_length=10,
                        verbose_name="图斑含义",
                    ),
                ),
                ("document", models.CharField(max_length=200, verbose_name="批准文件")),
                ("from_on", models.DateField(verbose_name="自")),
                ("until_on", models.DateField(null=True, verbose_name="至")),
                ("areas", models.PositiveIntegerField(verbose_name="图斑数")),
                ("region_path", bihuan.core.access.rows.PathField(db_index=True, max_length=120)),
                ("organisation_code", models.CharField(blank=True, default="", max_length=40)),
                (
                    "region",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="plan_layers", to="parties.region"
                    ),
                ),
            ],
            options={"verbose_name": "规划图层", "ordering": ["-from_on", "name", "id"]},
        ),
        migrations.CreateModel(
            name="PlanArea",
            fields=[
                *ROW,
                ("number", models.PositiveIntegerField()),
                ("name", models.CharField(blank=True, default="", max_length=120, verbose_name="图斑名称")),
                ("shape", models.JSONField()),
                ("west", models.FloatField()),
                ("south", models.FloatField()),
                ("east", models.FloatField()),
                ("north", models.FloatField()),
                ("region_path", bihuan.core.access.rows.PathField(db_index=True, max_length=120)),
                ("organisation_code", models.CharField(blank=True, default="", max_length=40)),
                (
                    "layer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="drawn",
                        to="project_screening.planlayer",
                    ),
                ),
            ],
            options={"verbose_name": "规划图斑", "ordering": ["layer", "number"]},
        ),
        migrations.AddConstraint(
            model_name="planarea",
            constraint=models.UniqueConstraint(fields=("layer", "number"), name="plan_area_once_a_layer"),
        ),
    ]
