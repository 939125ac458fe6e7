import bihuan.core.protection.fields
from bihuan.core.protection.migrating import open_columns, seal_columns
from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('places_of_use', '0001_initial'),
    ]

    operations = [
        migrations.AlterField(
            model_name='placeofuse',
            name='contact_phone',
            field=bihuan.core.protection.fields.PhoneField(blank=True, default='', max_length=30, verbose_name='联系电话'),
        ),
        migrations.RunPython(seal_columns('places_of_use', 'PlaceOfUse', 'contact_phone'), open_columns('places_of_use', 'PlaceOfUse', 'contact_phone')),
    ]
