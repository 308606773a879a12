"""The grade scales of England (facts 7.1, points 7.2), a few effort scales, and common axes of effort."""

from django.db import migrations

SPECIAL = [("X", "No result"), ("Q", "Pending"), ("#", "Partly absent")]
NINE = [(str(number), number) for number in range(9, 0, -1)]
COMBINED = [
    (f"{high}-{low}", (high + low) / 2) for high in range(9, 0, -1) for low in (high, high - 1) if low >= 1
]
BTEC = ["D*", "D", "M", "P"]
A_LEVEL = [("A*", 60), ("A", 50), ("B", 40), ("C", 30), ("D", 20), ("E", 10), ("U", 0)]

# code, name, what courses call the qualification, grades best first as (label, points) or label
GRADES = [
    ("gcse", "GCSE 9 to 1", ["GCSE"], [*NINE, ("U", 0)]),
    ("gcse-combined", "GCSE combined science", ["GCSE combined science"], [*COMBINED, ("U", 0)]),
    ("a-level", "A level", ["A level"], A_LEVEL),
    ("as", "AS", ["AS"], [("A", 25), ("B", 20), ("C", 15), ("D", 10), ("E", 5), ("U", 0)]),
    ("epq", "Extended Project", ["EPQ"], [("A*", 18), ("A", 15), ("B", 12), ("C", 9), ("D", 6), ("E", 3), ("U", 0)]),
    (
        "core-maths",
        "Core Maths",
        ["Core Maths"],
        [("A", 25), ("B", 20), ("C", 15), ("D", 10), ("E", 5), ("U", 0)],
    ),
    (
        "btec-single",
        "BTEC, single (Extended Certificate)",
        ["BTEC", "BTEC single", "BTEC Extended Certificate", "Applied General"],
        [("D*", 50), ("D", 35), ("M", 25), ("P", 15), ("N", None), ("U", 0)],
    ),
    (
        "btec-double",
        "BTEC, double (Diploma)",
        ["BTEC double", "BTEC Diploma"],
        [("D*D*", 100), ("D*D", 85), ("DD", 70), ("DM", 60), ("MM", 50), ("MP", 40), ("PP", 30), ("U", 0)],
    ),
    (
        "btec-triple",
        "BTEC, triple (Extended Diploma)",
        ["BTEC triple", "BTEC Extended Diploma"],
        [
            ("D*D*D*", 150), ("D*D*D", 135), ("D*DD", 120), ("DDD", 105), ("DDM", 95), ("DMM", 85), ("MMM", 75),
            ("MMP", 65), ("MPP", 55), ("PPP", 45), ("U", 0),
        ],
    ),  # fmt: skip
    (
        "t-level",
        "T Level",
        ["T Level"],
        ["Distinction*", "Distinction", "Merit", "Pass", "Partial"],
    ),
    ("t-level-core", "T Level core", ["T Level core"], ["A*", "A", "B", "C", "D", "E", "U"]),
    ("t-level-specialism", "T Level occupational specialism", ["T Level specialism"], ["D", "M", "P", "U"]),
    (
        "level-2",
        "Level 2 vocational",
        ["Level 2", "Level 2 vocational", "L2"],
        ["L2 D*", "L2 D", "L2 M", "L2 P", "L1 D*", "L1 D", "L1 M", "L1 P", "U"],
    ),
]  # fmt: skip
STANDARD = {"gcse": {"4": "Standard pass", "5": "Strong pass"}, "btec-single": {"N": "Near pass"}}
MEANINGS = {"D*": "Distinction*", "D": "Distinction", "M": "Merit", "P": "Pass"}

FIVE = ["Outstanding", "Good", "Expected", "Inconsistent", "Cause for concern"]
EFFORT = [
    (
        "effort-1-4",
        "Effort 1 to 4, 1 best",
        False,
        [("1", "Outstanding"), ("2", "Expected"), ("3", "Inconsistent"), ("4", "Cause for concern")],
    ),
    ("effort-1-5", "Effort 1 to 5, 1 best", False, [(str(place), FIVE[place - 1]) for place in range(1, 6)]),
    ("effort-5-1", "Effort 5 to 1, 5 best", True, [(str(6 - place), FIVE[place - 1]) for place in range(1, 6)]),
]
AXES = ["Effort", "Behaviour", "Homework", "Organisation", "Independence", "Punctuality", "Resilience"]


def load(apps, schema_editor):
    """Add what is missing; what is there already stays as it is."""
    scales = apps.get_model("progress", "GradeScale").objects
    grades = apps.get_model("progress", "ScaleGrade").objects
    axes = apps.get_model("progress", "EffortAxis").objects
    for place, (code, name, qualifications, listed) in enumerate(GRADES, start=1):
        scale, _ = scales.get_or_create(
            code=code, defaults={"name": name, "qualifications": qualifications, "position": place}
        )
        words = STANDARD.get(code, {}) | (MEANINGS if code in ("btec-single", "t-level-specialism") else {})
        for position, entry in enumerate(listed, start=1):
            label, points = entry if isinstance(entry, tuple) else (entry, None)
            grades.get_or_create(
                scale=scale,
                label=label,
                defaults={"position": position, "points": points, "meaning": words.get(label, "")},
            )
        for label, meaning in SPECIAL:
            grades.get_or_create(scale=scale, label=label, defaults={"meaning": meaning})
    for place, (code, name, highest_is_best, listed) in enumerate(EFFORT, start=100):
        scale, _ = scales.get_or_create(
            code=code,
            defaults={"name": name, "kind": "effort", "highest_is_best": highest_is_best, "position": place},
        )
        for position, (label, meaning) in enumerate(listed, start=1):
            grades.get_or_create(scale=scale, label=label, defaults={"position": position, "meaning": meaning})
    for place, name in enumerate(AXES, start=1):
        axes.get_or_create(code=name.lower(), defaults={"name": name, "position": place})


class Migration(migrations.Migration):
    dependencies = [("progress", "0001_scales_points_and_grades")]
    # Going back leaves the rows: grades already given refer to them.
    operations = [migrations.RunPython(load, migrations.RunPython.noop)]
