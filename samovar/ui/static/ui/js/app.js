// What every page loads: the elements of the toolkit. A screen's own modules come by its block "scripts".
import "ui/auto-grow";
import "ui/copy-text";
import "ui/dialogs";
import "ui/draft-keeper";
import "ui/file-drop";
import "ui/key-map";
import "ui/late-answers";
import "ui/live-stream";
import "ui/local-time";
import "ui/menu-list";
import "ui/search-palette";
import "ui/theme-choice";
import "ui/time-zone";
import "ui/troubles";
import "ui/typed-first";
import "ui/undo-toast";
