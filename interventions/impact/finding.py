"""What was found for one figure: the mean gap with its error, and every reason for which nothing may be said of it."""

from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass
class Finding:
    """How much higher the helped were than expected, with a 95 % interval, or why there is none.

    Numbers are in the figure's unit; `refusals` are codes of `guards`. `out` holds the rows left out because nobody was like them.
    """

    students: int = 0  # compared
    asked: int = 0  # who had the help, with enough weeks since
    early: int = 0  # who began too lately
    before: float | None = None
    later: float | None = None
    expected: float | None = None
    effect: float | None = None
    low: float | None = None
    high: float | None = None
    error: float | None = None
    freedom: int = 0
    chance: float | None = None  # how often chance alone makes a gap so large
    compared: int = 0  # students from whom the expected was learnt
    dates: int = 0
    stretch: float = 1.0
    record: int = 0  # school weeks on record before the first start
    without_record: int = 0  # no figures before
    without_later: int = 0
    out: list[int] = field(default_factory=list)
    refusals: list[str] = field(default_factory=list)

    @property
    def told(self) -> bool:
        """Whether an interval may be shown."""
        return not self.refusals and self.low is not None

    @property
    def excludes_none(self) -> bool:
        """Whether no effect at all lies outside the interval."""
        return self.told and self.low is not None and self.high is not None and (self.low > 0 or self.high < 0)

    def stored(self) -> dict[str, Any]:
        """As a dictionary, without rows."""
        return {name: value for name, value in asdict(self).items() if name != "out"}
