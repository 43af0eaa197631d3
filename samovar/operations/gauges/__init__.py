"""What the operator watches: one module a gauge, with ``GAUGE = Gauge(…)``; there is no list to edit.

``/metrics`` shows the values, ``/readyz`` and ``samovar doctor`` the problems, in words that say what to do.
"""
