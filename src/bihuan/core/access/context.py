"""办理上下文: who acts, at what instant, caused by what. Handed to every action and query; only the edge makes one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Literal, Protocol, TypeVar, cast
from uuid import UUID, uuid4

from bihuan.core.access.scope import EVERYWHERE, Place, Reach, Scope
from bihuan.kernel.text import Language

RowT = TypeVar("RowT")
ActorKind = Literal["user", "token", "service", "anonymous"]


@dataclass(frozen=True, slots=True)
class Held:
    """One grant held in one scope."""

    grant: str
    scope: Scope


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody or something that acts. `id` is stable and goes into the audit row; the name never does:
    `user:<account>`, `token:<account>:<token>`, `service:<name>`.

    `organisation` is the unit the person acts for. `second_factor` says that this session proved one.
    """

    kind: ActorKind
    id: str
    name: str
    held: tuple[Held, ...] = ()
    organisation: str | None = None
    second_factor: bool = False

    @property
    def user_id(self) -> UUID | None:
        return UUID(self.id.split(":")[1]) if self.kind in ("user", "token") else None

    def may(self, grant: str, place: Place) -> bool:
        return any(h.grant == grant and h.scope.covers(place) for h in self.held)

    def has(self, grant: str) -> bool:
        """Holds the grant somewhere: enough to show a menu entry, never enough to act."""
        return any(h.grant == grant for h in self.held)

    def reach(self, *grants: str) -> Reach:
        scopes = [h.scope for h in self.held if h.grant in grants]
        regions = sorted({s.region_path for s in scopes if s.region_path is not None})
        # A region inside another adds nothing: drop it so that the query has one range, not ten.
        outer = [r for r in regions if not any(r != o and r.startswith(o) for o in regions)]
        return Reach(tuple(outer), frozenset(s.organisation for s in scopes if s.organisation is not None))


ANONYMOUS = Actor(kind="anonymous", id="anonymous", name="")


def service_actor(name: str, *grants: str) -> Actor:
    """A named timer or worker, with just the grants its module declares for it."""
    return Actor(
        kind="service",
        id=f"service:{name}",
        name=name,
        held=tuple(Held(str(g), EVERYWHERE) for g in grants),
        second_factor=True,
    )


class UnitOfWork(Protocol):
    """What the runner lends an action for as long as its transaction is open."""

    def create(self, row: Any) -> Any: ...
    def create_many(self, rows: Any) -> None: ...
    def change(self, row: Any, **changes: Any) -> Any: ...
    def emit(self, event: Any) -> None: ...
    def about(self, *rows: Any) -> None: ...
    def enqueue(self, *, job: str, payload: dict[str, Any], key: str, run_at: Any = None, by: str = "") -> None: ...


@dataclass(frozen=True, slots=True)
class Context:
    """`unit` is there inside an action only; outside, the four writing words refuse."""

    actor: Actor
    at: datetime
    language: Language = "zh"
    request_id: str = field(default_factory=lambda: uuid4().hex)
    cause: str | None = None
    #: When the thing happened, for an envelope that arrives late; otherwise the same as `at`.
    occurred_at: datetime | None = None
    unit: UnitOfWork | None = None

    @property
    def happened_at(self) -> datetime:
        return self.occurred_at or self.at

    def within(self, unit: UnitOfWork) -> Context:
        return replace(self, unit=unit)

    def _open(self) -> UnitOfWork:
        if self.unit is None:
            raise RuntimeError("only an action changes anything, and no action is running")
        return self.unit

    def create(self, row: RowT) -> RowT:
        """Insert the row, and note all of it for the audit."""
        return cast(RowT, self._open().create(row))

    def create_many(self, rows: Sequence[Any]) -> None:
        """Insert rows of one table with one statement, each noted for the audit as if it came alone."""
        self._open().create_many(rows)

    def change(self, row: RowT, **changes: Any) -> RowT:
        """Update the named fields by version, and note before and after for the audit."""
        return cast(RowT, self._open().change(row, **changes))

    def emit(self, event: Any) -> None:
        """Put the event into the outbox of this transaction."""
        self._open().emit(event)

    def about(self, *rows: Any) -> None:
        """Name further rows this action is about, so that their history shows it."""
        self._open().about(*rows)

    def enqueue(self, job: str, *, key: str, run_at: datetime | None = None, **payload: Any) -> None:
        """Have a job done after this action is committed; once per key."""
        self._open().enqueue(job=job, payload=payload, key=key, run_at=run_at, by=self.actor.id)
