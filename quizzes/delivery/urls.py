from django.urls import path

from quizzes.delivery import views

urlpatterns = [
    path("", views.attempt, name="attempt"),
    path("<int:n>/", views.question, name="question"),
    path("answers/<int:n>/", views.answer, name="answer"),
    path("check/", views.check, name="check"),
    path("submit/", views.submit, name="submit"),
    path("result/", views.result, name="result"),
]
