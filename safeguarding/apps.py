from django.apps import AppConfig


class SafeguardingConfig(AppConfig):
    name = "safeguarding"
    verbose_name = "Safeguarding"

    def ready(self) -> None:
        """Offer the places in the navigation and the panel on the student page."""
        from safeguarding import due_sources, panels, passed_on, places

        places.register_places()
        panels.register_panels()
        passed_on.register()
        due_sources.register_due()
