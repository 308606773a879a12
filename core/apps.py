from django.apps import AppConfig

from core.forms import words

words.say()  # here and not in ready(): models and forms are loaded before that


class CoreConfig(AppConfig):
    name = "core"
    verbose_name = "Plumbing"

    def ready(self) -> None:
        from core import (
            checks,  # noqa: F401  (registers what `check --deploy` asks)
            id_lists,
            naming,
        )
        from core.outbox import server  # noqa: F401  (registers the check of EMAIL_URL)

        naming.watch_every_connection()
        id_lists.register()
