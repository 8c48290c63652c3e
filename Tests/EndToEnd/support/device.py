"""A device of the demonstration hospital."""
import requests


class Device:
    """A device with its key, its patient and its patient's ward."""

    def __init__(self, stack, entry, ward):
        self.stack = stack
        self.ward = ward
        self.id = entry["dispositif"]
        self.patient = entry["patient"]
        self.key = entry["cle"]
        self.headers = {"Authorization": "Bearer " + self.key}

    def post(self, body, session=requests, **options):
        return session.post(self.stack.url + "/api/iot/data/", json=body, headers=self.headers, timeout=10, **options)

    def report(self, **values):
        """Posts values of this instant as one map; checks that they were stored."""
        answer = self.post({name: {"valeur": value} for name, value in values.items()})
        assert answer.status_code == 201, answer.text
        return answer.json()

    def stored(self):
        return int(self.stack.query(f"SELECT count(*) FROM readings WHERE patient_id = {self.patient}")[0][0])
