"""Which release wrote a task, and in which format: old and new workers share one queue during an upgrade."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("jobs", "0001_initial")]

    operations = [
        migrations.AddField(
            "task", "release", models.CharField(blank=True, db_default="", default="", max_length=40)
        ),
        migrations.AddField("task", "format", models.PositiveSmallIntegerField(db_default=1, default=1)),
    ]
