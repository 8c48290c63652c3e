"""Who used the processors while something ran."""
import resource

import psutil


class Usage:
    """A context; afterwards `seconds` has what each part used, `all_seconds` what the whole machine did."""

    def __init__(self, hospital):
        self.roots = {name: hospital.service_process(name) for name in ("nginx", "fajma-api", "fajma-push", "postgres")}

    def __enter__(self):
        self.seconds = self._read()
        self.machine = psutil.cpu_times()
        return self

    def __exit__(self, *_):
        self.seconds = {name: after - self.seconds[name] for name, after in self._read().items()}
        machine = psutil.cpu_times()
        spent = {name: getattr(machine, name) - getattr(self.machine, name) for name in machine._fields}
        # Linux counts guests' time as user's too.
        self.all_seconds = sum(seconds for name, seconds in spent.items() if not name.startswith(("guest", "idle", "iowait")))

    def text(self, load):
        """As microseconds a report. What is idle is reckoned for the time of the load, without wrk's rest."""
        parts = [f"{name} {seconds / load.reports * 1e6:.0f}" for name, seconds in self.seconds.items()]
        others = self.all_seconds - sum(self.seconds.values())
        idle = 1 - self.all_seconds / (load.seconds * psutil.cpu_count())
        return (f"CPU, µs a report: {', '.join(parts)}, all others {max(0, others) / load.reports * 1e6:.0f}; "
                f"idle or waiting for the disk {max(0, idle):.0%}")

    def _read(self):
        children = resource.getrusage(resource.RUSAGE_CHILDREN)
        return {"wrk": children.ru_utime + children.ru_stime, **{name: self._tree(root) for name, root in self.roots.items()}}

    @staticmethod
    def _tree(root):
        """Of a process and all its children; those that have ended are in its own account."""
        own = root.cpu_times()
        total = own.user + own.system + own.children_user + own.children_system
        for child in root.children(recursive=True):
            try:
                times = child.cpu_times()
            except psutil.NoSuchProcess:
                continue
            total += times.user + times.system
        return total
