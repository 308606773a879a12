from django.apps import AppConfig


class ReportingConfig(AppConfig):
    name = "reporting"
    verbose_name = "Dashboards and reports"

    def ready(self) -> None:
        from core.pages.menu import MenuEntry, register
        from reporting.choices import ATTENDANCE_REPORT, MANAGE_SCHEDULES, VIEW_DASHBOARD

        register(
            MenuEntry(
                "Reports", "Dashboard", "reporting:dashboard", VIEW_DASHBOARD, order=10, icon="speedometer2", phone=3
            )
        )
        register(
            MenuEntry(
                "Reports", "Reports", "reporting:report_list", ATTENDANCE_REPORT, order=20, icon="file-earmark-text"
            )
        )
        register(
            MenuEntry(
                "Reports", "Schedules", "reporting:schedule_list", MANAGE_SCHEDULES, order=30, icon="calendar-check"
            )
        )
