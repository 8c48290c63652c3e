"""Sockets. The token is asked for at the handshake, and never again."""
import json
from urllib.parse import parse_qs

from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncWebsocketConsumer
from django.contrib.auth import get_user_model
from rest_framework_simplejwt.exceptions import TokenError
from rest_framework_simplejwt.tokens import UntypedToken

from .latest import NAMES, latest
from .models import DispositifIoT, DonneeIoT


@database_sync_to_async
def knows(query):
    """Whether `?token=` is somebody's."""
    try:
        user = UntypedToken(parse_qs(query.decode()).get("token", [""])[0])["user_id"]
    except (TokenError, KeyError):
        return False
    return get_user_model().objects.filter(pk=user, is_active=True).exists()


class RoomConsumer(AsyncWebsocketConsumer):
    room = ""

    async def connect(self):
        if not await knows(self.scope["query_string"]):
            await self.close()
            return
        self.patient = self.scope["url_route"]["kwargs"]["patient_id"]
        self.group = f"{self.room}_{self.patient}"
        await self.channel_layer.group_add(self.group, self.channel_name)
        await self.accept()
        await self.begin()

    async def begin(self):
        pass

    async def disconnect(self, code):
        if hasattr(self, "group"):
            await self.channel_layer.group_discard(self.group, self.channel_name)

    async def alert(self, event):
        await self.send(json.dumps(event))

    async def iot_data(self, event):
        await self.send(json.dumps(event))


class IoTConsumer(RoomConsumer):
    room = "iot"

    async def begin(self):
        await self.send_latest()

    async def send_latest(self):
        data = await database_sync_to_async(latest)(self.patient)
        await self.send(json.dumps({"type": "iot_data", "patient_id": self.patient, "data": data}))

    async def receive(self, text_data=None, bytes_data=None):
        try:
            message = json.loads(text_data)
        except ValueError:
            await self.send(json.dumps({"error": "Format JSON invalide"}))
            return
        if message.get("type") == "get_latest":
            await self.send_latest()
        elif message.get("type") == "iot_data":
            await self.store(message)
            await self.channel_layer.group_send(self.group, {"type": "iot_data", "patient_id": self.patient, "data": message})

    @database_sync_to_async
    def store(self, message):
        device = DispositifIoT.objects.get(pk=message["dispositif"])
        for name in NAMES:
            if name in message:
                DonneeIoT.objects.create(dispositif=device, type_donnee=name, valeur=message[name]["valeur"], unite=message[name].get("unite", ""))


class AlerteConsumer(RoomConsumer):
    room = "alerts"
