"""Lists of ids are asked about in one parameter, and find what a list of parameters finds."""

from django.contrib.auth.models import Group
from django.db.models import Q

from accounts.models import User
from caseload.models import CaseloadMembership, Student
from tests.college import College


def test_a_list_of_ids_is_one_parameter_and_finds_the_same(college: College) -> None:
    ids = list(Student.objects.order_by("pk").values_list("pk", flat=True))[:3]
    for rows, field in ((Student.objects, "pk"), (CaseloadMembership.objects, "student")):
        one_by_one = Q(**{field: ids[0]}) | Q(**{field: ids[1]}) | Q(**{field: ids[2]})
        for numbers in (ids, set(ids), [str(number) for number in ids]):
            found = rows.filter(**{f"{field}__in": numbers})
            assert "= ANY(" in found.query.sql_with_params()[0]
            assert len(found.query.sql_with_params()[1]) == 1
            assert set(found) == set(rows.filter(one_by_one))
        assert set(rows.exclude(**{f"{field}__in": ids})) == set(rows.exclude(one_by_one))


def test_keys_of_other_kinds_and_empty_lists_go_the_usual_way(college: College) -> None:
    assert not Student.objects.filter(pk__in=[]).exists()
    assert "= ANY(" not in str(Group.objects.filter(pk__in=[1, 2]).query)
    assert list(User.objects.filter(groups__in=[10**6])) == []
