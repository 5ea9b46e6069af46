"""Python without what only POSIX systems have; a folder for ``PYTHONPATH``, whose ``sitecustomize`` Python runs first.

What Python's own library needs on Linux to start and end processes stays, such as ``os.fork`` and
``signal.SIGKILL``.
"""

import os
import select
import signal
import sys
import warnings

MODULES = (
    "fcntl", "resource", "termios", "tty", "pty", "pwd", "grp", "syslog", "readline", "crypt", "spwd", "nis",
)  # fmt: skip

NAMES = {
    os: (
        "O_DIRECTORY", "O_NONBLOCK", "O_NOFOLLOW", "O_SYNC", "O_DSYNC", "chown", "fchmod", "fchown", "forkpty",
        "geteuid", "getgid", "getegid", "getgroups", "getloadavg", "getpgid", "getpriority", "killpg", "lchown",
        "mkfifo", "mknod", "nice", "openpty", "posix_fallocate", "posix_fadvise", "pread",
        "pwrite", "sched_getaffinity",        "sched_setaffinity",
        "sched_yield", "sendfile", "setpgid", "setpriority", "setsid", "statvfs", "fstatvfs",
        "sync", "sysconf", "wait3", "wait4",
    ),
    signal: (
        "SIGALRM", "SIGCHLD", "SIGCONT", "SIGHUP", "SIGPIPE", "SIGQUIT", "SIGTSTP", "SIGUSR1", "SIGUSR2", "alarm",
        "getitimer", "setitimer", "pause", "pthread_kill", "sigwait",
    ),
    select: ("poll", "epoll", "POLLERR", "POLLHUP"),
}  # fmt: skip


def remove() -> None:
    """Remove modules and names from this process."""
    for name in MODULES:
        sys.modules[name] = None
    for module, names in NAMES.items():
        for name in names:
            if hasattr(module, name):
                delattr(module, name)
    with warnings.catch_warnings():
        # on Windows it has a lock of the system; here one that is a file with the number of its process
        warnings.simplefilter("ignore")
        import filelock  # noqa: F401


remove()
