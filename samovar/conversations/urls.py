"""Addresses of what is done to a conversation; its page is drawn by the desk."""

from django.urls import path, register_converter
from django.urls.converters import StringConverter

from samovar.conversations.models.draft import TYPED_HERE
from samovar.conversations.views import (
    addressing,
    admitting,
    applying,
    blocking,
    cause_settings,
    causing,
    deciding,
    deleting,
    macro_settings,
    mentioning,
    pending,
    reading,
    regrouping,
    retaining,
    sharing,
    showing,
    tag_settings,
    writing,
)


class ModeConverter(StringConverter):
    """A reply or a note."""

    regex = "|".join(TYPED_HERE)


register_converter(ModeConverter, "mode")

urlpatterns = [
    path("conversations/<int:pk>/messages/", writing.messages, name="messages"),
    path("conversations/<int:pk>/drafts/<mode:mode>/", writing.draft, name="draft"),
    path("conversations/<int:pk>/files/<mode:mode>/", writing.files, name="files"),
    path("conversations/<int:pk>/pending/<int:pending_pk>/", pending.changing, name="pending"),
    path("conversations/<int:pk>/pending/<int:pending_pk>/return/", pending.taking_back, name="taking_back"),
    path("conversations/<int:pk>/pending/<int:pending_pk>/sending/", pending.sending_now, name="sending_now"),
    path("conversations/<int:pk>/resolution/", deciding.resolution, name="resolution"),
    path("conversations/<int:pk>/spam/", deciding.spam_mark, name="spam"),
    path("conversations/<int:pk>/deletion/", deleting.deletion, name="deletion"),
    path("conversations/<int:pk>/blocking/", blocking.from_conversation, name="blocking"),
    path("blocked/", blocking.all_blocked, name="blocked"),
    path("blocked/<int:pk>/", blocking.one_block, name="block"),
    path("blocked/<int:pk>/lifting/", blocking.lifting, name="block_lifting"),
    path("deleted/", deleting.all_deleted, name="deleted"),
    path("conversations/<int:pk>/snooze/", deciding.snooze, name="snooze"),
    path("conversations/<int:pk>/assignment/", deciding.assignment, name="assignment"),
    path("conversations/<int:pk>/assignees/", deciding.assignees, name="assignees"),
    path("conversations/<int:pk>/colleagues/", mentioning.colleagues, name="colleagues"),
    path("conversations/<int:pk>/priority/", deciding.priority, name="priority"),
    path("conversations/<int:pk>/print/", reading.on_paper, name="print"),
    path("conversations/<int:pk>/tags/", deciding.tags, name="tags"),
    path("conversations/<int:pk>/tags/<int:tag_pk>/", deciding.tagging, name="tagging"),
    path("conversations/<int:pk>/macros/", applying.found, name="macros_found"),
    path("conversations/<int:pk>/macros/<int:macro_pk>/", applying.applied, name="applied"),
    path("conversations/<int:pk>/planned/<mode:mode>/", applying.planned, name="planned"),
    path("conversations/<int:pk>/steps/", applying.steps, name="steps"),
    path("conversations/<int:pk>/participants/<int:participant_pk>/", admitting.participant, name="participant"),
    path("conversations/<int:pk>/reading/", reading.reading, name="reading"),
    path("conversations/<int:pk>/sides/", reading.sides, name="sides"),
    path("conversations/<int:pk>/news/", reading.news, name="news"),
    path("conversations/<int:pk>/earlier/", reading.earlier, name="earlier"),
    path("conversations/<int:pk>/merging/", regrouping.candidates, name="conversation_merging"),
    path("conversations/<int:pk>/merging/<int:other_pk>/", regrouping.preview, name="conversation_merging_preview"),
    path("conversations/<int:pk>/moving/", regrouping.moving, name="moving"),
    path("regroupings/<int:pk>/undoing/", regrouping.regrouping_undoing, name="regrouping_undoing"),
    path("macros/", macro_settings.all_macros, name="all_macros"),
    path("macros/new/", macro_settings.new_macro, name="new_macro"),
    path("macros/preview/", macro_settings.preview, name="macro_preview"),
    path("macros/<int:pk>/", macro_settings.one_macro, name="macro"),
    path("macros/<int:pk>/retirement/", macro_settings.retirement, name="macro_retirement"),
    path("macros/<int:pk>/taking-over/", macro_settings.taking_over, name="macro_taking_over"),
    path("macros/<int:pk>/key/", macro_settings.key, name="macro_key"),
    path("conversations/<int:pk>/cause/", causing.causing, name="causing"),
    path("conversations/<int:pk>/idea/", causing.idea, name="idea"),
    path("causes/", cause_settings.all_causes, name="all_causes"),
    path("causes/<int:pk>/", cause_settings.one_cause, name="cause"),
    path("causes/<int:pk>/place/", cause_settings.place, name="cause_place"),
    path("causes/<int:pk>/retirement/", cause_settings.retirement, name="cause_retirement"),
    path("causes/<int:pk>/merging/", cause_settings.merging, name="cause_merging"),
    path("tags/", tag_settings.all_tags, name="all_tags"),
    path("tags/<int:pk>/", tag_settings.one_tag, name="tag"),
    path("tags/<int:pk>/retirement/", tag_settings.retirement, name="tag_retirement"),
    path("tags/<int:pk>/merging/", tag_settings.merging, name="tag_merging"),
    path("retention/", retaining.all_retention, name="all_retention"),
    path("retention/<int:pk>/", retaining.retention, name="retention"),
    path("retention/<int:pk>/rows/", retaining.retention_rows, name="retention_rows"),
    path("retention/<int:pk>/stopping/", retaining.retention_stopping, name="retention_stopping"),
    path("recipients/", addressing.recipients, name="recipients"),
    path("messages/<int:pk>/", reading.message, name="message"),
    path("messages/<int:pk>/html/", showing.original, name="original"),
    path("pictures/<str:ticket>/", showing.mail_picture, name="mail_picture"),
    path("attachments/<int:pk>/", showing.attachment, name="attachment"),
    path("attachments/<int:pk>/picture/", showing.picture, name="picture"),
    path("shared/<str:token>/", sharing.shared_file, name="shared_file"),
    path("links/<int:pk>/", sharing.file_link, name="file_link"),
    path("files/<int:pk>/", writing.file, name="file"),
]
