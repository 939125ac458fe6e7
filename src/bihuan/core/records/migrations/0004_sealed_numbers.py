import bihuan.core.protection.fields
from bihuan.core.protection.migrating import open_columns, seal_columns
from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('records', '0003_asked_and_layout'),
    ]

    operations = [
        migrations.AlterField(
            model_name='sheetrow',
            name='cells',
            field=bihuan.core.protection.fields.SealedJSONField(default=list),
        ),
        migrations.AlterField(
            model_name='sheetrow',
            name='errors',
            field=bihuan.core.protection.fields.SealedJSONField(default=list),
        ),
        migrations.AlterField(
            model_name='sheetrow',
            name='values',
            field=bihuan.core.protection.fields.SealedJSONField(default=dict),
        ),
        migrations.RunPython(seal_columns('records', 'SheetRow', 'values', 'cells', 'errors'), open_columns('records', 'SheetRow', 'values', 'cells', 'errors')),
    ]
