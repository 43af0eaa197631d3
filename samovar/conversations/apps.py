from django.apps import AppConfig


class ConversationsConfig(AppConfig):
    name = "samovar.conversations"
    label = "conversations"
