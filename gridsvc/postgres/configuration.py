"""What the embedded server is told."""

from __future__ import annotations

from gridsvc.settings import Settings

PORT = 5432


def configuration(settings: Settings) -> str:
    """Return the text of `gridsvc.conf`, which the server reads after its own `postgresql.conf`.

    It is written anew at each start; an administrator's own changes go into `ALTER SYSTEM`, which wins.
    """
    told = {
        "listen_addresses": "''",  # the unix socket only: its folder lets nobody else in
        "port": str(PORT),
        "max_connections": "100",
        "shared_buffers": "'256MB'",
        "work_mem": "'32MB'",
        "maintenance_work_mem": "'256MB'",
        "max_wal_size": "'1GB'",
        "wal_compression": "on",
        "checkpoint_timeout": "'15min'",
        "random_page_cost": "1.1",
        "jit": "off",  # LLVM's start-up costs more than it saves on small spatial queries
        "timezone": f"'{settings.time_zone}'",
        "log_timezone": f"'{settings.time_zone}'",
        "lc_messages": "'C'",  # the start reads them
        "log_min_duration_statement": "'1s'",
        "log_line_prefix": "'%m [%p] %q%a@%d '",
        # One file for each weekday, overwritten a week later: logs that never fill the disk.
        "logging_collector": "on",
        "log_directory": "'log'",
        "log_filename": "'%a.log'",
        "log_rotation_age": "'1d'",
        "log_rotation_size": "0",
        "log_truncate_on_rotation": "on",
    }
    if settings.server_test_mode:
        told |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
    head = "# Written by gridsvc at each start; change settings with ALTER SYSTEM.\n"
    return head + "".join(f"{name} = {value}\n" for name, value in told.items())
