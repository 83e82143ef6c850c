from django.apps import AppConfig


class CoursesConfig(AppConfig):
    name = "courses"

    def ready(self) -> None:
        from courses.learning.surroundings import names_for
        from quizzes.delivery import surroundings

        surroundings.provide(names_for)
