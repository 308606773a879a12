"""Two people at one register: what each really entered is kept, and only real differences are asked about."""

import re

import pytest

from attendance.merging import Merged, Said, Seen, merged
from attendance.models import Register, SessionMark
from tests.attendance.conftest import code_of, members
from tests.attendance.test_pages import address, typed, words
from tests.attendance.test_register_screen import TODAY, plan, rows

BLANK, HERE, ABSENT, LATE = Said(), Said("/"), Said("N"), Said("L", 5)


@pytest.mark.parametrize(
    ("seen", "mine", "theirs", "filled", "found"),
    [
        (BLANK, HERE, BLANK, "", Merged(HERE, False)),  # a blank that they saved is no mark of theirs
        (BLANK, BLANK, ABSENT, "", Merged(ABSENT, False)),
        (BLANK, HERE, HERE, "", Merged(HERE, False)),
        (BLANK, HERE, ABSENT, "", Merged(HERE, True)),
        (BLANK, BLANK, BLANK, "", Merged(BLANK, False)),
        (HERE, BLANK, ABSENT, "", Merged(BLANK, True)),  # they took the mark away, and a colleague changed it
        (HERE, HERE, BLANK, "", Merged(BLANK, False)),
        (BLANK, Said("M"), LATE, "M", Merged(LATE, False)),  # the page itself had filled in the plan
        (BLANK, Said("M"), LATE, "", Merged(Said("M"), True)),
        (BLANK, HERE, ABSENT, "M", Merged(HERE, True)),
        (BLANK, Said("M"), BLANK, "M", Merged(Said("M"), False)),
        (Said("L", 3), Said("L", 9), LATE, "", Merged(Said("L", 9), True)),
        (ABSENT, Said("N", None, "Rang home"), LATE, "", Merged(Said("L", 5, "Rang home"), False)),
        (ABSENT, HERE, Said("N", None, "Rang home"), "", Merged(Said("/", None, "Rang home"), False)),
        (ABSENT, Said("N", None, "Ill"), Said("N", None, "Bus"), "", Merged(Said("N", None, "Ill"), True)),
    ],
)
def test_each_keeps_what_they_entered(seen, mine, theirs, filled, found):
    assert merged(seen, mine, theirs, filled) == found


def asked(college):
    """What a page sends when it has asked about everybody who is left blank."""
    return {"blanks": " ".join(str(student.public_id) for student in members(college))}


def test_a_register_half_taken_by_a_colleague_is_finished_without_a_clash(college, sign_in, early):
    """Two browsers on one untaken register: one marks one student and saves; the other marks the others and saves."""
    tutor, head = sign_in(college.okafor), sign_in(college.lind)
    seen = {name: row.seen_text for name, row in rows(head.get(address(college))).items()}
    assert set(seen.values()) == {"0|||"}
    blank = {student.given_name: "" for student in members(college)}
    half = typed(college, seen=seen, **blank | {"Ada": "N"}) | asked(college)
    assert tutor.post(address(college), half).status_code == 302
    assert SessionMark.objects.filter(code=None).count() == 7
    assert head.post(address(college), typed(college, seen=seen, Ada="")).status_code == 302
    codes = {student.given_name: code_of(student, TODAY) for student in members(college)}
    assert codes == {name: "N" if name == "Ada" else "/" for name in blank}
    assert Register.objects.count() == 1


def test_an_untouched_blank_takes_what_the_colleague_saved(college, sign_in, early):
    tutor, head = sign_in(college.okafor), sign_in(college.lind)
    tutor.post(address(college), typed(college, Ada="N", Ben="L"))
    blank = {student.given_name: "" for student in members(college)}
    assert head.post(address(college), typed(college, **blank | {"Gita": "/"})).status_code == 302
    assert [code_of(college.student(name), TODAY) for name in ("Ada", "Ben", "Gita")] == ["N", "L", "/"]


def test_a_planned_code_that_nobody_touched_takes_what_the_colleague_saved(college, sign_in, early):
    plan(college, "Ada")
    tutor, head = sign_in(college.okafor), sign_in(college.lind)
    page = head.get(address(college)).content.decode()
    key = college.student("Ada").public_id
    assert f'name="filled-{key}" value="M"' in page
    assert len(re.findall('name="filled-', page)) == 1
    tutor.post(address(college), typed(college, Ada="L"))  # came after all
    sent = typed(college, Ada="M") | {f"filled-{key}": "M"}
    assert head.post(address(college), sent).status_code == 302
    assert code_of(college.student("Ada"), TODAY) == "L"


@pytest.mark.parametrize("scripts", [True, False])
def test_the_others_present_never_overwrites_a_colleagues_mark_and_asks_by_name(college, sign_in, early, scripts):
    """Whom the colleague marked absent is asked about, with the colleague's mark chosen; with scripts off too."""
    tutor, head = sign_in(college.okafor), sign_in(college.lind)
    tutor.post(address(college), typed(college, **dict.fromkeys(NAMES, "") | {"Ada": "N", "Ben": "/"}) | asked(college))
    sent = typed(college, Gita="L") | {f"minutes-{college.student('Gita').public_id}": "4"}
    if scripts:
        sent |= {f"filled-{s.public_id}": "rest" for s in members(college) if s.given_name != "Gita"}
    else:
        sent |= {f"mark-{s.public_id}": "" for s in members(college) if s.given_name != "Gita"} | {"rest": "present"}
    response = head.post(address(college), sent)
    found = rows(response)
    assert response.status_code == 422
    assert {name for name, row in found.items() if row.theirs} == {"Ada"}
    assert (found["Ada"].code, found["Esra"].code, found["Gita"].code, found["Gita"].minutes) == ("N", "/", "L", "4")
    said = words(response)
    assert "A colleague marked 1 student differently while you were editing." in said
    assert "Ms Okafor saved N, absent, reason not yet known today 08:50. Yours: present, with the others." in said
    again = {f"seen-{row.key}": row.seen_text for row in found.values()}
    again |= {f"mark-{row.key}": row.code for row in found.values()}
    again |= {f"minutes-{found['Gita'].key}": "4"}
    assert head.post(address(college), again).status_code == 302
    codes = {name: code_of(college.student(name), TODAY) for name in NAMES}
    assert codes == {name: {"Ada": "N", "Gita": "L"}.get(name, "/") for name in NAMES}


def test_both_really_marked_is_a_clash_with_both_marks_and_saving_again_decides(college, sign_in, early):
    tutor, head = sign_in(college.okafor), sign_in(college.lind)
    tutor.post(address(college), typed(college, Ada="N", Ben="L"))
    response = head.post(address(college), typed(college, Ada="/", Ben="L"))
    found = rows(response)
    assert (response.status_code, {name for name, row in found.items() if row.theirs}) == (422, {"Ada"})
    assert (found["Ada"].code, found["Ada"].seen) == ("/", Seen(1, "N"))
    again = typed(college, seen={name: row.seen_text for name, row in found.items()}, Ada="/", Ben="L")
    assert head.post(address(college), again).status_code == 302
    assert code_of(college.student("Ada"), TODAY) == "/"


NAMES = ("Ada", "Ben", "Chloe", "Dmytro", "Esra", "Finn", "Gita", "Hugo")
