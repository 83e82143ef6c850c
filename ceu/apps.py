from django.apps import AppConfig
from django.db.models.signals import post_migrate


class SiteConfig(AppConfig):
    name = "ceu"
    label = "site"
    default = True

    def ready(self) -> None:
        # Listed first in INSTALLED_APPS would fire too early: the handler runs for the last app only.
        post_migrate.connect(after_migrate, sender=self)


def after_migrate(using: str, **kwargs) -> None:
    from ceu.accounts import roles
    from ceu.shared import frozen

    frozen.install(using)
    roles.install(using)
