"""What a runner's output says: how many tests passed and failed, and which were skipped."""
import re
from dataclasses import dataclass, field


@dataclass
class Counts:
    passed: int = 0
    failed: int = 0
    # Tests that did not run, or that may fail without being counted (xfail, todo, known issues).
    skipped: list[str] = field(default_factory=list)
    # Names of failed tests, and of those that began and never ended, as far as the output tells.
    failures: list[str] = field(default_factory=list)


def swift_testing(text):
    """`Test run with 31 tests in 4 suites passed` or `… failed …`; the failed ones are counted by their own lines."""
    runs = re.findall(r"Test run with (\d+) tests?(?: in \d+ suites?)? (passed|failed)", text)
    total = sum(int(count) for count, _ in runs)
    failed = len(re.findall(r"^\S+ +Test (?!run |case ).* failed after ", text, re.MULTILINE))
    if any(result == "failed" for _, result in runs):
        failed = max(failed, 1)
    skipped = re.findall(r"^\S+ +(?:Test|Suite) (?!run |case )(.+?) skipped(?:\.|: .*)?$", text, re.MULTILINE)
    known = re.findall(r"^\S+ +Test (?!run |case )(.+?) passed after .* with \d+ known issues?\.?$", text, re.MULTILINE)
    return Counts(max(total - failed - len(known), 0), failed, [name.strip('"') for name in skipped + known], swift_failures(text))


def swift_failures(text):
    """The failed tests, then those of which the output has a begin and no end: what a run that hung was doing."""
    ended = re.findall(r"^\S+ +Test (?!run |case )(.+?)(?: with \d+ test cases?)? (passed|failed) after ", text, re.MULTILINE)
    begun = re.findall(r"^\S+ +Test (?!run |case )(.+?) started\.$", text, re.MULTILINE)
    names = {name for name, _ in ended}
    failures = [name for name, result in ended if result == "failed"] + [f"{name} did not end" for name in begun if name not in names]
    # What went wrong outside of any test, or of one whose end is not told.
    return failures or re.findall(r"^\S+ +(.* recorded an issue .*|Issue recorded.*)$", text, re.MULTILINE)


def node(text):
    """TAP: `# pass 3`, and `ok 1 - name # SKIP reason` of each test that was skipped."""
    def count(word):
        return sum(int(number) for number in re.findall(rf"^# {word} (\d+)$", text, re.MULTILINE))

    skipped = re.findall(r"^\s*(?:not )?ok \d+ - (.*?) # (?:SKIP|TODO)\b", text, re.MULTILINE)
    skipped = [name.replace("\\#", "#") for name in skipped]
    failures = re.findall(r"^\s*not ok \d+ - (?!.* # (?:TODO|SKIP)\b)(.*)$", text, re.MULTILINE)
    return Counts(count("pass"), count("fail") + count("cancelled"), with_unnamed(skipped, count("skipped") + count("todo")), failures)


def pytest(text):
    """`== 3 failed, 10 passed, 1 skipped, 1 error in 2.10s ==`, and `SKIPPED test - reason` of each as `-ra --no-fold-skipped` prints it."""
    summary = re.findall(r"^=*\s*((?:\d+ [a-z]+(?:, )?)+) in [\d.:]+", text, re.MULTILINE)
    counts = re.findall(r"(\d+) ([a-z]+)", summary[-1]) if summary else []

    def count(*words):
        return sum(int(number) for number, word in counts if word in words)

    skipped = re.findall(r"^(?:SKIPPED|XFAIL) (\S+?::\w+(?:\[.*\])?|\S+)(?: - .*)?$", text, re.MULTILINE)
    failures = re.findall(r"^(?:FAILED|ERROR) (\S+?::\w+(?:\[.*?\])?)(?: - .*)?$", text, re.MULTILINE)
    return Counts(
        count("passed", "xpassed"), count("failed", "error", "errors"), with_unnamed(skipped, count("skipped", "xfailed", "deselected")), failures)


def plain(text):
    """`3 passed, 0 failed`, the last of its lines."""
    summary = re.findall(r"^(\d+) passed, (\d+) failed$", text, re.MULTILINE)
    return Counts(int(summary[-1][0]), int(summary[-1][1])) if summary else Counts()


def with_unnamed(names, count):
    """The names of skipped tests; one that is counted and has no line of its own is in no list of allowed ones."""
    return names + ["(without a name)"] * (count - len(names))


def read_allowed(path):
    """The tests that may be skipped, with the reason: lines `name  reason`, two spaces or more between; `#` begins a comment."""
    allowed = {}
    with open(path, encoding="utf-8") as file:
        for line in file:
            line = line.strip()
            if not line or line.startswith("#"):
                continue
            name, *reason = re.split(r"\s{2,}", line, maxsplit=1)
            if not reason:
                raise ValueError(f"{path}: no reason for {name}")
            allowed[name] = reason[0]
    return allowed


def failed_with_skips(counts, allowed):
    """How many tests failed: a skipped one did, unless it is allowed to be skipped."""
    return counts.failed + sum(name not in allowed for name in counts.skipped)
