"""Who used the processors while something ran."""
import resource

import psutil


class Usage:
    """A context; afterwards `seconds` has each part's, `idle_share` what nobody used of the machine."""

    def __init__(self, hospital):
        self.roots = {name: hospital.process(name) for name in ("nginx", "fajma-api", "fajma-push", "postgres")}

    def __enter__(self):
        self.seconds = self._read()
        self.machine = psutil.cpu_times()
        return self

    def __exit__(self, *_):
        self.seconds = {name: after - self.seconds[name] for name, after in self._read().items()}
        machine = psutil.cpu_times()
        spent = {name: getattr(machine, name) - getattr(self.machine, name) for name in machine._fields}
        # Linux counts guests' time as user's too.
        whole = sum(seconds for name, seconds in spent.items() if not name.startswith("guest"))
        self.idle_share = (spent["idle"] + spent["iowait"]) / whole

    def text(self, reports):
        """As microseconds a report."""
        parts = [f"{name} {seconds / reports * 1e6:.0f}" for name, seconds in self.seconds.items()]
        return f"CPU, µs a report: {', '.join(parts)}; idle or waiting for the disk {self.idle_share:.0%}"

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
