from django.apps import AppConfig


class CaseloadConfig(AppConfig):
    name = "caseload"
    verbose_name = "Students and caseloads"

    def ready(self) -> None:
        """Offer the places, cards, reasons and chips of this app."""
        from caseload import cards, menu, staff_reach
        from caseload.models import ContactLogEntry, Enrolment, StudentContact
        from caseload.registries import hanging

        menu.register_places()
        cards.register_cards()
        staff_reach.register_reach()
        hanging.register(
            hanging.Kept(StudentContact, "contact"),
            hanging.Kept(ContactLogEntry, "contact log entry"),
            hanging.Kept(Enrolment, "enrolment"),
        )
