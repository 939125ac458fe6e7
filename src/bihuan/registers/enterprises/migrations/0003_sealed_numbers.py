import bihuan.core.protection.fields
from bihuan.core.protection.migrating import open_columns, seal_columns
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('enterprises', '0002_waste_disposal'),
        ('parties', '0003_sealed_numbers'),
    ]

    operations = [
        migrations.AlterField(
            model_name='enterprise',
            name='contact_phone',
            field=bihuan.core.protection.fields.PhoneField(blank=True, default='', max_length=30, verbose_name='联系电话'),
        ),
        migrations.AddIndex(
            model_name='enterprise',
            index=models.Index(fields=['contact_phone'], name='enterprise_by_phone'),
        ),
        migrations.RunPython(seal_columns('enterprises', 'Enterprise', 'contact_phone'), open_columns('enterprises', 'Enterprise', 'contact_phone')),
    ]
