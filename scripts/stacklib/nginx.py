"""The stack's own nginx: the snippets a hospital's server includes, with other paths."""
import os
import pwd
import subprocess

from stacklib.state import REPOSITORY, Failure

TEMPLATES = os.path.join(REPOSITORY, "nginx")


class Nginx:
    def __init__(self, state):
        self.state = state
        self.file = state.path("nginx", "nginx.conf")

    def prepare(self):
        """Writes the configuration and lets nginx check it."""
        os.makedirs(self.state.path("nginx", "snippets"), exist_ok=True)
        os.makedirs(self.state.path("nginx", "tmp"), exist_ok=True)
        for name in sorted(os.listdir(TEMPLATES)):
            if name.endswith(".conf"):
                self._write(os.path.join("snippets", name), self._own_paths(self._read(name)))
        secret = self._read("fajma-secret.conf").replace('""', f'"{self.state.nginx_secret()}"')
        self.state.write_private(self.state.path("nginx", "snippets", "fajma-secret.conf"), secret)
        # As root the workers keep its rights, so that they reach a checkout wherever it lies; loopback only.
        user = f"user {pwd.getpwuid(0).pw_name};" if os.geteuid() == 0 else ""
        text = self._read("private.conf.in")
        for name, value in {"USER": user, "STATE": self.state.directory, "PORT": str(self.state.port)}.items():
            text = text.replace(f"@{name}@", value)
        self._write("nginx.conf", text)
        check = subprocess.run([*self.command(), "-t", "-q"], capture_output=True, text=True, check=False)
        if check.returncode != 0:
            raise Failure(f"nginx refuses its configuration: {check.stderr.strip()}")

    def command(self):
        # -e: messages from before the configuration is read go to the stack's log too, not to the system's.
        return ["/usr/sbin/nginx", "-e", self.state.path("log", "nginx.error.log"), "-c", self.file]

    def _own_paths(self, text):
        for path, own in {
            "/run/fajma/api.sock": self.state.api_socket,
            "/run/fajma/reports.sock": self.state.reports_socket,
            "/run/fajma/push.sock": self.state.push_socket,
            "/usr/share/fajma/www/": self.state.www + "/",
            "/var/log/nginx/fajma.access.log": self.state.path("log", "nginx.access.log"),
        }.items():
            text = text.replace(path, own)
        return text

    @staticmethod
    def _read(name):
        with open(os.path.join(TEMPLATES, name), encoding="utf-8") as file:
            return file.read()

    def _write(self, name, text):
        with open(self.state.path("nginx", name), "w", encoding="utf-8") as file:
            file.write(text)
