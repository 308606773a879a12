from django.apps import AppConfig


class ExchangeConfig(AppConfig):
    name = "exchange"
    verbose_name = "Imports"

    def ready(self) -> None:
        from attendance import rules
        from attendance.queries.registers.feeds import any_in_mis
        from caseload.registries import hanging
        from core.pages.menu import MenuEntry, register
        from exchange.models import SourceLink
        from exchange.rules import IMPORT

        linked = "kind = 'student' AND object_id = %s"
        hanging.register(hanging.Kept(SourceLink, "MIS record", where=linked))

        register(
            MenuEntry(
                "Settings", "Import from the MIS", "exchange:import_list", IMPORT, order=40, icon="box-arrow-in-down"
            )
        )
        register(MenuEntry("Registers", "Marks from the MIS", "exchange:mark_import_list", rules.IMPORT, order=60, icon="arrow-down-square", shown=any_in_mis))  # fmt: skip
