import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "replaced.settings")
from django.core.asgi import get_asgi_application

pages = get_asgi_application()  # before the models

from channels.routing import ProtocolTypeRouter, URLRouter
from django.urls import re_path

from .iot.consumers import AlerteConsumer, IoTConsumer

application = ProtocolTypeRouter({"http": pages, "websocket": URLRouter([
    re_path(r"^ws/iot/(?P<patient_id>\w+)/$", IoTConsumer.as_asgi()),
    re_path(r"^ws/alerts/(?P<patient_id>\w+)/$", AlerteConsumer.as_asgi()),
])})
