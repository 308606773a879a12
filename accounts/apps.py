from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = "Staff and roles"

    def ready(self) -> None:
        from accounts import checks, menu, secret_links, signals, undelivered  # noqa: F401  (importing them registers them)

        secret_links.register()
        undelivered.register()
