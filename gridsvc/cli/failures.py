"""What libraries raise, said as the service's own errors."""

from __future__ import annotations

import errno

from gridsvc.errors import GridsvcError, InputRefused, Place, ServiceFailed, Text


def explain(error: Exception) -> GridsvcError | None:
    """Return the error as one that a user can act on; None for a fault of the program."""
    if _is_of_the_database(error):
        return _database_failed(error)
    if isinstance(error, OSError):
        return _system_failed(error)
    return None


def internal_error(error: Exception) -> ServiceFailed:
    """Return a fault of the program as an error: what it was, and how to learn where."""
    cause = getattr(error, "orig", None) or error  # SQLAlchemy's text would add the rows themselves
    said = f"{type(cause).__name__}: {cause}".strip().removesuffix(":")
    return ServiceFailed(
        "internal_error",
        Text(f"程序内部出错：{said}", f"A fault of the program itself: {said}"),
        remedy=Text(
            "没有提交的改动都已撤销。设置 GRIDSVC_DEBUG=1 再运行一次可看到出错位置，请附在问题报告里。",
            "Whatever was not committed is undone. Run it again with GRIDSVC_DEBUG=1 to see where it"
            " happened, and send that with your report.",
        ),
    )


def _is_of_the_database(error: Exception) -> bool:
    # By name: importing both libraries costs more than most commands, and who raises has imported them.
    names = {f"{kind.__module__.split('.')[0]}.{kind.__name__}" for kind in type(error).__mro__}
    failing = {
        "sqlalchemy.OperationalError",
        "sqlalchemy.InterfaceError",
        "sqlalchemy.TimeoutError",
        "psycopg.OperationalError",
        "psycopg.InterfaceError",
    }
    return bool(names & failing) or bool(getattr(error, "connection_invalidated", False))


def _database_failed(error: Exception) -> ServiceFailed:
    said = str(getattr(error, "orig", None) or error).strip()
    return ServiceFailed(
        "database_failed",
        Text(f"数据库出错或连接中断：{said}", f"The database failed or the connection broke: {said}"),
        remedy=Text(
            "没有提交的改动都已撤销，可以重新运行本命令；gridsvc check 可查出原因。",
            "Whatever was not committed is undone, so the command may be run again;"
            " `gridsvc check` finds the cause.",
        ),
    )


def _system_failed(error: OSError) -> GridsvcError | None:
    named = error.filename if isinstance(error.filename, str) else None
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return ServiceFailed(
            "disk_full",
            Text("磁盘已满。", "The disk is full."),
            place=Place(file=named),
            remedy=Text("请腾出空间后再试。", "Make room and try again."),
        )
    if named is None or error.strerror is None:
        return None
    return InputRefused(
        "file_not_usable",
        Text(f"无法使用文件：{error.strerror}。", f"The file cannot be used: {error.strerror}."),
        place=Place(file=named),
    )
