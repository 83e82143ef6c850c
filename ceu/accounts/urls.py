from django.urls import path

from ceu.accounts import views

urlpatterns = [
    path("profile/", views.profile, name="account_profile"),
    path("mail/", views.mail, name="account_mail"),
    path("mail/stop/<str:token>/", views.mail_stop, name="account_mail_stop"),
    path("licences/", views.licences, name="account_licences"),
    path("licences/add/", views.licence_add, name="account_licence_add"),
    path("licences/<uuid:uuid>/", views.licence_change, name="account_licence_change"),
    path("licences/<uuid:uuid>/delete/", views.licence_delete, name="account_licence_delete"),
]
