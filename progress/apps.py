from django.apps import AppConfig


class ProgressConfig(AppConfig):
    name = "progress"
    verbose_name = "Grades and progress"

    def ready(self) -> None:
        from caseload import hanging
        from core import navigation
        from core.navigation import Place
        from progress import panels
        from progress.models import Grade

        panels.register()
        hanging.register(hanging.Kept(Grade, "grade"))
        navigation.register(
            Place(
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
        navigation.register(
            Place(
                "Settings",
                "Assessment points",
                "progress:point_list",
                "progress.manage_assessment",
                40,
                "",
                "calendar2-range",
            )
        )
