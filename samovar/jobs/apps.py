from django.apps import AppConfig


class JobsConfig(AppConfig):
    name = "samovar.jobs"
    label = "jobs"
