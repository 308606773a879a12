from django.apps import AppConfig


class AttendanceConfig(AppConfig):
    name = "attendance"
    verbose_name = "Attendance"

    def ready(self) -> None:
        from attendance import alert_panels, due_sources, panels, plan_places, rules
        from attendance.queries.feeds import takes_registers_here
        from core import navigation
        from core.navigation import Place

        panels.register()
        alert_panels.register()
        plan_places.register()
        due_sources.register()
        for place in (
            Place("Registers", "Today's registers", "attendance:register_list", rules.TAKE, 10, "g r", "check2-square", "Registers", 2, shown=takes_registers_here),
            Place("Registers", "Absent today", "attendance:absent_list", rules.VIEW, 20, "g a", "person-dash", "Absent"),
            Place("Registers", "Attendance", "attendance:comparison", rules.VIEW, 25, "g t", "bar-chart", "Analysis"),
            Place("Registers", "First-day absence", "attendance:first_day_list", rules.ACT, 22, "g f", "telephone", "First day"),
            Place("Registers", "Missing registers", "attendance:missing_register_list", rules.VIEW_MISSING, 30, "g u", "exclamation-square", "Missing"),
            Place("Registers", "Evacuation list", "attendance:evacuation_list", rules.VIEW, 60, "g v", "door-open", "Evacuation"),
        ):  # fmt: skip
            navigation.register(place)
