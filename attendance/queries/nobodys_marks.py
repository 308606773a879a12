"""Marks that nobody made: blanks of a saved register, and the codes of days on which the site was closed.

A student about whom there is nothing else was never looked at, so that they can be taken back when they were added by mistake.
"""

_CLOSED = (
    "EXISTS (SELECT FROM attendance_attendancecode AS c WHERE c.id = {code}"
    " AND (c.code IN ('Y4', '#') OR c.stat_class IN ('NP', 'ADM')))"
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
    return f"({sides} AND (starts_with({table}.reason, 'Closed: ') OR starts_with({table}.reason, 'Open after all: ')))"
