from django.apps import AppConfig


class CoursesConfig(AppConfig):
    name = "courses"

    def ready(self) -> None:
        from courses.catalogue.uses import of_item
        from courses.learning.surroundings import names_for
        from quizzes.bank import uses
        from quizzes.delivery import surroundings

        surroundings.provide(names_for)
        uses.provide("courses", of_item)
