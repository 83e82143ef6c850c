from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "ceu.accounts"
    label = "accounts"

    def ready(self) -> None:
        from django.contrib.auth.signals import user_logged_out

        from ceu.accounts import mail  # noqa: F401 (its letters are named there, and allauth sends most of them)
        from ceu.accounts.sessions import note_sign_out

        user_logged_out.connect(note_sign_out)
