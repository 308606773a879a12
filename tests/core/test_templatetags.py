"""Icons, statuses, drawings and form fields as templates write them."""

import pytest
from django import forms
from django.template import Context, RequestContext, Template
from django.test import RequestFactory

from core.pages import drawing, icons
from core.templatetags import wm, wm_forms


def drawn(source: str, **context: object) -> str:
    return Template("{% load wm wm_forms %}" + source).render(Context(context))


def at(address: str, source: str, **context: object) -> str:
    request = RequestFactory().get(address)
    return Template("{% load wm %}" + source).render(RequestContext(request, {**context, "request": request}))


def test_an_icon_beside_words_is_hidden_from_a_screen_reader() -> None:
    assert 'aria-hidden="true"' in icons.icon("flag")
    assert 'aria-label="Flagged"' in icons.icon("flag", label="Flagged")


@pytest.mark.parametrize("name", ["no-such-icon", "../package", "Flag"])
def test_an_icon_that_is_not_there_fails_at_once(name: str) -> None:
    with pytest.raises(icons.UnknownIcon):
        icons.icon(name)


@pytest.mark.parametrize("tone", sorted(wm.TONES))
def test_a_status_has_its_words_and_an_icon_in_every_tone(tone: str) -> None:
    pill = wm.pill("12 days overdue", tone)
    assert "12 days overdue" in pill
    assert "<svg" in pill
    assert f"wm-tone-{tone}" in pill


def test_a_status_escapes_what_it_is_given() -> None:
    assert "&lt;b&gt;" in wm.pill("<b>", "good")


def test_only_an_address_after_undo_is_one() -> None:
    assert wm.undo_address("undo:/plans/1/undo/") == "/plans/1/undo/"
    assert [wm.undo_address(tags) for tags in (None, "", "safe", "/plans/")] == ["", "", "", ""]


def test_a_sparkline_leaves_a_gap_where_there_is_no_figure() -> None:
    line = drawing.sparkline([90, 91, None, 93, 94])
    assert line.count("M") == 2
    assert "style=" not in line


@pytest.mark.parametrize("values", [[], [90], [None, 90], [None, None]])
def test_a_sparkline_needs_two_figures(values: list[int | None]) -> None:
    assert drawing.sparkline(values) == ""


def test_a_flat_sparkline_runs_along_the_middle() -> None:
    assert "L61.5 10.0" in drawing.sparkline([5, 5, 5])


@pytest.mark.parametrize(("value", "width"), [(50, "50.0"), (150, "100.0"), (-3, "0.0"), (None, "0.0")])
def test_a_bar_stays_inside_its_track(value: int | None, width: str) -> None:
    assert f'class="wm-bar-fill" width="{width}"' in drawing.bar(value)


def test_a_bar_of_nothing_is_empty() -> None:
    assert 'class="wm-bar-fill" width="0.0"' in drawing.bar(3, of=0)


def test_changing_the_address_keeps_the_rest_and_forgets_the_page() -> None:
    assert at("/?tab=late&page=3&q=ana", "{% address_with tab='early' %}") == "?q=ana&amp;tab=early"
    assert at("/?tab=late", "{% address_with tab=None %}") == "?"


@pytest.mark.parametrize(
    ("address", "says", "leads"),
    [
        ("/", "", "?sort=name"),
        ("/?sort=name", 'aria-sort="ascending"', "?sort=-name"),
        ("/?sort=-name", 'aria-sort="descending"', "?sort=name"),
    ],
)
def test_a_sortable_head_says_how_it_is_sorted_and_turns_round(address: str, says: str, leads: str) -> None:
    head = at(address, '{% sort_head "name" "Student" %}')
    assert f'href="{leads}"' in head
    assert says in head
    assert ("aria-sort" in head) is bool(says)


class Visit(forms.Form):
    what = forms.CharField(label="What happened", help_text="In their own words.")
    how = forms.ChoiceField(label="How", choices=[("1", "Hard"), ("2", "Good")], widget=forms.RadioSelect)
    agreed = forms.BooleanField(label="Agreed", required=False)

    def clean(self) -> None:
        raise forms.ValidationError("Somebody else changed this.")


def test_help_stands_between_label_and_control() -> None:
    field = drawn('{% include "components/field.html" with field=form.what %}', form=Visit())
    assert field.index("What happened") < field.index("In their own words.") < field.index("<input")


def test_the_summary_links_every_fault_to_its_field() -> None:
    summary = drawn('{% include "components/error_summary.html" %}', form=Visit({"what": "", "how": ""}))
    assert "There are 3 things to put right" in summary
    assert 'href="#id_what"' in summary
    assert 'href="#div_id_how"' in summary
    assert "Somebody else changed this." in summary


def test_a_form_not_yet_sent_has_no_summary() -> None:
    assert drawn('{% include "components/error_summary.html" %}', form=Visit()).strip() == ""


def test_a_crispy_field_looks_like_one_of_ours() -> None:
    ours = drawn('{% include "components/field.html" with field=form.what %}', form=Visit({"what": ""}))
    crispy = Template("{% load crispy_forms_tags %}{{ form|crispy }}").render(Context({"form": Visit({"what": ""})}))
    for part in (
        'class="wm-field wm-faulty"',
        'class="wm-help" id="id_what_helptext"',
        'id="id_what_error"',
        "is-invalid",
    ):
        assert part in ours
        assert part in crispy


def test_the_shape_of_each_kind_of_field() -> None:
    form = Visit()
    assert [wm_forms.field_kind(form[name]) for name in ("what", "how", "agreed")] == ["text", "choices", "tick"]


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        ("020 7946 0018", "tel:02079460018"),
        ("+44 (0)20 7946-0018", "tel:+442079460018"),
        ("01632 960123 ext. 204", "tel:01632960123;ext=204"),
        ("01632 960123 x204", "tel:01632960123;ext=204"),
        ("999", "tel:999"),
        ("ext. 204", ""),
        ("12", ""),
        ("ring the office", ""),
        ("020 7946 0018 (evenings)", ""),
    ],
)
def test_only_what_a_telephone_can_dial_is_a_link(typed: str, address: str) -> None:
    assert drawn("{% phone typed %}", typed=typed) == (f'<a href="{address}">{typed}</a>' if address else typed)


def test_a_number_is_escaped_and_says_whose_it_is() -> None:
    assert drawn("{% phone typed %}", typed="<b>") == "&lt;b&gt;"
    made = drawn("{% phone '999' 'btn' whose=name %}", name="Mrs <Ábel>")
    assert made == '<a class="btn" href="tel:999">999<span class="visually-hidden">, Mrs &lt;Ábel&gt;</span></a>'
