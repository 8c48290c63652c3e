from .models import DonneeIoT

NAMES = ("spo2", "temperature", "heart_rate")


def latest(patient):
    """`{"spo2": {"valeur", "unite", "timestamp"}}`: the newest of each vital that has any."""
    found = {}
    for name in NAMES:
        reading = DonneeIoT.objects.filter(dispositif__patient=patient, type_donnee=name).order_by("-timestamp").first()
        if reading:
            found[name] = {"valeur": reading.valeur, "unite": reading.unite, "timestamp": reading.timestamp.isoformat()}
    return found
