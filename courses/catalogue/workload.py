"""Reads for the desk where hours are judged: what a draft asks of a learner, and what each method makes of it."""

import datetime as dt
from dataclasses import dataclass

from django.db.models import Sum

from courses.catalogue import hours, markup
from courses.catalogue.models import Approval, Course, Lesson
from quizzes.delivery.models import Section


@dataclass(frozen=True)
class Award:
    """An approval in force. `below`: the methods that give fewer hours than it awards."""

    approval: Approval
    below: tuple[hours.Method, ...]


@dataclass(frozen=True)
class Workload:
    effort: hours.Effort
    methods: tuple[hours.Method, ...]
    awards: tuple[Award, ...]


def of(course: Course, today: dt.date) -> Workload:
    """Three statements. Words and items are those of the draft; a course of text has no minutes of media."""
    bodies = Lesson.objects.filter(module__course=course).values_list("body", flat=True)
    drawn = Section.objects.filter(quiz__module__course=course).aggregate(n=Sum("count"))["n"]
    effort = hours.Effort(sum(map(markup.count_words, bodies)), drawn or 0, course.difficulty)
    counted = hours.methods(effort)
    approvals = course.approvals.valid_on(today).select_related("accreditor")
    return Workload(effort, counted, tuple(Award(row, hours.below(row.hours, counted)) for row in approvals))
