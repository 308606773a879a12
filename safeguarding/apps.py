from django.apps import AppConfig


class SafeguardingConfig(AppConfig):
    name = "safeguarding"
    verbose_name = "Safeguarding"

    def ready(self) -> None:
        """Offer the places in the navigation and the card on the student page."""
        from safeguarding import cards, due, menu, passed_on

        menu.register_places()
        cards.register_cards()
        passed_on.register()
        due.register_due()
