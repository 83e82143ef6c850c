from django.apps import AppConfig, apps
from django.db.models.signals import post_migrate


class SiteConfig(AppConfig):
    name = "ceu"
    label = "site"
    default = True

    def ready(self) -> None:
        # The signal is sent for each app that has models, in turn: at the last one every table and permission stands.
        last = [config for config in apps.get_app_configs() if config.models_module][-1]
        post_migrate.connect(after_migrate, sender=last)


def after_migrate(using: str, **kwargs) -> None:
    from ceu.accounts import roles
    from ceu.shared import frozen

    frozen.install(using)
    roles.install(using)
