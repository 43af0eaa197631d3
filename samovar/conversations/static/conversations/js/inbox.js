// What the inbox adds to the toolkit.
import "conversations/attending";
import "conversations/conversation-list";
import "conversations/copy-link";
import "conversations/fetch-ahead";
import "conversations/list-walk";
import "conversations/macro-use";
import "conversations/menu-choice";
import "conversations/message-editor";
import "conversations/text-marks";
import "conversations/notices-seen";
import "conversations/pane-toggle";
import "conversations/recipient-chips";
import "conversations/thread-gone";
import "conversations/thread-head";
import "conversations/thread-upward";
import "conversations/who-writes";
