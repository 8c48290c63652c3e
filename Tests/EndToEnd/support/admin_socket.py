"""What each daemon tells of itself on its admin socket, which nginx does not pass on."""
import subprocess

SOCKETS = {"api": "FAJMA_API_ADMIN_SOCKET", "push": "FAJMA_PUSH_ADMIN_SOCKET"}


def ask(stack, daemon, path):
    """Status and text, as curl gets them; the status is 0 where nobody answers."""
    result = subprocess.run(["curl", "-sS", "-w", "\n%{http_code}", "--max-time", "20", "--unix-socket",
                             stack.environment[SOCKETS[daemon]], f"http://fajma{path}"],
                            capture_output=True, text=True, check=False)
    text, _, status = result.stdout.rpartition("\n")
    return int(status), text
