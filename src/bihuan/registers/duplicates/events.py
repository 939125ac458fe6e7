"""What happened to organisations that were one."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from bihuan.core.access.scope import Place


@dataclass(frozen=True, slots=True)
class OrganisationsMerged:
    """单位合并: from now on `lost_code` leads to `kept_code`."""

    pair_id: UUID
    kept_code: str
    lost_code: str
    region_path: str

    @property
    def place(self) -> Place:
        return Place(self.region_path, frozenset([self.kept_code]))

    @property
    def subject(self) -> str:
        return f"duplicates.pair:{self.pair_id}"


@dataclass(frozen=True, slots=True)
class MergeTakenBack:
    """撤销合并: `lost_code` is an organisation of its own again."""

    pair_id: UUID
    kept_code: str
    lost_code: str
    region_path: str

    @property
    def place(self) -> Place:
        return Place(self.region_path, frozenset([self.kept_code, self.lost_code]))

    @property
    def subject(self) -> str:
        return f"duplicates.pair:{self.pair_id}"
