import bihuan.core.protection.fields
from bihuan.core.protection.migrating import open_columns, seal_columns
from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('sync', '0001_initial'),
    ]

    operations = [
        migrations.AlterField(
            model_name='syncconflict',
            name='input',
            field=bihuan.core.protection.fields.SealedJSONField(),
        ),
        migrations.RunPython(seal_columns('sync', 'SyncConflict', 'input'), open_columns('sync', 'SyncConflict', 'input')),
    ]
