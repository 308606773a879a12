"""How far a student is from a threshold of absence, in whole sessions or lessons. Nothing here is rounded or divided.

Facts 1.5: persistent is `absent * 10 >= possible`, severe is `absent * 2 >= possible`. Facts 1.7: ten unauthorised
sessions in a rolling ten school weeks.
"""

from collections.abc import Mapping, Sequence

from attendance.arithmetic import PERSISTENT, Totals

UNAUTHORISED_SESSIONS, SCHOOL_WEEKS = 10, 10
NEARLY = 6  # absences until persistent that count as about to cross: three school days


def more_until(totals: Totals, times: int = PERSISTENT) -> int:
    """How many absences in a row, from the next session on, until missed × times is at least possible; nought when it is so already.

    Each of them is one more absent and one more possible, so k is the least with (absent + k) × times >= possible + k.
    """
    short = totals.possible - totals.absent * times
    return max(-(-short // (times - 1)), 0)


def attended_until_below(totals: Totals, times: int = PERSISTENT) -> int:
    """How many attended in a row until it is no longer so; nought when it is not so now."""
    return max(totals.absent * times - totals.possible + 1, 0) if totals.possible else 0


def more_by_the_end(totals: Totals, still_to_come: int, times: int = PERSISTENT) -> int | None:
    """How many of those still to come this year make it so at the year's end; nothing when not even all of them do.

    Nought or less to come means the year is over: what stands, stands.
    """
    at_the_end = totals.possible + max(still_to_come, 0)
    needed = max(-(-at_the_end // times) - totals.absent, 0)
    return needed if needed <= max(still_to_come, 0) else None


def rolling_sums(by_week: Mapping[int, int], weeks: int = SCHOOL_WEEKS) -> dict[int, int]:
    """For each numbered school week the sum of it and the weeks before it, so many in all. The rule in its plainest form."""
    return {week: sum(number for other, number in by_week.items() if week - weeks < other <= week) for week in by_week}


def weeks_at_threshold(by_week: Mapping[int, int]) -> list[int]:
    """The school weeks at whose end the national threshold is met."""
    return sorted(week for week, total in rolling_sums(by_week).items() if total >= UNAUTHORISED_SESSIONS)


def consecutive(days: Sequence[tuple[bool, bool]]) -> int:
    """School days in a row, up to the last, with an absence and nothing attended: days as (attended anything, missed anything).

    A day on which nothing could be attended neither counts nor ends it.
    """
    count = 0
    for attended, missed in reversed(days):
        if attended:
            break
        count += missed
    return count
