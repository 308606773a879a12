"""To whom at home something may be sent, by the student's age.

Under 16: contacts with parental responsibility. 16 and 17: the same, as far as the college's policy says so. From the
18th birthday: only with the student's recorded consent, which can be withdrawn. Whoever must not be contacted never;
an emergency contact always in an emergency. An unknown age, or one that can't be right, counts as adult: nothing goes out by mistake.
"""

from dataclasses import dataclass
from datetime import date

from core.plausible import age_on, birth_fault


def birthday(born: date, age: int) -> date:
    """The day on which somebody reaches an age."""
    year = born.year + age
    try:
        return born.replace(year=year)
    except ValueError:
        return date(year, 3, 1)


@dataclass(frozen=True)
class Standing:
    """What decides whether one contact may be written to about one student."""

    no_contact: bool
    parental_responsibility: bool
    lives_with: bool
    is_emergency: bool


def may_write_home(
    contact: Standing, born: date | None, day: date, *, at_16_and_17: bool, consent: bool, emergency: bool = False
) -> tuple[bool, str]:
    """Whether something may be sent to this contact on a day, and why or why not, in words that staff read."""
    if contact.no_contact:
        return False, "must not be contacted"
    if emergency and contact.is_emergency:
        return True, "emergency contact"
    if born is None:
        return False, "the student’s date of birth is not recorded"
    if birth_fault(born, day):
        return False, "the student’s date of birth has to be checked"
    age = age_on(born, day)
    if age >= 18:
        if not consent:
            return False, "the student is 18 and has not agreed that home is written to"
        near = contact.parental_responsibility or contact.lives_with
        return near, "the student is 18 and agreed" if near else "neither parent nor at home with the student"
    if not contact.parental_responsibility:
        return False, "no parental responsibility"
    if age >= 16 and not at_16_and_17:
        return False, "the college does not write home about students of 16 and 17"
    return True, "parental responsibility"
