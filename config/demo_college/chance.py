"""Every throw of the dice, from one seed."""

import uuid
import zlib
from random import Random
from typing import Any

import numpy as np


class Chance(Random):
    """A seeded source of choices; a part of the college asks for its own by name, so that parts do not disturb each other."""

    def __init__(self, seed: int, part: str = "") -> None:
        self.start = seed * 1_000_003 + zlib.crc32(part.encode())
        super().__init__(self.start)

    def uuid(self) -> uuid.UUID:
        """A random id that the seed decides."""
        return uuid.UUID(int=self.getrandbits(128), version=4)

    def numpy(self) -> np.random.Generator:
        """The same for whole arrays."""
        return np.random.default_rng(self.start)

    def often(self, chance: float) -> bool:
        """True with this chance."""
        return self.random() < chance

    def pick(self, weighted: dict[Any, float]) -> Any:
        """One of the keys, as often as its weight says."""
        return self.choices(list(weighted), weights=list(weighted.values()))[0]
