"""加密列: columns whose values are sealed on their way into the database and opened on their way out."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, ClassVar

from django.db import models
from django.db.models.lookups import IsNull, Lookup

from bihuan.core.protection import envelopes, masks
from bihuan.kernel.problem import Problem
from bihuan.kernel.text import Text

#: What stands where a value can't be opened: the page goes on, and the doctor says why.
UNREADABLE = "⚠ 无法解密 · unreadable"


class KeyLost(Problem):
    code = "field_key_lost"
    status = 409

    def __init__(self) -> None:
        super().__init__(
            Text(
                "原值无法解密（密钥文件与数据库不是同一套），不能原样写回。请填写新值，或先恢复密钥文件。",
                "The value can't be opened (key files and database don't belong together), so it can't be written back. "
                "Enter a new one, or bring the key files back first.",
            )
        )


class SealedField(models.CharField):  # type: ignore[type-arg]
    """A short text that lies sealed in the database. `max_length` is that of the text itself.

    Found only as a whole (`=` and `in`), by the digest its stored form begins with; anything else is refused.
    """

    def db_type(self, connection: Any) -> str:
        return "text"

    def db_parameters(self, connection: Any) -> dict[str, Any]:
        parameters: dict[str, Any] = super().db_parameters(connection)
        if connection.vendor == "postgresql":
            parameters["collation"] = "C"  # compared byte by byte, so that a beginning is a range of the index
        return parameters

    @property
    def about(self) -> str:
        return f"{self.model._meta.label_lower}.{self.name}"

    def masked(self, value: str) -> str:
        return masks.hidden(value)

    def get_db_prep_save(self, value: Any, connection: Any) -> Any:
        said = super().get_db_prep_save(value, connection)
        if said in (None, ""):
            return said
        if said == UNREADABLE:
            raise KeyLost
        return envelopes.seal(str(said), about=self.about)

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> str | None:
        if value is None or not envelopes.is_sealed(value):
            return value  # written before this column was sealed
        try:
            return envelopes.open_sealed(value, about=self.about)
        except envelopes.Unreadable:
            return UNREADABLE

    def get_lookup(self, lookup_name: str) -> Any:
        return self._FOUND_BY.get(lookup_name)

    def get_transform(self, lookup_name: str) -> Any:
        return None

    _FOUND_BY: ClassVar[dict[str, Any]] = {"isnull": IsNull}


class _Begins(Lookup):
    """Along the index: each wanted number is a range of beginnings, one for each key that may have written it."""

    prepare_rhs = False

    def _wanted(self) -> Iterable[str]:
        raise NotImplementedError

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        column, named = self.process_lhs(compiler, connection)
        said, values = [], []
        for plain in self._wanted():
            if plain == "":
                said.append(f"{column} = ''")
                values += [*named]
                continue
            for first in envelopes.beginnings(plain, about=self.lhs.output_field.about):
                said.append(f"({column} >= %s AND {column} < %s)")
                values += [*named, first, *named, first[:-1] + chr(ord(first[-1]) + 1)]
        return (f"({' OR '.join(said)})" if said else "1 = 0"), tuple(values)


class SealedExact(_Begins):
    lookup_name = "exact"

    def _wanted(self) -> Iterable[str]:
        return (str(self.rhs),)


class SealedIn(_Begins):
    lookup_name = "in"

    def _wanted(self) -> Iterable[str]:
        return sorted({str(v) for v in self.rhs})


SealedField._FOUND_BY |= {"exact": SealedExact, "in": SealedIn}


class PhoneField(SealedField):
    """电话号码: shown as 138****5678."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 30)
        super().__init__(*args, **kwargs)

    def masked(self, value: str) -> str:
        return masks.phone(value)


class IdentityField(SealedField):
    """身份证件号码（GB 11643 等）: shown as 3***************X."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 40)
        super().__init__(*args, **kwargs)

    def masked(self, value: str) -> str:
        return masks.identity(value)


if TYPE_CHECKING:
    # What it takes and gives is anything, as there; in the database it is a text.
    _Anything = models.JSONField[Any, Any]
else:
    _Anything = models.TextField


class SealedJSONField(_Anything):
    """Work in progress that may hold such numbers (rows of an uploaded sheet): sealed as a whole, never searched."""

    @property
    def about(self) -> str:
        return f"{self.model._meta.label_lower}.{self.name}"

    def get_db_prep_save(self, value: Any, connection: Any) -> Any:
        if value is None:
            return None
        said = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
        return envelopes.seal(said, about=self.about, searchable=False)

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> Any:
        if value is None:
            return None
        if not envelopes.is_sealed(value):
            return json.loads(value)  # written before this column was sealed
        try:
            return json.loads(envelopes.open_sealed(value, about=self.about))
        except envelopes.Unreadable:
            return self.get_default()

    def to_python(self, value: Any) -> Any:
        return value

    def get_lookup(self, lookup_name: str) -> Any:
        return IsNull if lookup_name == "isnull" else None


def sealed_columns(model: type[models.Model]) -> list[models.Field[Any, Any]]:
    return [f for f in model._meta.concrete_fields if isinstance(f, SealedField | SealedJSONField)]


def masked(row: models.Model, name: str) -> str:
    """The value of a column as pages show it."""
    column = row._meta.get_field(name)
    value = getattr(row, name) or ""
    return column.masked(value) if isinstance(column, SealedField) and value != UNREADABLE else str(value)
