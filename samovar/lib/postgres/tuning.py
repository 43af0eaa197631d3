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
# For data that may be thrown away: a test cluster forgets at a power failure, starts and writes much faster, and is not
# tidied up behind the back of what is tested.
NOT_DURABLE = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_wal_size": "1GB",
    "autovacuum": "off",
}
DURABLE = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"}


def settings(durable: bool, stored_megabytes: int) -> dict[str, str]:
    """Return the server's settings for a database of ``stored_megabytes``."""
    memory = _memory_megabytes()
    by_memory = {
        "shared_buffers": f"{cache_for(stored_megabytes)}MB",
        "effective_cache_size": f"{max(memory // 2, 256)}MB",
        "maintenance_work_mem": f"{min(max(memory // 16, 64), 512)}MB",
        "work_mem": f"{min(max(memory // 256, 4), 32)}MB",
    }
    return FIXED | by_memory | (DURABLE if durable else NOT_DURABLE)


def cache_for(stored_megabytes: int) -> int:
    """Return the size of the cache, in megabytes, that a server with so much stored would get on this machine now."""
    return cache_megabytes(_memory_megabytes(), stored_megabytes)


def cache_megabytes(memory: int, stored: int) -> int:
    """Return the size of the server's cache: what is stored fits in, up to a fifth of the memory and 4 GB.

    The server keeps books about every page of it from the start, also about those that a small desk never fills. What
    grows meanwhile finds between 128 and 512 MB, and the cache of the system behind it, until the next start.
    """
    least = min(max(memory // 64, 128), 512)
    most = min(max(memory // 5, 128), 4096)
    return min(max(stored, least), most)


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
