from django.db import migrations

from bihuan.core.records import search


class Migration(migrations.Migration):

    dependencies = [
        ('records', '0001_initial'),
    ]

    operations = [
        migrations.RunPython(search.install, search.uninstall),
    ]
