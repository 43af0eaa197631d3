"""How Django's forms are drawn."""

from django.forms.renderers import TemplatesSetting


class Renderer(TemplatesSetting):
    """Draws every field of every form by our own template."""

    field_template_name = "ui/field.html"
    form_template_name = "ui/form.html"
