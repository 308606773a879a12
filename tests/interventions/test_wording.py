"""The hints about the wording of a target: each rule with a bad and a good example, and no false alarm on good targets."""

from datetime import date

import pytest

from interventions.wording import Typed, hints

TODAY, DAY = date(2026, 11, 20), date(2026, 12, 11)

GOOD = [
    "Hand in the history coursework",
    "Be in at least 95 % of lessons",
    "Reach a grade B in the next essay",
    "Attend two maths workshops",
    "Finish the first draft of the personal statement",
    "Arrive before 08:45 every day",
    "Book an appointment with the careers adviser",
    "Revise for 30 minutes on four evenings a week",
    "Bring PE kit to every lesson",
    "Read one chapter of the set text each week",
    "Raise my maths grade from D to C",
    "Improve attendance from 88 % to 95 %",
    "Complete five past papers under timed conditions",
    "Speak to the teacher about the missed test",
    "Submit all three missing assignments",
    "Write and hand in the lab report",
    "Come and see me at lunch on Mondays",
    "Learn twenty French verbs",
    "Learn thirty key words and use each in a sentence",
    "Fill in the bursary form with a parent",
    "Get at least 60 marks in the chemistry mock",
    "Pass the theory test",
    "Put my hand up once in each English lesson",
    "Redo questions 3 and 4 of the mechanics sheet",
    "Be on time to registration",
    "Score a merit in unit 4",
    "Reduce late marks to one a week",
    "Use the planner and show it on Fridays",
    "Read the mark scheme and plan one answer",
    "Find and apply for two apprenticeships",
    "Return the library books",
    "Stay until 16:00 on Wednesdays to finish the portfolio",
    "Practise the presentation in front of two friends",
    "Acudir a todas las clases, 5 días",
    "每周完成3份练习",
    "الحضور في 95٪ من الدروس 95",
]
BAD = [
    ("Try to hand in homework", "try_to", "Hand in homework every Thursday"),
    ("Do my best in maths", "try_to", "Do ten questions in maths"),
    ("Improve my behaviour in class", "how_much", "No removal from class in two weeks"),
    ("Get better at writing essays", "how_much", "Get better marks in essays: from grade D to grade C"),
    ("Understand quadratic equations", "no_measure", "Understand quadratic equations: 8 of 10 right in the quiz"),
    ("Revise regularly for biology", "vague", "Revise biology every Tuesday"),
    ("Finish the essay as soon as possible", "vague", "Finish the essay"),
    ("Attend all lessons and finish the coursework", "two_in_one", "Attend all lessons"),
    ("Hand in the essay; book the careers meeting", "two_in_one", "Hand in the essay"),
    ("Hand in the essay\nBook the careers meeting", "two_in_one", "Hand in the essay\nof 800 words"),
    ("Stop being late", "against", "Be in the room by 08:45 every day"),
    ("Attendance", "too_short", "Be in every lesson"),
    ("Hand in one page " + "and a note about it " * 15, "too_long", "Hand in one page and a note about it"),
]


def said(what: str, **more: object) -> list[str]:
    return [hint.rule for hint in hints(Typed(what, **({"due_on": DAY, "today": TODAY} | more)))]  # type: ignore[arg-type]  # by name


@pytest.mark.parametrize("what", GOOD)
def test_no_false_alarm_on_a_good_target(what: str) -> None:
    assert said(what) == []


@pytest.mark.parametrize(("bad", "rule", "good"), BAD, ids=[f"{rule}-{n}" for n, (_, rule, _) in enumerate(BAD)])
def test_each_rule_sees_the_bad_one_and_not_the_good_one(bad: str, rule: str, good: str) -> None:
    assert rule in said(bad)
    assert rule not in said(good)


def test_a_date_is_missed_and_a_far_one_is_pointed_at() -> None:
    assert said("Hand in the essay", due_on=None) == ["no_date"]
    assert said("Hand in the essay", due_on=date(2027, 9, 1)) == ["far_date"]


def test_a_figure_or_a_measure_in_words_is_measure_enough() -> None:
    assert said("Understand quadratic equations", figure=True) == []
    assert said("Improve my attendance", measure="95 % in the register") == []
    assert said("Improve my attendance", figure=True) == []


def test_nothing_is_said_of_nothing() -> None:
    assert said("") == []
    assert said(" \n ") == []


def test_every_hint_explains_itself() -> None:
    for bad, _, _ in BAD:
        for hint in hints(Typed(bad, today=TODAY)):
            assert hint.words
            assert hint.example


def test_long_text_in_any_script_is_read_quickly() -> None:
    for text in ("🎯" * 20_000, "هدف " * 5_000, "and " * 5_000, "hand in the " * 1_600, "hand a b c " * 1_800):
        hints(Typed(text, today=TODAY))
