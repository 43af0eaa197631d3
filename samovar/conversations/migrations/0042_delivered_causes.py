"""Deliver the first tree of causes; every company changes it as it likes."""

from django.db import migrations

# Their names stand in delivered_causes.py, in every language.
TREE = {
    "service": ["wait", "alone", "repeat", "unknowing", "powerless", "menus", "promise", "tone"],
    "delivery": ["late", "where", "damaged", "missing", "wrong", "when"],
    "product": ["broken", "unlike", "use", "care"],
    "order": ["change", "cancel"],
    "returns": ["how", "money", "refused"],
    "payment": ["failed", "wrong", "papers"],
    "offer": ["choice", "stock", "price", "discount"],
    "account": ["entry", "facts", "letters"],
    "praise": [],
}


def deliver(apps, _editor):
    causes = apps.get_model("conversations", "Cause").objects
    for position, (key, parts) in enumerate(TREE.items()):
        parent = causes.create(key=key, name="", position=position)
        for place, part in enumerate(parts):
            causes.create(key=f"{key}.{part}", name="", position=place, parent=parent)


class Migration(migrations.Migration):
    dependencies = [("conversations", "0041_causes")]
    operations = [migrations.RunPython(deliver, migrations.RunPython.noop)]
