"""Addresses of what is done to a conversation; its page is drawn by the desk."""

from django.urls import path, register_converter
from django.urls.converters import StringConverter

from samovar.conversations.models.draft import DraftMode
from samovar.conversations.views import deciding, reading, writing


class ModeConverter(StringConverter):
    """A reply or a note."""

    regex = "|".join(DraftMode.values)


register_converter(ModeConverter, "mode")

urlpatterns = [
    path("conversations/<int:pk>/messages/", writing.messages, name="messages"),
    path("conversations/<int:pk>/drafts/<mode:mode>/", writing.draft, name="draft"),
    path("conversations/<int:pk>/files/<mode:mode>/", writing.files, name="files"),
    path("conversations/<int:pk>/resolution/", deciding.resolution, name="resolution"),
    path("conversations/<int:pk>/snooze/", deciding.snooze, name="snooze"),
    path("conversations/<int:pk>/assignment/", deciding.assignment, name="assignment"),
    path("conversations/<int:pk>/assignees/", deciding.assignees, name="assignees"),
    path("conversations/<int:pk>/tags/", deciding.tags, name="tags"),
    path("conversations/<int:pk>/tags/<int:tag_pk>/", deciding.tagging, name="tagging"),
    path("conversations/<int:pk>/reading/", reading.reading, name="reading"),
    path("conversations/<int:pk>/news/", reading.news, name="news"),
    path("conversations/<int:pk>/earlier/", reading.earlier, name="earlier"),
    path("messages/<int:pk>/", reading.message, name="message"),
    path("messages/<int:pk>/html/", reading.original, name="original"),
    path("attachments/<int:pk>/", reading.attachment, name="attachment"),
    path("files/<int:pk>/", writing.file, name="file"),
]
