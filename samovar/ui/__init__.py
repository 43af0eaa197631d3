"""The parts that every screen is made of: tokens, style, icons, templates, tags, small modules of JavaScript.

Knows nothing of the domain and defines no tables. Look: ``static/ui/css`` (one file a part, gathered by ``ui.css``).

Pages: ``ui/app.html`` (navigation and ``main``; blocks ``title``, ``main``, or ``panes`` for the whole place beside the
navigation with ``{% block flow %}panes{% endblock %}``; ``styles`` and ``scripts`` for a screen's own files) and
``ui/entrance.html`` (before sign-in). What they show of the application comes from context: ``menu`` (a ``Menu``),
``me`` (a ``Me``), ``company_name``.

Parts (``{% load ui %}``): ``{% icon "inbox" size="small" %}``, ``{% avatar name id size="small" presence="here" %}``,
``{% card title=… tone=… %}…{% endcard %}``, ``{% local_time moment form="relative|clock|short|full" %}``,
``{{ form.email.as_field_group }}``, and includes: ``ui/badge.html`` (text, tone, icon, size), ``ui/notice.html`` (text,
tone, icon), ``ui/empty.html`` (title, text, icon, url, action), ``ui/problem.html`` (title, text), ``ui/toast.html``
(text, undo_url), ``ui/loading.html``, ``ui/find.html`` (label, asked: the field in the head of a list) and
``ui/retired.html`` (retired: rows with a name, reviving: the name of the URL that brings one back). Buttons, filters,
tabs, tables, timelines, menus and dialogs are plain HTML with the classes of their CSS file.
"""
