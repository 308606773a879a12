"""Put back what was typed: on the finished page, whatever the form."""

import pytest

from core import clock
from core.pages.keeping import Kept
from core.pages.refilling import Refilled, words_of

PAGE = """<main><div id="messages" aria-live="polite"></div>
<form method="get"><input name="q" value="before"></form>
<form method="post" action="/a/">{}<input type="hidden" name="page_for" value="old"><button>Save it</button></form>
<script>const text = "<form method='post'>";</script></main>"""


def refill(controls, fields, target="/a/"):
    """The page's form with these controls, after putting these fields back."""
    kept = Kept("1", clock.now(), "/page/", target, list(fields.items()))
    page = Refilled(PAGE.format(controls), "/page/")
    result = page.put_back(kept, "page_for", "new")
    whole = page.with_notice("<p>Notice</p>")
    start = whole.index('data-refilled="">') + 17 if result.found else 0
    return result, whole[start : whole.index('<input type="hidden" name="page_for"', start)], whole


@pytest.mark.parametrize(
    ("before", "values", "after"),
    [
        ('<input name="x" value="old" required>', ["“new” <b> & more"], '<input name="x" value="“new” &lt;b&gt; &amp; more" required>'),
        ('<input name="x">', ["new"], '<input name="x" value="new">'),
        ('<input name="x" value="same" />', ["same"], '<input name="x" value="same" />'),
        ("<textarea name='x'>\nold &lt;</textarea>", ["two\r\nlines </textarea>"], "<textarea name='x'>\ntwo\r\nlines &lt;/textarea&gt;</textarea>"),
        ('<input type="checkbox" name="x" value="1" checked><input type="checkbox" name="x" value="2">', ["2"],
         '<input type="checkbox" name="x" value="1"><input type="checkbox" name="x" value="2" checked>'),
        ('<input type="checkbox" name="other" checked><input name="x" value="1">', ["1"],
         '<input type="checkbox" name="other"><input name="x" value="1">'),
        ('<input type="radio" name="x" value=""><input type="radio" name="x" value="on">', ["on"],
         '<input type="radio" name="x" value=""><input type="radio" name="x" value="on" checked>'),
        ('<select name="x"><option value="1" selected>A</option><option value="2">B</option></select>', ["2"],
         '<select name="x"><option value="1">A</option><option value="2" selected>B</option></select>'),
        ('<input name="x"><input name="x">', ["first", "second"], '<input name="x" value="first"><input name="x" value="second">'),
        ('<details><summary>More</summary><input name="x"></details>', ["new"],
         '<details open><summary>More</summary><input name="x" value="new"></details>'),
        ('<input type="file" name="x"><input type="password" name="x">', ["new"], '<input type="file" name="x"><input type="password" name="x">'),
    ],
)  # fmt: skip
def test_each_kind_of_control_stands_as_it_stood(before, values, after):
    assert refill(before, {"x": values})[1] == after


def test_what_finds_no_place_is_given_back_as_words():
    result, _, whole = refill(
        '<input name="x"><button name="find" value="1">Find</button>',
        {"x": ["here"], "find": ["1"], "new1-due_on": ["Friday"], "empty": [""]},
    )
    assert (result.found, result.button, result.left_over) == (True, "Save it", [("Due on", "Friday")])
    assert '<div id="messages" aria-live="polite"><p>Notice</p></div>' in whole
    assert '<input type="hidden" name="page_for" value="new">' in whole
    assert '<input name="q" value="before">' in whole


def test_of_several_forms_the_one_whose_hidden_fields_say_the_same():
    one = '<form method="post" action="/a/"><input type="hidden" name="who" value="{}"><input name="x"></form>'
    page = Refilled("".join(one.format(who) for who in ("ada", "ben")), "/page/")
    page.put_back(Kept("1", clock.now(), "/page/", "/a/", [("who", ["ben"]), ("x", ["new"])]), "page_for", "w")
    first, second = page.with_notice("").split("</form>")[:2]
    assert 'value="new"' not in first
    assert 'value="new"' in second


def test_a_form_without_an_address_goes_to_its_own_page():
    page = Refilled('<form method="post"><input name="x"></form>', "/page/?tab=2")
    assert page.put_back(Kept("1", clock.now(), "/page/?tab=2", "/page/?tab=2", [("x", ["new"])]), "p", "w").found


def test_a_fields_name_as_words():
    assert [words_of(name) for name in ("what", "new1-due_on", "at_0", "-")] == ["What", "Due on", "At 0", "-"]
