import bihuan.core.protection.fields
from bihuan.core.protection.migrating import open_columns, seal_columns
from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('bodies', '0001_initial'),
    ]

    operations = [
        migrations.AlterField(
            model_name='expert',
            name='phone',
            field=bihuan.core.protection.fields.PhoneField(blank=True, default='', max_length=30, verbose_name='电话'),
        ),
        migrations.RunPython(seal_columns('bodies', 'Expert', 'phone'), open_columns('bodies', 'Expert', 'phone')),
    ]
