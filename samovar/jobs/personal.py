"""What is personal in the tables of this app: nothing, tasks hold numbers only."""

from samovar.jobs.models import Hold, Task
from samovar.lib.personal import declare_impersonal

declare_impersonal(Task, Hold)
