from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("risk_grading", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="parkgrading",
            name="lost",
            field=models.JSONField(default=list, verbose_name="失分清单"),
        ),
    ]
