from django.apps import AppConfig
from django.utils.module_loading import import_string

from samovar.accounts import leaving
from samovar.events.effects import install


class WiringConfig(AppConfig):
    name = "samovar.wiring"
    label = "wiring"

    def ready(self) -> None:
        """Hand the table down; it is named by its path because it needs the models of all apps."""
        install(import_string("samovar.wiring.table.EFFECTS"))
        leaving.install(import_string("samovar.conversations.handing_back.work_of"))
