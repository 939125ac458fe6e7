"""样本批: the columns that everybody on the way hands on. Beside the engine, so that only who judges loads its compiler."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy.typing as npt

Array = npt.NDArray[Any]


@dataclass(frozen=True, slots=True)
class Samples:
    """样本批: columns of one delivery, in the order they are to be judged."""

    point: Array
    at: Array
    value: Array
    quality: Array

    def __len__(self) -> int:
        return len(self.point)

    def __getitem__(self, rows: Any) -> Samples:
        return Samples(self.point[rows], self.at[rows], self.value[rows], self.quality[rows])
