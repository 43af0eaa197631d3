"""How Django's forms are drawn."""

from typing import Any

from django.forms.renderers import TemplatesSetting

# What is drawn otherwise than Django does it.
OWN = {"django/forms/widgets/select.html": "ui/select.html"}


class Renderer(TemplatesSetting):
    """Draws every field of every form by our own template."""

    field_template_name = "ui/field.html"
    form_template_name = "ui/form.html"

    def get_template(self, template_name: str) -> Any:
        """Return the template of this name, or ours in its place."""
        return super().get_template(OWN.get(template_name, template_name))
