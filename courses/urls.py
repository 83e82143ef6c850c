from django.urls import include, path

from courses.catalogue import views as catalogue
from courses.certificates import views as certificates
from courses.evaluations import views as evaluations
from courses.learning import views as learning
from courses.notes import views as notes
from courses.offline import views as offline
from courses.record import views as record
from courses.search import views as search

app_name = "courses"

_COURSE = [
    path("", learning.course, name="course"),
    path("enrol/", learning.enrol, name="enrol"),
    path("edition/", learning.edition, name="edition"),
    path("leave/", learning.leave, name="leave"),
    path("lessons/<slug:lesson>/", learning.lesson, name="lesson"),
    path("lessons/<slug:lesson>/read/", learning.read, name="read"),
    path("lessons/<slug:lesson>/place/", learning.place, name="place"),
    path("lessons/<slug:lesson>/notes/", notes.of_lesson, name="lesson-notes"),
    path("offline.json", offline.parts, name="offline"),
    path("notes/", notes.notes, name="notes"),
    path("notes/notes.txt", notes.as_text, name="notes-text"),
    path("quizzes/<slug:module>/", learning.quiz, name="quiz"),
    path("evaluation/", evaluations.evaluation, name="evaluation"),
    path("attestation/", certificates.attestation, name="attestation"),
    path("certificate/", certificates.of_course, name="course-certificate"),
]

urlpatterns = [
    path("", catalogue.catalogue, name="catalogue"),
    path("record/", record.dashboard, name="dashboard"),
    path("search/", search.search, name="search"),
    path("verify/", certificates.verify, name="verify"),
    path("verify/<str:token>/", certificates.verify_token, name="verify-token"),
    path("certificates/<uuid:uuid>/", certificates.certificate, name="certificate"),
    path("certificates/<uuid:uuid>/certificate.pdf", certificates.paper, name="certificate-pdf"),
    path("courses/<slug:slug>/", include(_COURSE)),
]
