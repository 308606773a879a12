from django.apps import AppConfig


class InterventionsConfig(AppConfig):
    name = "interventions"
    verbose_name = "One-to-ones and targets"

    def ready(self) -> None:
        from core.outbox import register_link
        from core.pages import menu
        from core.pages.menu import MenuEntry
        from interventions import (
            due_plans,
            due_sources,
            due_support,
            panel_places,
            panels,
            panels_one_to_ones,
            panels_plans,
            panels_programmes,
            panels_support,
        )
        from interventions.actions.beforehand import MAILED_LINK, address_to_mail

        register_link(MAILED_LINK, address_to_mail)
        panels.register()
        panels_one_to_ones.register()
        panels_programmes.register()
        panel_places.register()
        panels_support.register()
        panels_plans.register()
        due_sources.register()
        due_support.register()
        due_plans.register()
        menu.register(
            MenuEntry("Support", "Staged processes", "interventions:case_list", "interventions.manage_case", 30, "g n", "signpost-split", "Processes")
        )  # fmt: skip
        menu.register(
            MenuEntry("Support", "Bank of targets and plans", "interventions:bank_list", "interventions.set_target", 50, "", "bullseye", "Bank")
        )  # fmt: skip
        menu.register(
            MenuEntry("Settings", "Processes", "interventions:process_list", "interventions.manage_processes", 55, "", "signpost")
        )  # fmt: skip
        menu.register(
            MenuEntry("Settings", "Letters", "interventions:letter_template_list", "interventions.manage_processes", 60, "", "envelope-paper")
        )  # fmt: skip
