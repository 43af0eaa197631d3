// What every page loads: the elements of the toolkit. A screen's own modules come by its block "scripts".
import "ui/local-time";
