from django.apps import AppConfig


class ProgressConfig(AppConfig):
    name = "progress"
    verbose_name = "Grades and progress"

    def ready(self) -> None:
        from caseload.registries import hanging
        from core.pages import menu
        from core.pages.menu import MenuEntry
        from progress import cards
        from progress.models import Grade

        cards.register()
        hanging.register(hanging.Kept(Grade, "grade"))
        menu.register(
            MenuEntry(
                "Registers",
                "Grades",
                "progress:group_list",
                "progress.enter_grades",
                50,
                "g d",
                "bar-chart-steps",
                "Grades",
            )
        )
        menu.register(
            MenuEntry(
                "Settings",
                "Assessment points",
                "progress:point_list",
                "progress.manage_assessment",
                40,
                "",
                "calendar2-range",
            )
        )
