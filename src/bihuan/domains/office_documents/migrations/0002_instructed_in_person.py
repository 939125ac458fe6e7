import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("loop", "0001_initial"),
        ("office_documents", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="instruction",
            name="about",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="instructions", to="loop.case"
            ),
        ),
        migrations.AddField(
            model_name="instruction",
            name="instructed_by",
            field=models.CharField(blank=True, db_index=True, default="", max_length=80),
        ),
    ]
