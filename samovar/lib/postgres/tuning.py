"""The settings of the embedded server, fitted to the machine."""

import os
from pathlib import Path

MEGABYTE = 2**20
CGROUP_LIMIT = Path("/sys/fs/cgroup/memory.max")

# Statements and values stay out of the server's log: they hold what customers wrote.
FIXED = {
    "listen_addresses": "",
    "unix_socket_permissions": "0777",
    "max_connections": "200",
    "dynamic_shared_memory_type": "mmap",
    "random_page_cost": "1.1",
    "jit": "off",
    "wal_compression": "on",
    "max_wal_size": "2GB",
    "min_wal_size": "256MB",
    "checkpoint_timeout": "10min",
    "autovacuum_naptime": "20s",
    "autovacuum_vacuum_scale_factor": "0.05",
    "autovacuum_analyze_scale_factor": "0.02",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "lc_messages": "C",
    "logging_collector": "on",
    "log_filename": "postgresql-%a.log",
    "log_truncate_on_rotation": "on",
    "log_rotation_age": "1d",
    "log_rotation_size": "0",
    "log_error_verbosity": "terse",
    "log_min_error_statement": "panic",
}
# For data that may be thrown away: a test cluster forgets at a power failure, and starts and writes much faster.
NOT_DURABLE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "max_wal_size": "1GB"}
DURABLE = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"}


def settings(durable: bool) -> dict[str, str]:
    """Return the server's settings; a fifth of the memory becomes its cache, between 128 MB and 4 GB."""
    memory = _memory_megabytes()
    by_memory = {
        "shared_buffers": f"{min(max(memory // 5, 128), 4096)}MB",
        "effective_cache_size": f"{max(memory // 2, 256)}MB",
        "maintenance_work_mem": f"{min(max(memory // 16, 64), 512)}MB",
        "work_mem": f"{min(max(memory // 256, 4), 32)}MB",
    }
    return FIXED | by_memory | (DURABLE if durable else NOT_DURABLE)


def quoted(value: str) -> str:
    """Return ``value`` as the server's settings file wants it."""
    return "'" + value.replace("\\", "\\\\").replace("'", "''") + "'"


def _memory_megabytes() -> int:
    total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    try:
        limit = int(CGROUP_LIMIT.read_text(encoding="ascii"))
    except (OSError, ValueError):
        limit = total
    return min(total, limit) // MEGABYTE
