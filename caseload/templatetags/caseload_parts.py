"""Draw a panel that another app registered. `{% load caseload_parts %}`."""

from django import template
from django.utils.safestring import SafeString, mark_safe

from core.panels import Shown

register = template.Library()


@register.simple_tag(takes_context=True)
def draw_panel(context: template.Context, shown: Shown) -> SafeString:
    """The panel's own template with what its `load` gave, by its own names and as `panel`; nothing stays for the next."""
    engine = context.template.engine  # type: ignore[union-attr]  # a template is being drawn, so there is one
    drawn = engine.get_template(shown.template)
    with context.push(panel=shown.context, **shown.context):
        return mark_safe(drawn.render(context))  # a template's own output, escaped as it was drawn
