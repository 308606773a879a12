from django.apps import AppConfig


class CaseloadConfig(AppConfig):
    name = "caseload"
    verbose_name = "Students and caseloads"

    def ready(self) -> None:
        """Offer the places, panels, reasons and chips of this app."""
        from caseload import hanging, panels, places, staff_reach
        from caseload.models import ContactLogEntry, Enrolment, StudentContact

        places.register_places()
        panels.register_panels()
        staff_reach.register_reach()
        hanging.register(
            hanging.Kept(StudentContact, "contact"),
            hanging.Kept(ContactLogEntry, "contact log entry"),
            hanging.Kept(Enrolment, "enrolment"),
        )
