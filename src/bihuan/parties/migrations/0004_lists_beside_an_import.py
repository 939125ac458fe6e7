from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("parties", "0003_sealed_numbers")]

    operations = [
        migrations.RemoveIndex(model_name="thing", name="thing_by_kind_and_region"),
        migrations.AddIndex(
            model_name="thing",
            index=models.Index(
                fields=["kind", "region_path", "sheet", "state", "code"], name="thing_by_kind_and_region"
            ),
        ),
        migrations.RemoveIndex(model_name="thing", name="thing_by_kind_and_code"),
        migrations.AddIndex(
            model_name="thing",
            index=models.Index(fields=["kind", "code", "sheet", "state", "region_path"], name="thing_by_kind_and_code"),
        ),
    ]
