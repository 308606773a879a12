"""Every analysis list has the ticks and actions of the student list, and a file that says what the page says."""

from datetime import date
from io import BytesIO

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from attendance.models import Alert, AlertRule
from audit.models import Entry
from caseload.models import SiteMembership
from caseload.registries import columns
from interventions.actions import cases
from interventions.models import ProcessStage
from tests.attendance.test_analysis import mark_sessions


@pytest.fixture
def listed(college):
    """Ada stands on every list of a school; Wren joined her college course late, and withdrew from it."""
    ada = college.student("Ada")
    days = [date(2026, 11, day) for day in (3, 4, 5, 6, 9, 10, 11, 12, 13, 16, 17, 18, 19)]
    mark_sessions(college, ada, ["L", "\\"] + ["N"] * 24, days)
    SiteMembership.objects.filter(student=ada).update(period=("2026-10-05", None))
    rule = AlertRule.objects.get(name="Below 85 % in six weeks")
    Alert.objects.create(student=ada, rule=rule, reason="=8 %", raised_on=college.today, true_on=college.today)
    stage = ProcessStage.objects.get(process__code="attendance", number=1)
    cases.open_case(college.okafor, ada, stage, reason="Down nine points")
    from attendance.actions import rebuild_summary

    rebuild_summary()
    return college


LISTS = {
    "attendance:persistent_list": "",
    "attendance:threshold_list": "",
    "attendance:away_list": "",
    "attendance:punctuality": "?window=year",
    "attendance:leaving_list": "?show=joined",
    "attendance:alert_list": "",
    "interventions:case_list": "",
    "attendance:comparison_students": "?by=caseload",
}


@pytest.mark.parametrize("name", LISTS)
def test_a_list_has_ticks_the_actions_of_its_reader_and_a_file_with_the_same_students(listed, sign_in, name):
    url = reverse(name) + LISTS[name]
    client = sign_in(listed.lind)
    page = client.get(url).content.decode()
    key = listed.student("Ada").public_id
    assert f'name="student" form="ticked" value="{key}" data-tick' in page
    addresses = [reverse(action.url_name) for action in columns.actions_for(listed.lind)]
    assert reverse("interventions:case_many") in addresses
    assert [address for address in addresses if f'formaction="{address}"' not in page] == []
    assert page.count('id="ticked"') == 1
    lines = b"".join(client.get(url, {**_query(url), "as": "csv"}).streaming_content).decode("utf-8-sig").splitlines()
    names = [line for line in lines if line.startswith('"Ábel, Ada"')]
    assert len(names) == 1
    assert "As at Fri 20 Nov 2026, 10:00." in "\n".join(lines)
    assert Entry.objects.get(verb="attendance.list_exported").details["as"] == "csv"


def _query(url):
    return dict(part.split("=") for part in url.partition("?")[2].split("&") if part)


@pytest.mark.parametrize("name", [name for name in LISTS if name.startswith("attendance") and "alert" not in name])
def test_the_notes_of_the_page_stand_in_its_file(listed, sign_in, name):
    client, url = sign_in(listed.lind), reverse(name)
    page = client.get(url, _query(url + LISTS[name]))
    file = b"".join(client.get(url, _query(url + LISTS[name]) | {"as": "csv"}).streaming_content).decode("utf-8-sig")
    notes = page.context["notes"]
    assert notes
    assert [note for note in notes if note not in file.replace('""', '"')] == []
    assert " ".join(notes).replace("'", "&#x27;").split(" ")[0] in page.content.decode()


def test_the_excel_file_has_its_notes_below_and_runs_no_formula(listed, sign_in):
    response = sign_in(listed.lind).get(reverse("attendance:alert_list"), {"as": "xlsx"})
    rows = list(load_workbook(BytesIO(b"".join(response.streaming_content))).active.iter_rows(values_only=True))
    assert rows[0][:4] == ("Student", "Group", "Year group", "Alert")
    assert rows[1][:4] == ("Ábel, Ada", "10A", "Year 10", "'=8 %, as at 20 Nov, now 11.1\u202f%")
    assert rows[3][0] == "As at Fri 20 Nov 2026, 10:00."


def test_nobody_without_an_action_has_ticks(listed, sign_in):
    page = sign_in(listed.tran).get(reverse("attendance:persistent_list")).content.decode()
    assert columns.actions_for(listed.tran) == []
    assert "data-tick" not in page.replace("data-ticks", "")


@pytest.mark.parametrize("name", LISTS)
def test_ticks_and_files_cost_the_same_for_few_and_for_many(listed, sign_in, name):
    client, url = sign_in(listed.lind), reverse(name) + LISTS[name]
    counts = []
    for some in (0, 5):
        for given in ("Ben", "Chloe", "Esra", "Finn", "Gita")[:some]:
            student = listed.student(given)
            mark_sessions(
                listed,
                student,
                ["L", "\\"] + ["N"] * 20,
                [date(2026, 11, d) for d in (4, 5, 6, 9, 10, 11, 12, 13, 16, 17, 18)],
            )
            SiteMembership.objects.filter(student=student).update(period=("2026-10-05", None))
            Alert.objects.create(
                student=student,
                rule=Alert.objects.first().rule,
                reason="8 %",
                raised_on=listed.today,
                true_on=listed.today,
            )
        for more in ({}, {"as": "csv"}):
            with CaptureQueriesContext(connection) as queries:
                response = client.get(url, _query(url) | more)
                if response.streaming:
                    b"".join(response.streaming_content)
            counts.append(len(queries))
    assert counts[:2] == counts[2:]


def test_the_comparison_of_groups_is_a_file_with_its_notes(listed, sign_in):
    client, url = sign_in(listed.lind), reverse("attendance:comparison")
    page = client.get(url, {"by": "caseload"})
    assert "?by=caseload&amp;as=csv" in page.content.decode()
    file = b"".join(client.get(url, {"by": "caseload", "as": "xlsx"}).streaming_content)
    rows = list(load_workbook(BytesIO(file)).active.iter_rows(values_only=True))
    assert rows[0][:6] == (page.context["by"], "Students", "Attendance %", "Attended", "Possible", "Change in points")
    sides = [side for side, _ in page.context["tables"][0]["rows"]]
    assert [row[:2] for row in rows[1 : len(sides) + 2]] == [
        *((side.group.name, side.students) for side in sides), ("Everybody together", page.context["tables"][0]["everybody"].students),
    ]  # fmt: skip
    said = [row[0] for row in rows]
    assert page.context["notes"] == [note for note in page.context["notes"] if note in said]
    assert Entry.objects.get(verb="attendance.list_exported").details["as"] == "xlsx"


def test_each_table_of_unauthorised_absence_has_tick_all(listed, sign_in):
    page = sign_in(listed.lind).get(reverse("attendance:threshold_list")).content.decode()
    assert page.count("data-tick-all") == page.count("<table") > 0
    bare = sign_in(listed.tran).get(reverse("attendance:threshold_list")).content.decode()
    assert "data-tick-all" not in bare
