"""The account that runs the server, and whether it can reach the data folder."""

from __future__ import annotations

import os
import pwd
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gridsvc.errors import ServiceFailed, Text

# The account that the packages of PostgreSQL make.
PACKAGED = "postgres"


@dataclass(frozen=True, slots=True)
class Account:
    """A user of the operating system."""

    name: str
    uid: int
    gid: int

    def as_process(self) -> dict[str, Any]:
        """Return the arguments with which `subprocess` runs a program under this account."""
        if os.geteuid() != 0:
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    def take(self, path: Path) -> None:
        """Make the account the owner of `path`, never of what a link there points to."""
        if os.geteuid() == 0:
            os.chown(path, self.uid, self.gid, follow_symlinks=False)

    def write(self, path: Path, text: str) -> None:
        """Write a file as this account: root writing into another's folder could be led astray by a link."""
        done = self.run("/bin/sh", "-c", 'printf %s "$2" > "$1"', "sh", str(path), text)
        if done.returncode != 0:
            raise OSError(done.stdout.strip())

    def run(self, *argv: str) -> subprocess.CompletedProcess[str]:
        """Run a program as this account, with nothing of this process's environment or folder."""
        return subprocess.run(
            argv,
            env={"PATH": f"{Path(argv[0]).parent}:/usr/bin:/bin", "LC_ALL": "C.UTF-8", "TZ": "UTC"},
            cwd="/",
            umask=0o077,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            check=False,
            **self.as_process(),
        )


def account_for(data: Path) -> Account:
    """Return who runs the server on `data`: its owner, this user, or for root the packages' account.

    PostgreSQL refuses to run as root. Raise ServiceFailed when the folder is another user's.
    """
    me = os.geteuid()
    owner = data.stat().st_uid if data.exists() else None
    if me == 0:
        return _account(owner) if owner else _packaged()
    if owner is not None and owner != me:
        name = _account(owner).name
        raise ServiceFailed(
            "not_the_owner",
            Text(f"数据目录 {data} 属于用户 {name}。", f"The data folder {data} belongs to the user {name}."),
            remedy=Text(
                f"请以 {name} 或 root 身份运行，或用 GRIDSVC_HOME 指定自己的数据目录。",
                f"Run this as {name} or as root, or name a data folder of your own by GRIDSVC_HOME.",
            ),
        )
    return _account(me)


def _account(uid: int) -> Account:
    try:
        entry = pwd.getpwuid(uid)
    except KeyError:  # containers run as numbers without a name
        return Account(str(uid), uid, os.getegid() if uid == os.geteuid() else uid)
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)


def _packaged() -> Account:
    try:
        return _account(pwd.getpwnam(PACKAGED).pw_uid)
    except KeyError:
        raise ServiceFailed(
            "no_server_account",
            Text(
                f"没有用户 {PACKAGED}：PostgreSQL 不能以 root 身份运行。",
                f"There is no user {PACKAGED}: PostgreSQL does not run as root.",
            ),
            remedy=Text(
                f"请运行 useradd --system {PACKAGED}，或以普通用户身份运行 gridsvc。",
                f"Run  useradd --system {PACKAGED}  or run gridsvc as an ordinary user.",
            ),
        ) from None


def make_folder(home: Path) -> None:
    """Make the data folder and its missing parents, so that the server's account can walk there."""
    missing = [folder for folder in (home, *home.parents) if not folder.exists()]
    try:
        for folder in reversed(missing):
            try:
                folder.mkdir()
            except FileExistsError:  # another command was quicker, and sets its mode
                continue
            # Whatever the umask is: the server's account must pass, nobody else need look.
            folder.chmod(0o711)
    except OSError as error:
        raise ServiceFailed(
            "home_not_writable",
            Text(
                f"无法建立数据目录 {home}：{error.strerror}（{error.filename}）。",
                f"The data folder {home} cannot be made: {error.strerror} ({error.filename}).",
            ),
            remedy=Text(
                "请用 GRIDSVC_HOME 指定一个可写的目录。",
                "Name a folder that can be written to by GRIDSVC_HOME.",
            ),
        ) from error


def make_home(home: Path, account: Account) -> None:
    """Make the data folder and its missing parents, and check that `account` can walk there."""
    make_folder(home)
    for folder in (*reversed(home.parents), home):
        if not _may_enter(folder, account):
            raise ServiceFailed(
                "home_not_reachable",
                Text(
                    f"数据库以用户 {account.name} 的身份运行，但它进不了目录 {folder}，"
                    f"所以无法使用其中的数据目录 {home}。",
                    f"The database runs as the user {account.name}, who may not enter {folder}"
                    f" and so cannot use the data folder {home} in it.",
                ),
                remedy=Text(
                    f"请用 GRIDSVC_HOME 指定别处的目录（例如 /var/lib/gridsvc），或运行： chmod o+x {folder}",
                    f"Name a folder elsewhere by GRIDSVC_HOME (such as /var/lib/gridsvc), or run:"
                    f"  chmod o+x {folder}",
                ),
            )


def _may_enter(folder: Path, account: Account) -> bool:
    """Ask the kernel, as the account: mode bits alone know nothing of access lists."""
    if os.geteuid() != 0:
        return os.access(folder, os.X_OK)
    mode = folder.stat().st_mode
    if mode & 0o001:
        return True
    asked = subprocess.run(["test", "-x", str(folder)], check=False, cwd="/", **account.as_process())
    return asked.returncode == 0
