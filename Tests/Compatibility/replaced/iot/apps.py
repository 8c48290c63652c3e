from django.apps import AppConfig


class IotConfig(AppConfig):
    name = "replaced.iot"
    label = "iot"
