from django.apps import AppConfig


class FilesConfig(AppConfig):
    name = "samovar.files"
    label = "files"
