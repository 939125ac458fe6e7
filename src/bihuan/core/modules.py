"""模块声明: what a domain, register or core part declares in its `module.py`, and the one registry of all of it.

Nothing registers itself by being imported: `site/modules.py` lists the modules, start-up reads their declarations,
and an unknown or double name stops the start.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from functools import cached_property
from importlib import import_module
from typing import TYPE_CHECKING, Any, Protocol, TypeVar, runtime_checkable

from bihuan.kernel.term import Term
from bihuan.kernel.text import Text

if TYPE_CHECKING:
    from bihuan.core.actions.action import Action

DeclaredT = TypeVar("DeclaredT")


@dataclass(frozen=True, slots=True)
class Job:
    """作业. Periodic by `every`, or `daily_at` a local time of day; otherwise run when something enqueues it.

    `format` rises when the payload changes its meaning; `reads[n]` turns a payload of format n into one of n + 1, so that
    what an older release enqueued is still done. A worker leaves tasks of a later format, or of a job it lacks, to others.
    """

    name: str
    label: Text
    handle: Callable[..., None]
    grants: tuple[str, ...] = ()
    every: timedelta | None = None
    daily_at: time | None = None
    max_attempts: int = 8
    format: int = 1
    reads: Mapping[int, Callable[[dict[str, Any]], dict[str, Any]]] = field(default_factory=dict)

    def payload_of(self, payload: dict[str, Any], *, written_in: int) -> dict[str, Any]:
        """As the handler of today wants it."""
        for step in range(written_in, self.format):
            payload = self.reads[step](payload)
        return payload


@dataclass(frozen=True, slots=True)
class Receiver:
    """Hears one kind of event. `handle(ctx=…, event=…)` must bear hearing the same event twice."""

    name: str
    event: type
    handle: Callable[..., None]
    grants: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RoleSpec:
    """A role the product comes with. `grants` are codes; `administrator` is one of 三员 or empty."""

    code: str
    label: Text
    grants: tuple[str, ...]
    administrator: str = ""
    needs_second_factor: bool = False


@dataclass(frozen=True, slots=True)
class MenuItem:
    """One entry of the navigation, shown to whoever holds any of `needs` somewhere."""

    label: Text
    url_name: str
    icon: str
    needs: tuple[str, ...]
    section: str = "work"
    order: int = 100
    kwargs: Mapping[str, str] = field(default_factory=dict)


@runtime_checkable
class Derived(Protocol):
    """What is kept in step with rows inside the action that changes them (the search). Put into `declares`.

    `keep(rows=…, at=…)` gets the created or changed rows of the named tables, once, before the audit row is written.
    `is_concerned(row, columns)` says whether a change of these columns alone matters to it.
    """

    watches: tuple[type, ...]

    def is_concerned(self, row: Any, columns: Collection[str]) -> bool: ...

    def keep(self, *, rows: Sequence[Any], at: datetime) -> None: ...


@dataclass(frozen=True, slots=True)
class Module:
    """A part of the product, declared. `serves` names requirement IDs and says how to see each."""

    name: str
    label: Text
    grants: type[Term] | None = None
    actions: tuple[Action, ...] = ()
    events: tuple[type, ...] = ()
    receivers: tuple[Receiver, ...] = ()
    jobs: tuple[Job, ...] = ()
    roles: tuple[RoleSpec, ...] = ()
    menu: tuple[MenuItem, ...] = ()
    #: Dotted path of the module's url patterns, mounted at `/<name>/` unless `url_prefix` says otherwise.
    urls: str = ""
    url_prefix: str | None = None
    serves: Mapping[str, Text] = field(default_factory=dict)
    #: What upper layers read by type: case kinds, populations, registers, searches, widgets of the first page …
    declares: tuple[object, ...] = ()


class DeclarationError(Exception):
    """Two parts claim one name, or a declaration names something that isn't there."""


def snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


