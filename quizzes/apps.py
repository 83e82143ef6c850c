from django.apps import AppConfig
from django.core import checks


class QuizzesConfig(AppConfig):
    name = "quizzes"

    def ready(self) -> None:
        from ceu.shared import failpoints
        from quizzes.bank import uses
        from quizzes.delivery.uses import of_item

        uses.provide("quizzes", of_item)
        checks.register(failpoints.no_failpoint_in_production, checks.Tags.security)
