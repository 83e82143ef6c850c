"""What the slices define, named one by one so that Django finds it."""

from courses.catalogue.models import (
    Accreditor,
    Approval,
    Assessment,
    Correction,
    Course,
    Edition,
    EditionQuiz,
    Figure,
    GlossaryTerm,
    LearningObjective,
    Lesson,
    LessonSection,
    Module,
    Reference,
)
from courses.certificates.models import (
    AwaitingCertificate,
    Certificate,
    CertificateDocument,
    CertificateEvent,
    CertificateHolder,
    Register,
)
from courses.evaluations.models import Evaluation
from courses.learning.models import (
    AssessmentEntry,
    Attestation,
    Enrolment,
    EvaluationReceipt,
    LessonProgress,
    ModuleEntry,
)
from courses.notes.models import SectionNote

__all__ = [
    "Accreditor",
    "Approval",
    "Assessment",
    "AssessmentEntry",
    "Attestation",
    "AwaitingCertificate",
    "Certificate",
    "CertificateDocument",
    "CertificateEvent",
    "CertificateHolder",
    "Correction",
    "Course",
    "Edition",
    "EditionQuiz",
    "Enrolment",
    "Evaluation",
    "EvaluationReceipt",
    "Figure",
    "GlossaryTerm",
    "LearningObjective",
    "Lesson",
    "LessonProgress",
    "LessonSection",
    "Module",
    "ModuleEntry",
    "Reference",
    "Register",
    "SectionNote",
]
