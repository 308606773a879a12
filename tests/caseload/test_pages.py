"""The pages of students, groups and the calendar."""

import pytest


@pytest.mark.parametrize("path", ["/caseload/","/students/","/search/?q=ada","/students/add/","/set-up/groups/","/set-up/groups/?kind=team","/set-up/groups/?kind=area","/set-up/calendar/","/set-up/calendar/add/","/set-up/calendar/closures/add/","/set-up/calendar/2026/terms/add/","/groups/"])
def test_all(college, sign_in, path):
    for who in ("okafor","tran","mendes","novak"):
        r=sign_in(getattr(college,who)).get(path)
        print(path, who, r.status_code)
        assert r.status_code in (200,403)

def test_student(college, sign_in):
    ada=college.student("Ada")
    c=sign_in(college.okafor)
    for p in ("","contacts/","contacts/log/","identifiers/"):
        r=c.get(f"/students/{ada.public_id}/{p}")
        assert r.status_code==200,p
    r=c.post(f"/students/{ada.public_id}/contacts/log/",{"key":"12345678-1234-5678-1234-567812345678","direction":"out","channel":"call","contact":"","at":"2026-11-20T09:00","summary":"Rang"})
    assert r.status_code==302, r.content
    r=c.get(f"/students/{ada.public_id}/")
    assert b"Rang" in r.content
    t=sign_in(college.tran)
    assert t.get(f"/students/{ada.public_id}/edit/").status_code==200
    g=college.caseloads["10A"]
    assert t.get(f"/set-up/groups/caseload/{g.public_id}/?find=ada").status_code==200
    assert t.get(f"/set-up/groups/caseload/{g.public_id}/{ada.public_id}/").status_code==200
    assert t.get(f"/groups/{college.groups['10x/Ma1'].public_id}/").status_code==200
