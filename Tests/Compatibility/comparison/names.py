"""What both systems have under the same names."""
import os
from datetime import UTC, datetime, timedelta

HERE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def named(stack, patients, devices):
    """What the calls name, as one side has it."""
    now, admin = datetime.now(UTC), stack.accounts["admin"]
    return {**{f"patient{number}": one for number, one in enumerate(patients, 1)},
            **{f"dispositif{number}": one for number, one in enumerate(devices, 1)},
            "admin_name": admin["username"], "admin_password": admin["password"],
            "now": now.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "now_basic": (now + timedelta(seconds=1)).strftime("%Y-%m-%dT%H:%M:%S+0000"),
            "now_naive": (now + timedelta(seconds=2)).strftime("%Y-%m-%dT%H:%M:%S.%f"),
            "soon": (now + timedelta(seconds=30)).isoformat(), "late": (now + timedelta(seconds=600)).isoformat()}
