from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer
from rest_framework import viewsets
from rest_framework.decorators import action
from rest_framework.response import Response

from .latest import latest
from .models import AlerteIoT, DispositifIoT, DonneeIoT
from .serializers import AlerteSerializer, DispositifSerializer, DonneeSerializer


def tell(group, message):
    async_to_sync(get_channel_layer().group_send)(group, message)


class DispositifViewSet(viewsets.ModelViewSet):
    queryset = DispositifIoT.objects.order_by("id")
    serializer_class = DispositifSerializer

    @action(detail=True, methods=["post"])
    def update_status(self, request, pk=None):
        device = self.get_object()
        device.statut = request.data.get("statut", device.statut)
        device.save()
        return Response({"status": "Statut mis à jour"})


class DonneeViewSet(viewsets.ModelViewSet):
    queryset = DonneeIoT.objects.all()
    serializer_class = DonneeSerializer

    def get_queryset(self):
        patient = self.request.query_params.get("patient_id")
        return self.queryset.filter(dispositif__patient=patient) if patient else self.queryset.all()

    def perform_create(self, serializer):
        reading = serializer.save()
        patient = reading.dispositif.patient_id
        if patient is None:
            return
        values = {reading.type_donnee: {"valeur": reading.valeur, "unite": reading.unite, "timestamp": reading.timestamp.isoformat()}}
        tell(f"iot_{patient}", {"type": "iot_data", "patient_id": patient, "data": values})

    @action(detail=False, methods=["get"])
    def latest_data(self, request):
        patient = request.query_params.get("patient_id")
        if not patient:
            return Response({"error": "patient_id requis"}, status=400)
        return Response(latest(patient))


class AlerteViewSet(viewsets.ModelViewSet):
    queryset = AlerteIoT.objects.all()
    serializer_class = AlerteSerializer

    def get_queryset(self):
        patient = self.request.query_params.get("patient_id")
        return self.queryset.filter(patient=patient) if patient else self.queryset.all()

    def perform_create(self, serializer):
        alert = serializer.save()
        for room in ("iot", "alerts"):
            tell(f"{room}_{alert.patient_id}", {"type": "alert", "patient_id": alert.patient_id, "data": AlerteSerializer(alert).data})

    @action(detail=True, methods=["post"])
    def acquitter(self, request, pk=None):
        alert = self.get_object()
        alert.acquittee = True
        alert.save()
        return Response(AlerteSerializer(alert).data)
