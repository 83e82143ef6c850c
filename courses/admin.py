"""What the slices define, named one by one so that Django finds it."""

from courses.catalogue.admin import (
    AccreditorAdmin,
    ApprovalAdmin,
    CourseAdmin,
    EditionAdmin,
    FigureAdmin,
    GlossaryTermAdmin,
    LessonAdmin,
    ModuleAdmin,
    ReferenceAdmin,
)
from courses.certificates.admin import AwaitingAdmin, CertificateAdmin, CertificateEventAdmin
from courses.evaluations.admin import EvaluationAdmin
from courses.learning.admin import EnrolmentAdmin

__all__ = [
    "AccreditorAdmin",
    "ApprovalAdmin",
    "AwaitingAdmin",
    "CertificateAdmin",
    "CertificateEventAdmin",
    "CourseAdmin",
    "EditionAdmin",
    "EnrolmentAdmin",
    "EvaluationAdmin",
    "FigureAdmin",
    "GlossaryTermAdmin",
    "LessonAdmin",
    "ModuleAdmin",
    "ReferenceAdmin",
]
