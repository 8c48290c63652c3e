"""Its tables. What it calls a patient stands in the same database."""
from django.db import models


class Patient(models.Model):
    identifiant = models.CharField(max_length=64, unique=True)
    nom = models.CharField(max_length=100)
    prenom = models.CharField(max_length=100, blank=True)
    date_naissance = models.DateField(null=True, blank=True)
    sexe = models.CharField(max_length=1, blank=True)


class DispositifIoT(models.Model):
    nom = models.CharField(max_length=100)
    type_dispositif = models.CharField(max_length=50)
    patient = models.ForeignKey(Patient, null=True, blank=True, on_delete=models.SET_NULL)
    statut = models.CharField(max_length=20, default="actif")
    derniere_connexion = models.DateTimeField(auto_now=True)


class DonneeIoT(models.Model):
    dispositif = models.ForeignKey(DispositifIoT, on_delete=models.CASCADE)
    type_donnee = models.CharField(max_length=50)
    valeur = models.FloatField()
    unite = models.CharField(max_length=20)
    timestamp = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("id",)


class AlerteIoT(models.Model):
    patient = models.ForeignKey(Patient, on_delete=models.CASCADE)
    type_alerte = models.CharField(max_length=50)
    message = models.TextField()
    niveau_gravite = models.CharField(max_length=20)
    timestamp = models.DateTimeField(auto_now_add=True)
    acquittee = models.BooleanField(default=False)

    class Meta:
        ordering = ("id",)
