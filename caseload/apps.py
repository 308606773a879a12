from django.apps import AppConfig


class CaseloadConfig(AppConfig):
    name = "caseload"
    verbose_name = "Students and caseloads"

    def ready(self) -> None:
        """Offer the places, panels, reasons and chips of this app."""
        from caseload import panels, places, staff_reach

        places.register_places()
        panels.register_panels()
        staff_reach.register_reach()
