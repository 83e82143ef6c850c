from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "ceu.accounts"
    label = "accounts"