class Registry:
    """All declarations by name."""

    def __init__(self, modules: Iterable[Module]) -> None:
        self.modules: dict[str, Module] = {}
        self.actions: dict[str, Action] = {}
        self.jobs: dict[str, Job] = {}
        self.receivers: dict[str, Receiver] = {}
        self.roles: dict[str, RoleSpec] = {}
        self.grants: dict[str, Term] = {}
        self._events: dict[str, type] = {}
        self._event_names: dict[type, str] = {}
        self._declared: dict[type, list[Any]] = {}
        for module in modules:
            self._take(self.modules, module.name, module, "module")
            for grant in module.grants or []:
                self._take(self.grants, grant.value, grant, "grant")
            for action in module.actions:
                self._take(self.actions, action.name, action, "action")
            for event in module.events:
                name = f"{module.name}.{snake(event.__name__)}"
                self._take(self._events, name, event, "event")
                self._event_names[event] = name
            for role in module.roles:
                self._take(self.roles, role.code, role, "role")
            for job in module.jobs:
                self._take(self.jobs, job.name, job, "job")
            for receiver in module.receivers:
                self._take(self.receivers, receiver.name, receiver, "receiver")
        self._check()

    @staticmethod
    def _take(table: dict[str, Any], name: str, thing: Any, what: str) -> None:
        if name in table:
            raise DeclarationError(f"{what} {name!r} is declared twice")
        table[name] = thing

    def _check(self) -> None:
        for action in self.actions.values():
            for need in action.needs:
                if need not in self.grants:
                    raise DeclarationError(f"action {action.name!r} needs the unknown grant {need!r}")
        for role in self.roles.values():
            if unknown := [g for g in role.grants if g not in self.grants]:
                raise DeclarationError(f"role {role.code!r} holds unknown grants: {unknown}")
        holders: list[Job | Receiver] = [*self.jobs.values(), *self.receivers.values()]
        for holder in holders:
            if unknown := [g for g in holder.grants if g not in self.grants]:
                raise DeclarationError(f"{holder.name!r} asks for unknown grants: {unknown}")
        for thing in (t for m in self.modules.values() for t in m.declares):
            if hasattr(thing, "watches") and hasattr(thing, "keep") and not isinstance(thing, Derived):
                # Half of what is needed would be passed over in silence, and nothing be kept in step.
                raise DeclarationError(f"{type(thing).__name__} watches rows but cannot say which changes concern it")
        for job in self.jobs.values():
            if missing := [n for n in range(1, job.format) if n not in job.reads]:
                raise DeclarationError(f"job {job.name!r} of format {job.format} cannot read formats {missing}")
        for receiver in self.receivers.values():
            if receiver.event not in self._event_names:
                raise DeclarationError(f"receiver {receiver.name!r} hears an event nobody declares")

    def job(self, name: str) -> Job:
        try:
            return self.jobs[name]
        except KeyError:
            raise DeclarationError(f"no job is called {name!r}") from None

    def event_name(self, event: type) -> str:
        try:
            return self._event_names[event]
        except KeyError:
            raise DeclarationError(f"no module declares the event {event.__name__}") from None

    def event_type(self, name: str) -> type:
        return self._events[name]

    def knows_event(self, name: str) -> bool:
        return name in self._events

    @property
    def event_names(self) -> tuple[str, ...]:
        return tuple(self._events)

    def hearing(self, event: type) -> list[Receiver]:
        return [r for r in self.receivers.values() if r.event is event]

    def declared(self, kind: type[DeclaredT]) -> list[DeclaredT]:
        """Everything of one type that modules put into `declares`, in the order of the module list."""
        if kind not in self._declared:
            # Nothing is declared after the start, and a page asks some dozens of times.
            self._declared[kind] = [t for m in self.modules.values() for t in m.declares if isinstance(t, kind)]
        return list(self._declared[kind])

    @cached_property
    def derived(self) -> tuple[Derived, ...]:
        return tuple(thing for m in self.modules.values() for thing in m.declares if isinstance(thing, Derived))


_registry: Registry | None = None


def load(paths: Iterable[str]) -> Registry:
    """Read the `MODULE` of each dotted path. Called once, by the site, when Django is ready."""
    global _registry  # the one registry of the process
    _registry = Registry(import_module(path).MODULE for path in paths)
    return _registry


def registry() -> Registry:
    if _registry is None:
        raise RuntimeError("the modules are not loaded yet")
    return _registry
