import bihuan.core.protection.fields
from bihuan.core.protection.migrating import open_columns, seal_columns
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('access', '0001_initial'),
    ]

    operations = [
        migrations.AlterField(
            model_name='user',
            name='phone',
            field=bihuan.core.protection.fields.PhoneField(blank=True, default='', max_length=30, verbose_name='电话'),
        ),
        migrations.AddIndex(
            model_name='user',
            index=models.Index(fields=['phone'], name='user_by_phone'),
        ),
        migrations.RunPython(seal_columns('access', 'User', 'phone'), open_columns('access', 'User', 'phone')),
    ]
