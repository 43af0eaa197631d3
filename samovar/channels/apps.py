from django.apps import AppConfig


class ChannelsConfig(AppConfig):
    name = "samovar.channels"
    label = "channels"
