"""Marks that nobody made: blanks of a saved register, and the codes of days on which the site was closed.

A student about whom there is nothing else was never looked at, so that they can be taken back when they were added by mistake.
"""

from attendance.closing import CLOSED_FOR, LESSON_CLASSES, OPEN_AFTER_ALL, SESSION_CODE

_CODES = ", ".join(f"'{code}'" for code in sorted(set(SESSION_CODE.values())))
_CLASSES = ", ".join(f"'{kind}'" for kind in sorted({str(kind) for kinds in LESSON_CLASSES.values() for kind in kinds}))
_CLOSED = (
    "EXISTS (SELECT FROM attendance_attendancecode AS c WHERE c.id = {code}"
    f" AND (c.code IN ({_CODES}) OR c.stat_class IN ({_CLASSES})))"
)


def nobodys_mark(table: str) -> str:
    """The condition of a mark without a code, or with the code of a closure: its note is then the name of the closure."""
    return (
        f"({table}.code_id IS NULL OR {_CLOSED.format(code=f'{table}.code_id')} AND EXISTS (SELECT FROM caseload_closure AS x"
        f" WHERE x.name = {table}.note AND {table}.date BETWEEN x.starts_on AND x.ends_on))"
    )


def nobodys_change(table: str) -> str:
    """The condition of a change that a closure made of a blank, or back into one."""
    sides = " AND ".join(
        f"({table}.{side} IS NULL OR {_CLOSED.format(code=f'{table}.{side}')})"
        for side in ("previous_code_id", "new_code_id")
    )
    begins = " OR ".join(f"starts_with({table}.reason, '{words}')" for words in (CLOSED_FOR, OPEN_AFTER_ALL))
    return f"({sides} AND ({begins}))"
