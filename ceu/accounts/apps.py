from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "ceu.accounts"
    label = "accounts"

    def ready(self) -> None:
        from ceu.accounts import mail  # noqa: F401 (its letters are named there, and allauth sends most of them)
