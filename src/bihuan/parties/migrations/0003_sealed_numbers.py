import bihuan.core.protection.fields
from bihuan.core.protection.migrating import open_columns, seal_columns
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('access', '0002_sealed_numbers'),
        ('parties', '0002_place_of_things'),
    ]

    operations = [
        migrations.AlterField(
            model_name='person',
            name='phone',
            field=bihuan.core.protection.fields.PhoneField(blank=True, default='', max_length=30, verbose_name='电话'),
        ),
        migrations.AddIndex(
            model_name='person',
            index=models.Index(fields=['phone'], name='person_by_phone'),
        ),
        migrations.RunPython(seal_columns('parties', 'Person', 'phone'), open_columns('parties', 'Person', 'phone')),
    ]
