"""What the database itself sees to."""


def test_starts(college):
    assert college.today
