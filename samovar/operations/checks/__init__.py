"""What ``samovar doctor`` looks at beside the gauges: one module a check, with ``CHECK = Check(…)``."""
