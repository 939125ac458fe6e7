"""Foreign keys and migration dependencies go downwards only: what imports cannot show."""

import pytest
from django.apps import apps
from django.db.migrations.loader import MigrationLoader

#: Lowest first. Inside a layer apps may point at each other, except where siblings do not know each other.
LAYERS = ("kernel", "law", "engines", "streams", "core", "parties", "loop", "registers", "domains", "journeys", "site")
SIBLINGS = {"domains"}


def ours():
    return [config for config in apps.get_app_configs() if config.name.startswith("bihuan.")]


def layer_of(name):
    layer = name.split(".")[1]
    return LAYERS.index("journeys" if layer == "connectors" else layer)


def may_point(source, target):
    """Whether the app `source` may hold a key to a table of the app `target`."""
    if source == target or not target.startswith("bihuan."):
        return True
    if layer_of(source) == layer_of(target):
        return source.split(".")[1] not in SIBLINGS
    return layer_of(source) > layer_of(target)


@pytest.mark.parametrize(
    ("source", "target", "may"),
    [
        ("bihuan.loop", "bihuan.core.access", True),
        ("bihuan.core.access", "bihuan.loop", False),
        ("bihuan.domains.campaign", "bihuan.domains.monitoring", False),
        ("bihuan.registers.tanks", "bihuan.registers.parks", True),
        ("bihuan.domains.campaign", "bihuan.journeys.x", False),
    ],
)
def test_the_rule_itself(source, target, may):
    assert may_point(source, target) is may


def test_foreign_keys_go_downwards():
    upwards = [
        f"{model._meta.label}.{field.name} → {field.related_model._meta.label}"
        for config in ours()
        for model in config.get_models(include_auto_created=True)
        for field in model._meta.get_fields()
        if field.is_relation
        and field.concrete
        and field.related_model
        and not may_point(config.name, apps.get_app_config(field.related_model._meta.app_label).name)
    ]
    assert not upwards


def test_migrations_depend_downwards():
    names = {config.label: config.name for config in apps.get_app_configs()}
    loader = MigrationLoader(None, ignore_no_migrations=True)
    mine = {config.label for config in ours()}
    upwards = [
        f"{label}.{migration.name} → {dependency}"
        for (label, _), migration in loader.disk_migrations.items()
        if label in mine
        for dependency, _ in [*migration.dependencies, *getattr(migration, "run_before", [])]
        if dependency in names and not may_point(names[label], names[dependency])
    ]
    assert not upwards


def test_the_account_is_in_the_first_migration_ever():
    loader = MigrationLoader(None, ignore_no_migrations=True)
    first = loader.disk_migrations["access", "0001_initial"]
    assert any(type(o).__name__ == "CreateModel" and o.name == "User" for o in first.operations)
