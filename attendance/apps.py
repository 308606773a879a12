from django.apps import AppConfig


class AttendanceConfig(AppConfig):
    name = "attendance"
    verbose_name = "Attendance"

    def ready(self) -> None:
        from attendance import due, rules
        from attendance.cards import alerts, planned, students
        from attendance.queries.registers.feeds import takes_registers_here
        from core.pages import menu
        from core.pages.menu import MenuEntry

        students.register()
        alerts.register()
        planned.register()
        due.register()
        for place in (
            MenuEntry("Registers", "Today's registers", "attendance:register_list", rules.TAKE, 10, "g r", "check2-square", "Registers", 2, shown=takes_registers_here),
            MenuEntry("Registers", "Absent today", "attendance:absent_list", rules.VIEW, 20, "g a", "person-dash", "Absent"),
            MenuEntry("Registers", "Attendance", "attendance:comparison", rules.VIEW, 25, "g t", "bar-chart", "Analysis"),
            MenuEntry("Registers", "First-day absence", "attendance:first_day_list", rules.ACT, 22, "g f", "telephone", "First day"),
            MenuEntry("Registers", "Missing registers", "attendance:missing_register_list", rules.VIEW_MISSING, 30, "g u", "exclamation-square", "Missing"),
            MenuEntry("Registers", "Evacuation list", "attendance:evacuation_list", rules.VIEW, 60, "g v", "door-open", "Evacuation"),
        ):  # fmt: skip
            menu.register(place)
