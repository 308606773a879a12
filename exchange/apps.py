from django.apps import AppConfig


class ExchangeConfig(AppConfig):
    name = "exchange"
    verbose_name = "Imports"

    def ready(self) -> None:
        from core.navigation import Place, register
        from exchange.rules import IMPORT

        register(Place("Settings", "Imports", "exchange:import_list", IMPORT, order=40, icon="box-arrow-in-down"))
