from django.apps import AppConfig
from django.core import checks


class QuizzesConfig(AppConfig):
    name = "quizzes"

    def ready(self) -> None:
        from ceu.shared import failpoints

        checks.register(failpoints.no_failpoint_in_production, checks.Tags.security)
