from django.urls import include, path

app_name = "quizzes"

urlpatterns = [path("attempts/<uuid:uuid>/", include("quizzes.delivery.urls"))]
