from rest_framework import serializers

from .models import AlerteIoT, DispositifIoT, DonneeIoT


class DispositifSerializer(serializers.ModelSerializer):
    class Meta:
        model = DispositifIoT
        fields = ("id", "nom", "type_dispositif", "patient", "statut", "derniere_connexion")


class DonneeSerializer(serializers.ModelSerializer):
    class Meta:
        model = DonneeIoT
        fields = ("id", "dispositif", "type_donnee", "valeur", "unite", "timestamp")


class AlerteSerializer(serializers.ModelSerializer):
    class Meta:
        model = AlerteIoT
        fields = ("id", "patient", "type_alerte", "message", "niveau_gravite", "timestamp", "acquittee")
